// Slack's mrkdwn as nodes: bold, italic, strike, code, quotes, links, mentions, dates, a few emoji.

import { h } from "./dom.js";
import { store, personName, channelName, openChannel } from "./store.js";
import { slackDate } from "./time.js";

const EMOJI = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  rotating_light: "🚨",
  bell: "🔔",
  tada: "🎉",
  eyes: "👀",
  wave: "👋",
  moneybag: "💰",
  dollar: "💵",
  credit_card: "💳",
  receipt: "🧾",
  email: "✉️",
  envelope: "✉️",
  telephone_receiver: "📞",
  phone: "☎️",
  iphone: "📱",
  calendar: "📅",
  date: "📅",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  pause_button: "⏸️",
  double_vertical_bar: "⏸️",
  arrow_forward: "▶️",
  memo: "📝",
  pencil: "✏️",
  pencil2: "✏️",
  mag: "🔍",
  lock: "🔒",
  unlock: "🔓",
  speech_balloon: "💬",
  no_entry: "⛔",
  stop_sign: "🛑",
  octagonal_sign: "🛑",
  red_circle: "🔴",
  large_yellow_circle: "🟡",
  large_green_circle: "🟢",
  large_blue_circle: "🔵",
  white_circle: "⚪",
  black_circle: "⚫",
  large_orange_circle: "🟠",
  chart_with_upwards_trend: "📈",
  bar_chart: "📊",
  page_facing_up: "📄",
  paperclip: "📎",
  link: "🔗",
  bulb: "💡",
  question: "❓",
  information_source: "ℹ️",
  star: "⭐",
  thumbsup: "👍",
  "+1": "👍",
  robot_face: "🤖",
  house: "🏠",
  clipboard: "📋",
  outbox_tray: "📤",
  inbox_tray: "📥",
};

const safe = (url) => (/^(https?:|mailto:|tel:)/i.test(url) ? url : "");
const plainly = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
export const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);

export const link = (url, ...words) => {
  const href = safe(plainly(url));
  return href ? h("a", { href, target: "_blank", rel: "noreferrer" }, ...words) : h("span", {}, ...words);
};
export const mention = (words, extra = {}) => h("span", { class: "mention", ...extra }, words);
export const person = (id) => mention(`@${personName(id)}`, { class: id === store.me ? "mention me" : "mention" });
export const channel = (id, words) =>
  h(
    "a",
    {
      class: "mention",
      role: "button",
      href: "#",
      onclick: (event) => {
        event.preventDefault();
        openChannel(id);
      },
    },
    `#${channelName(id) || words}`,
  );

// <…> is Slack's own markup, so it is taken out first; what is left is styled.
const MARK = /<([^<>]+)>/g;

function angle(inner) {
  const [body, ...rest] = inner.split("|");
  const words = plainly(rest.join("|"));
  if (body.startsWith("@")) return person(body.slice(1));
  if (body.startsWith("#")) return channel(body.slice(1), words);
  if (body.startsWith("!date^")) {
    const [, stamp, format, url] = body.split("^");
    const shown = slackDate(Number(stamp), format, words);
    return h("time", { datetime: new Date(stamp * 1000).toISOString() }, url ? link(url, shown) : shown);
  }
  if (body.startsWith("!subteam^")) return mention(words || "@group");
  if (body.startsWith("!")) return mention(`@${body.slice(1)}`);
  return link(body, words || plainly(body).replace(/^mailto:/, ""));
}

const STYLES = [
  [/`([^`\n]+)`/, (inner) => h("code", {}, plainly(inner))],
  [/(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])/, (inner, again) => h("strong", {}, ...again(inner))],
  [/(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])/, (inner, again) => h("em", {}, ...again(inner))],
  [/(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/, (inner, again) => h("s", {}, ...again(inner))],
];

function inline(text, held) {
  const again = (inner) => inline(inner, held);
  let first = null;
  for (const [pattern, make] of STYLES) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, make };
  }
  if (first) {
    const { found, make } = first;
    return [
      ...again(text.slice(0, found.index)),
      make(found[1], again),
      ...again(text.slice(found.index + found[0].length)),
    ];
  }
  return text.split(/(\u0000\d+\u0000)/).flatMap((piece) => {
    const mark = /^\u0000(\d+)\u0000$/.exec(piece);
    return mark ? held[mark[1]] : lines(emoji(plainly(piece)));
  });
}

export const lines = (text) =>
  text
    .split("\n")
    .flatMap((line, at) => (at ? [h("br"), line] : [line]))
    .filter((each) => each !== "");

export function mrkdwn(source) {
  const held = [];
  const hold = (node) => `\u0000${held.push(node) - 1}\u0000`;
  let text = source.replace(/```([\s\S]+?)```\n?/g, (_, code) => hold(h("pre", {}, plainly(code.replace(/^\n/, "")))));
  text = text.replace(MARK, (_, inner) => hold(angle(inner)));
  const parts = text.split(/((?:^(?:&gt;|>) ?.*(?:\n|$))+)/m);
  return parts.flatMap((part) => {
    if (!part) return [];
    if (!/^(&gt;|>)/.test(part)) return inline(part, held);
    return [h("blockquote", {}, ...inline(part.replace(/^(?:&gt;|>) ?/gm, "").replace(/\n$/, ""), held))];
  });
}

export const textObject = (object) => {
  if (!object) return [];
  return object.type === "mrkdwn"
    ? mrkdwn(object.text)
    : lines(object.emoji === false ? object.text : emoji(object.text));
};
