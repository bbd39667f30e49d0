// One person's Slack: channels at the side, messages, a thread beside them, the app's Home, and where one types.

import { h, icon } from "./dom.js";
import { blocks, idOf } from "./blocks.js";
import { change, deed, look, openChannel, personName, store } from "./store.js";
import { mrkdwn } from "./mrkdwn.js";
import { dayLine, ofTs, time, when } from "./time.js";
import { CROSS } from "./layers.js";
import { viewPlace } from "./modal.js";

const EYE = "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z";
const hue = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 8, 7);
const initials = (name) => name.split(" ").map((each) => each[0]).slice(0, 2).join("");
const avatar = (id) => (id === store.picture.bot.id ? h("span", { class: "avatar app", "aria-hidden": "true" }, store.picture.bot.name[0]) : h("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, initials(personName(id))));

// Side -----------------------------------------------------------------------------------------------------------------

function entry(channel) {
  const open = channel.id === store.channel, unread = !open && channel.last && channel.last > (store.seen[channel.id] ?? "");
  return h("li", { "data-key": channel.id }, h("button", { type: "button", class: `entry ${unread ? "unread" : ""}`, "aria-current": open ? "page" : undefined, onclick: () => openChannel(channel.id) },
    h("span", { class: "mark", "aria-hidden": "true" }, channel.kind === "group" ? icon("M6 9V6.5a4 4 0 018 0V9M5 9h10v8H5z") : "#"), h("span", { class: "name" }, channel.name), unread && h("span", { class: "dot" }, h("span", { class: "sr" }, "unread"))));
}

function side() {
  const { channels, bot, workspace } = store.picture;
  const talk = channels.find((each) => each.kind === "im");
  const home = async () => { change({ tab: "home", drawer: false }); const answer = await deed("home", {}); if (answer.channel) { change({ channel: answer.channel, thread: "", tab: "home" }); await look(); } };
  const inApp = store.picture.channel?.kind === "im";
  return h("aside", { class: `side ${store.drawer ? "open" : ""}`, "aria-label": "Workspace" },
    h("div", { class: "workspace" }, workspace),
    h("nav", { "aria-label": "Channels" }, h("h2", {}, "Channels"),
      h("ul", {}, ...channels.filter((each) => each.kind !== "im").map(entry)),
      !channels.some((each) => each.kind !== "im") && h("p", { class: "quiet" }, "You are in no channel yet."),
      h("h2", {}, "Apps"), h("ul", {}, h("li", {}, h("button", { type: "button", class: `entry ${talk && !inApp && talk.last > (store.seen[talk.id] ?? "") ? "unread" : ""}`, "aria-current": inApp ? "page" : undefined, onclick: home }, h("span", { class: "avatar app mini", "aria-hidden": "true" }, bot.name[0]), h("span", { class: "name" }, bot.name))))),
    h("p", { class: "signed" }, avatar(store.me), h("span", {}, personName(store.me), h("small", {}, "that’s you"))));
}

// Messages -------------------------------------------------------------------------------------------------------------

function place(message, inThread) {
  const key = `${inThread ? "t" : ""}${message.ts}`;
  return { key, values: message.values,
    use: (block, element, value) => deed("press", { channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, value: element.type === "button" ? undefined : value }, idOf({ key }, block, element)),
    suggest: async () => [] };
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
const fileCard = (file) => (file.mimetype.startsWith("image/") && !file.mimetype.includes("svg")
  ? h("a", { class: "file-image", href: file.url_private, target: "_blank", rel: "noreferrer" }, h("img", { src: file.url_private, alt: file.alt_txt || file.title, loading: "lazy" }))
  : h("a", { class: "file", href: file.url_private, target: "_blank", rel: "noreferrer" }, h("span", { class: "kind", "aria-hidden": "true" }, file.filetype.slice(0, 4).toUpperCase() || "FILE"), h("span", {}, h("strong", {}, file.title), h("small", {}, size(file.size)))));

function threadLink(message) {
  const count = message.replies.length, last = message.replies.at(-1);
  const faces = [...new Set(message.replies.map((each) => each.user))].slice(0, 4).map(avatar);
  return h("button", { type: "button", class: "thread-link", onclick: () => change({ thread: message.ts }) }, ...faces, h("strong", {}, count === 1 ? "1 reply" : `${count} replies`), h("span", { class: "quiet" }, `Last reply ${when(ofTs(last.ts)).toLowerCase().replace("am", "AM").replace("pm", "PM")}`));
}

function message(each, { grouped = false, inThread = false } = {}) {
  const app = each.user === store.picture.bot.id, at = ofTs(each.ts);
  const typed = !app && each.blocks?.every((block) => block.type === "rich_text");
  const content = each.blocks?.length && !typed ? blocks(each.blocks, place(each, inThread)) : each.subtype === "tombstone" ? [h("p", { class: "quiet" }, each.text)] : [h("div", { class: "block words" }, ...mrkdwn(each.text))];
  return h("article", { class: `message ${grouped ? "grouped" : ""} ${each.ephemeral ? "ephemeral" : ""}`, "data-key": `m${each.ts}`, "aria-label": `${personName(each.user)}, ${when(at)}` },
    h("div", { class: "gutter" }, grouped ? h("time", { datetime: at.toISOString() }, time(at).replace(/ [AP]M/, "")) : avatar(each.user)),
    h("div", { class: "content" },
      each.ephemeral && h("p", { class: "only-you" }, icon(EYE), "Only visible to you"),
      !grouped && h("p", { class: "by" }, h("strong", {}, personName(each.user)), app && h("span", { class: "badge" }, "APP"), h("time", { datetime: at.toISOString(), title: when(at) }, time(at))),
      ...content,
      each.edited && !each.blocks?.length && h("span", { class: "quiet" }, " (edited)"),
      each.files?.map(fileCard),
      !inThread && each.replies.length > 0 && threadLink(each)),
    !inThread && !each.ephemeral && h("div", { class: "hover" }, h("button", { type: "button", class: "bare", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => change({ thread: each.ts }) }, icon("M3 4h14v9H9l-4 4v-4H3z"))));
}

function list(messages) {
  const out = [];
  messages.forEach((each, at) => {
    const before = messages[at - 1], day = dayLine(ofTs(each.ts));
    if (!before || dayLine(ofTs(before.ts)) !== day) out.push(h("div", { class: "day", "data-key": `d${day}`, role: "separator" }, h("span", {}, day)));
    const close = before && before.user === each.user && before.ephemeral === each.ephemeral && !before.replies.length && !before.blocks?.some((block) => block.type !== "rich_text") && Number(each.ts) - Number(before.ts) < 300 && dayLine(ofTs(before.ts)) === day;
    out.push(message(each, { grouped: Boolean(close) }));
  });
  return out;
}

// Typing ---------------------------------------------------------------------------------------------------------------

async function send(field, thread) {
  const text = field.value.trim();
  if (!text) return;
  const command = text.startsWith("/") && !thread;
  field.value = ""; grow(field); store.typing = "";
  const channel = store.channel;
  const answer = command ? await deed("command", { channel, text }, `say${thread}`) : await deed("say", { channel, text, thread_ts: thread }, `say${thread}`);
  if (answer.trouble && !field.value) field.value = text;
}
const grow = (field) => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight, 160)}px`; };

function hints(fieldId) {
  const typed = store.typing ?? "";
  if (!typed.startsWith("/") || typed.includes(" ")) return null;
  const found = Object.entries(store.picture.commands).filter(([name]) => name.startsWith(typed));
  if (!found.length) return null;
  const take = (name) => { const field = document.getElementById(fieldId); field.value = `${name} `; store.typing = field.value; field.focus(); store.draw(); };
  return h("ul", { class: "hints", "aria-label": "Commands" }, ...found.map(([name, hint]) => h("li", {}, h("button", { type: "button", onclick: () => take(name) }, h("strong", {}, name), h("span", { class: "quiet" }, hint)))));
}

function composer(thread, words) {
  const id = thread ? "reply-field" : "say-field", busy = store.busy.has(`say${thread}`);
  const keys = (event) => {
    if (event.key === "Tab" && !event.shiftKey && (store.typing ?? "").startsWith("/")) {
      const match = Object.keys(store.picture.commands).find((name) => name.startsWith(store.typing));
      if (match && !store.typing.includes(" ")) { event.preventDefault(); event.target.value = `${match} `; store.typing = event.target.value; store.draw(); }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(event.target, thread); }
  };
  const typing = (event) => { grow(event.target); if (!thread) { store.typing = event.target.value; store.draw(); } };
  return h("form", { class: "composer", "data-key": `c${thread ? "t" : ""}${store.channel}`, onsubmit: (event) => { event.preventDefault(); send(document.getElementById(id), thread); } },
    !thread && hints(id),
    h("div", { class: "box" }, h("textarea", { id, rows: 1, "aria-label": words, placeholder: words, onkeydown: keys, oninput: typing, "data-keep": "style" }),
      h("button", { type: "submit", class: "send", "aria-label": "Send", "aria-busy": busy ? "true" : undefined }, icon("M3 10l14-6-5 14-3-6z"))));
}

// Panes ----------------------------------------------------------------------------------------------------------------

const empty = (title, words) => h("div", { class: "empty" }, h("strong", {}, title), h("p", {}, words));

function home(view) {
  if (!view) return h("div", { class: "home" }, empty("Nothing here yet", store.busy.has("home") ? "Waiting for the app…" : "The app has published no Home for you."));
  return h("div", { class: "home", tabindex: "0", role: "region", "aria-label": "App Home" }, h("div", { class: "home-page" }, ...blocks(view.blocks, viewPlace(view))));
}

function tabs() {
  const tab = (key, words) => h("button", { type: "button", role: "tab", "aria-selected": String(store.tab === key), onclick: () => change({ tab: key }) }, words);
  return h("div", { class: "tabs", role: "tablist", "aria-label": store.picture.bot.name }, tab("home", "Home"), tab("messages", "Messages"));
}

function pane() {
  const { channel, bot } = store.picture;
  if (!channel) return h("section", { class: "pane" }, empty("No channel is open", "Pick one at the side, or become someone who is in one."));
  const app = channel.kind === "im", onHome = app && store.tab === "home";
  return h("section", { class: "pane", "aria-label": app ? bot.name : `Channel ${channel.name}` },
    h("header", { class: "pane-head" }, h("h2", {}, app ? bot.name : h("span", {}, h("span", { class: "quiet" }, "# "), channel.name)), channel.topic && h("span", { class: "topic quiet" }, channel.topic),
      !app && h("span", { class: "members quiet", title: channel.members.map(personName).join(", ") }, `${channel.members.length} members`), app && tabs()),
    onHome ? home(store.picture.home) : h("div", { class: "messages", "data-key": `l${channel.id}`, tabindex: "0", role: "log", "aria-label": "Messages", "aria-live": "polite" },
      channel.messages.length ? h("div", { class: "spring" }) : empty("It’s quiet here", app ? "Messages between you and the app appear here." : "The first message or card will appear here. Move the clock, or say something."), ...list(channel.messages)),
    !onHome && composer("", app ? `Message ${bot.name}` : `Message #${channel.name}`));
}

function thread() {
  const parent = store.picture.channel?.messages.find((each) => each.ts === store.thread);
  if (!parent) return null;
  const count = parent.replies.length;
  return h("section", { class: "thread", "aria-label": "Thread", onkeydown: (event) => { if (event.key === "Escape") change({ thread: "" }); } },
    h("header", { class: "pane-head" }, h("h2", {}, "Thread"), h("span", { class: "quiet" }, `# ${store.picture.channel.name}`), h("button", { type: "button", class: "bare push", "aria-label": "Close the thread", onclick: () => change({ thread: "" }) }, icon(CROSS))),
    h("div", { class: "replies", "data-key": `t${parent.ts}`, tabindex: "0", role: "log", "aria-label": "Replies" }, message(parent, { inThread: true }),
      h("div", { class: "count-line" }, h("span", {}, count === 0 ? "No replies yet" : count === 1 ? "1 reply" : `${count} replies`)), ...parent.replies.map((each) => message(each, { inThread: true }))),
    composer(parent.ts, "Reply…"));
}

export const slack = () => { const beside = thread(); return h("div", { class: `slack ${beside ? "with-thread" : ""}` }, side(), store.drawer && h("div", { class: "scrim", onclick: () => change({ drawer: false }) }), pane(), beside); };
