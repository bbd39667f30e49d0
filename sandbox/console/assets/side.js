// Slack's side: the rooms a person is in, the app, and who they are.

import { h, icon } from "./dom.js";
import { deed } from "./deeds.js";
import { change, look, openChannel, personName, store } from "./store.js";
import { avatar, botFace } from "./faces.js";

const LOCK = "M6 9V6.5a4 4 0 018 0V9M5 9h10v8H5z";
const isUnread = (channel) => channel.id !== store.channel && channel.last > (store.seen[channel.id] ?? "");

function entry(channel) {
  const open = channel.id === store.channel,
    unread = isUnread(channel);
  return h(
    "li",
    { "data-key": channel.id },
    h(
      "button",
      {
        type: "button",
        class: `entry ${unread ? "unread" : ""}`,
        "aria-current": open ? "page" : undefined,
        onclick: () => openChannel(channel.id),
      },
      h("span", { class: "mark", "aria-hidden": "true" }, channel.kind === "group" ? icon(LOCK) : "#"),
      h("span", { class: "name" }, channel.name),
      unread && h("span", { class: "dot" }, h("span", { class: "sr" }, "unread")),
    ),
  );
}

async function home() {
  change({ tab: "home", drawer: false });
  const answer = await deed("home", {});
  if (!answer.channel || store.tab !== "home") return; // somewhere else by now
  change({ channel: answer.channel, pages: 1, thread: "", room: "slack" });
  await look();
}

function app(channels) {
  const talk = channels.find((each) => each.kind === "im"),
    inApp = store.picture.channel?.kind === "im",
    { bot } = store.picture;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: `entry ${talk && isUnread(talk) && talk.last ? "unread" : ""}`,
        "aria-current": inApp ? "page" : undefined,
        onclick: home,
      },
      botFace("mini"),
      h("span", { class: "name" }, bot.name),
    ),
  );
}

export function side() {
  const { channels, workspace } = store.picture,
    rooms = channels.filter((each) => each.kind !== "im");
  const me = store.picture.people.find((each) => each.id === store.me);
  return h(
    "aside",
    { class: `side ${store.drawer ? "open" : ""}`, "aria-label": "Workspace" },
    h("div", { class: "workspace" }, workspace),
    h(
      "nav",
      { "aria-label": "Channels" },
      h("h2", {}, "Channels"),
      h("ul", {}, ...rooms.map(entry)),
      !rooms.length && h("p", { class: "quiet" }, "You are in no channel yet."),
      h("h2", {}, "Apps"),
      h("ul", {}, app(channels)),
    ),
    h(
      "p",
      { class: "signed" },
      avatar(store.me),
      h("span", {}, personName(store.me), h("small", {}, me?.role || "that’s you")),
    ),
  );
}
