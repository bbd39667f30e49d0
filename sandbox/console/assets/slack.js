// One person's Slack: the side, the open channel or the app's Home, and a thread beside it.

import { h, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { change, look, personName, store } from "./store.js";
import { message, messages } from "./messages.js";
import { composer } from "./composer.js";
import { CROSS } from "./layers.js";
import { side } from "./side.js";
import { viewPlace } from "./modal.js";

const empty = (title, words) => h("div", { class: "empty" }, h("strong", {}, title), h("p", {}, words));

function home(view) {
  if (!view)
    return h(
      "div",
      { class: "home" },
      empty(
        "Nothing here yet",
        store.busy.has("home") ? "Waiting for the app…" : "The app has published no Home for you.",
      ),
    );
  return h(
    "div",
    { class: "home", tabindex: "0", role: "region", "aria-label": "App Home" },
    h("div", { class: "home-page" }, ...blocks(view.blocks, viewPlace(view))),
  );
}

function tabs() {
  const tab = (key, words) =>
    h(
      "button",
      { type: "button", role: "tab", "aria-selected": String(store.tab === key), onclick: () => change({ tab: key }) },
      words,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": store.picture.bot.name },
    tab("home", "Home"),
    tab("messages", "Messages"),
  );
}

let paging = false;
async function earlier() {
  if (paging || !store.picture.channel?.earlier) return;
  paging = true;
  change({ pages: store.pages + 1 });
  await look();
  paging = false;
}
const scrolled = (event) => {
  if (event.target.scrollTop < 60) earlier();
};

function conversation(channel, app) {
  const quiet = app
    ? "Messages between you and the app appear here."
    : "The first message or card will appear here. Move the clock, or say something.";
  return h(
    "div",
    {
      class: "messages",
      "data-key": `l${channel.id}`,
      tabindex: "0",
      role: "log",
      "aria-label": "Messages",
      "aria-live": "polite",
      onscroll: scrolled,
    },
    channel.earlier &&
      h(
        "button",
        { type: "button", class: "chip earlier", "data-key": "earlier", onclick: earlier },
        "Earlier messages",
      ),
    channel.messages.length ? h("div", { class: "spring" }) : empty("It’s quiet here", quiet),
    ...messages(channel.messages),
  );
}

function pane() {
  const { channel, bot } = store.picture;
  if (!channel)
    return h(
      "section",
      { class: "pane" },
      empty("No channel is open", "Pick one at the side, or become someone who is in one."),
    );
  const app = channel.kind === "im",
    onHome = app && store.tab === "home",
    name = app ? bot.name : channel.name;
  return h(
    "section",
    { class: "pane", "aria-label": app ? name : `Channel ${name}` },
    h(
      "header",
      { class: "pane-head" },
      h("h2", {}, !app && h("span", { class: "quiet" }, "# "), name),
      channel.topic && h("span", { class: "topic quiet" }, channel.topic),
      !app &&
        h(
          "span",
          { class: "members quiet", title: channel.members.map(personName).join(", ") },
          `${channel.members.length} members`,
        ),
      app && tabs(),
    ),
    onHome ? home(store.picture.home) : conversation(channel, app),
    !onHome && composer("", app ? `Message ${name}` : `Message #${name}`),
  );
}

function thread() {
  const { thread: parent, channel } = store.picture;
  if (!parent || parent.ts !== store.thread) return null;
  const count = parent.replies.length;
  return h(
    "section",
    { class: "thread", "aria-label": "Thread" },
    h(
      "header",
      { class: "pane-head" },
      h("h2", {}, "Thread"),
      h("span", { class: "quiet" }, `# ${channel.name}`),
      h(
        "button",
        { type: "button", class: "bare push", "aria-label": "Close the thread", onclick: () => change({ thread: "" }) },
        icon(CROSS),
      ),
    ),
    h(
      "div",
      { class: "replies", "data-key": `t${parent.ts}`, tabindex: "0", role: "log", "aria-label": "Replies" },
      message(parent, { inThread: true }),
      h(
        "div",
        { class: "count-line" },
        h("span", {}, count === 0 ? "No replies yet" : count === 1 ? "1 reply" : `${count} replies`),
      ),
      ...parent.replies.map((each) => message(each, { inThread: true })),
    ),
    composer(parent.ts, "Reply…"),
  );
}

export function slack() {
  const beside = thread();
  return h(
    "div",
    { class: `slack ${beside ? "with-thread" : ""}` },
    side(),
    store.drawer && h("div", { class: "scrim", onclick: () => change({ drawer: false }) }),
    pane(),
    beside,
  );
}
