// Rich text: what people type in Slack's client, and what cells of tables are made of.

import { h } from "./dom.js";
import { channel, emoji, lines, link, mention, person } from "./mrkdwn.js";
import { slackDate } from "./time.js";

function leaf(part) {
  const node =
    {
      text: () => h("span", {}, ...lines(part.text)),
      link: () => link(part.url, part.text || part.url),
      user: () => person(part.user_id),
      channel: () => channel(part.channel_id, part.channel_id),
      usergroup: () => mention("@group"),
      broadcast: () => mention(`@${part.range}`),
      emoji: () => h("span", {}, emoji(`:${part.name}:`)),
      date: () => h("time", {}, slackDate(part.timestamp, part.format, part.fallback || "")),
      color: () => h("span", {}, part.value),
    }[part.type]?.() ?? h("span", {}, part.text || "");
  const style = part.style ?? {};
  const wraps = [
    ["code", "code"],
    ["bold", "strong"],
    ["italic", "em"],
    ["strike", "s"],
    ["underline", "u"],
  ];
  return wraps.reduce((inside, [name, tag]) => (style[name] ? h(tag, {}, inside) : inside), node);
}

export function richText(block) {
  return block.elements.map((part) => {
    if (part.type === "rich_text_list") {
      const items = part.elements.map((each) => h("li", {}, ...each.elements.map(leaf)));
      return h(
        part.style === "ordered" ? "ol" : "ul",
        { class: `indent-${part.indent ?? 0}`, start: (part.offset ?? 0) + 1 },
        ...items,
      );
    }
    const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] ?? "div";
    return h(tag, {}, ...part.elements.map(leaf));
  });
}
