// Messages as Slack lists them: by day, one person's in a row together, with files, threads and what is only for you.

import { h, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { change, look, personName, store } from "./store.js";
import { isFresh } from "./fresh.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./faces.js";
import { dayLine, ofTs, time, when } from "./time.js";

const EYE =
  "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z";
const BUBBLE = "M3 4h14v9H9l-4 4v-4H3z";

const openThread = (ts) => {
  change({ thread: ts });
  return look();
};

const place = (message, inThread) => ({
  key: `${inThread ? "t" : ""}${message.ts}`,
  deed: "press",
  where: { channel: message.channel, ts: message.ts },
  values: message.values,
  suggest: async () => [],
});

const size = (bytes) =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1048576
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;
const isPicture = (file) => file.mimetype.startsWith("image/") && !file.mimetype.includes("svg");
const fileCard = (file) =>
  isPicture(file)
    ? h(
        "a",
        { class: "file-image", href: file.url_private, target: "_blank", rel: "noreferrer" },
        h("img", { src: file.url_private, alt: file.alt_txt || file.title, loading: "lazy" }),
      )
    : h(
        "a",
        { class: "file", href: file.url_private, target: "_blank", rel: "noreferrer" },
        h("span", { class: "kind", "aria-hidden": "true" }, file.filetype.slice(0, 4).toUpperCase() || "FILE"),
        h("span", {}, h("strong", {}, file.title), h("small", {}, size(file.size))),
      );

const lastReply = (ts) => `Last reply ${when(ofTs(ts)).replace(/^[TY]o?[a-z]*/, (word) => word.toLowerCase())}`;
function threadLink(message) {
  const count = message.reply_count;
  return h(
    "button",
    { type: "button", class: "thread-link", onclick: () => openThread(message.ts) },
    ...message.reply_users.map(avatar),
    h("strong", {}, count === 1 ? "1 reply" : `${count} replies`),
    h("span", { class: "quiet" }, lastReply(message.latest_reply)),
  );
}

function content(each, inThread) {
  const typed = each.user !== store.picture.bot.id && each.blocks?.every((block) => block.type === "rich_text");
  if (each.subtype === "tombstone") return [h("p", { class: "quiet" }, each.text)];
  return each.blocks?.length && !typed
    ? blocks(each.blocks, place(each, inThread))
    : [h("div", { class: "block words", dir: "auto" }, ...mrkdwn(each.text))];
}

function by(each, at) {
  const app = each.user === store.picture.bot.id;
  return h(
    "p",
    { class: "by" },
    h("strong", {}, personName(each.user)),
    app && h("span", { class: "badge" }, "APP"),
    h("time", { datetime: at.toISOString(), title: when(at) }, time(at)),
  );
}

const toThread = (each) =>
  h(
    "div",
    { class: "hover" },
    h(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        onclick: () => openThread(each.ts),
      },
      icon(BUBBLE),
    ),
  );

export function message(each, { grouped = false, inThread = false } = {}) {
  const at = ofTs(each.ts),
    key = `m${each.ts}`,
    broadcast = each.broadcast && each.thread_ts !== each.ts;
  return h(
    "article",
    {
      class: `message ${grouped ? "grouped" : ""} ${each.ephemeral ? "ephemeral" : ""}`,
      "data-key": key,
      "data-fresh": isFresh(key),
      "aria-label": `${personName(each.user)}, ${when(at)}`,
    },
    h(
      "div",
      { class: "gutter" },
      grouped ? h("time", { datetime: at.toISOString() }, time(at).replace(/ [AP]M/, "")) : avatar(each.user),
    ),
    h(
      "div",
      { class: "content" },
      each.ephemeral && h("p", { class: "only-you" }, icon(EYE), "Only visible to you"),
      !grouped && by(each, at),
      broadcast &&
        h(
          "p",
          { class: "only-you" },
          inThread
            ? "Also sent to the channel"
            : h(
                "button",
                { type: "button", class: "as-link", onclick: () => openThread(each.thread_ts) },
                "replied to a thread",
              ),
        ),
      ...content(each, inThread),
      each.edited && !each.blocks?.length && h("span", { class: "quiet" }, " (edited)"),
      each.files?.map(fileCard),
      !inThread && each.reply_count > 0 && threadLink(each),
    ),
    !inThread && !each.ephemeral && !broadcast && toThread(each),
  );
}

const isClose = (before, each) =>
  before &&
  before.user === each.user &&
  before.ephemeral === each.ephemeral &&
  !before.reply_count &&
  !each.broadcast &&
  !before.blocks?.some((block) => block.type !== "rich_text") &&
  Number(each.ts) - Number(before.ts) < 300;

export function messages(list) {
  const out = [];
  let lined = !store.newFrom;
  list.forEach((each, at) => {
    const before = list[at - 1],
      day = dayLine(ofTs(each.ts)),
      newDay = !before || dayLine(ofTs(before.ts)) !== day;
    if (newDay) out.push(h("div", { class: "day", "data-key": `d${day}`, role: "separator" }, h("span", {}, day)));
    if (!lined && each.ts > store.newFrom && before) {
      out.push(h("div", { class: "new-line", "data-key": "new", role: "separator" }, h("span", {}, "New")));
      lined = true;
    }
    out.push(message(each, { grouped: Boolean(!newDay && isClose(before, each)) }));
  });
  return out;
}
