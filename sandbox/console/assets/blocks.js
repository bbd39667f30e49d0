// Block Kit's layout blocks as Slack draws them; what one presses and fills in is in elements.js.

import { h } from "./dom.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { element, picture, unknown } from "./elements.js";
import { idOf, plain } from "./parts.js";

const DRAW = {
  header: (block) => h(`h${(block.level ?? 2) + 1}`, { class: "b-header" }, ...textObject(block.text)),
  divider: () => h("hr"),
  section: (block, place) =>
    h(
      "div",
      { class: "b-section" },
      h(
        "div",
        { class: "words" },
        block.text && h("div", {}, ...textObject(block.text)),
        block.fields &&
          h("div", { class: "fields" }, ...block.fields.map((each) => h("div", { dir: "auto" }, ...textObject(each)))),
      ),
      block.accessory && h("div", { class: "accessory" }, element(place, block, block.accessory)),
    ),
  context: (block) =>
    h(
      "div",
      { class: "b-context" },
      ...block.elements.map((each) =>
        each.type === "image" ? picture(each, "mini") : h("span", {}, ...textObject(each)),
      ),
    ),
  actions: (block, place) =>
    h(
      "div",
      { class: "b-actions", role: "group", "aria-label": "Actions" },
      ...block.elements.map((each) => element(place, block, each)),
    ),
  image: (block) =>
    h(
      "figure",
      { class: "b-image" },
      block.title && h("figcaption", {}, ...textObject(block.title)),
      picture(block, ""),
    ),
  rich_text: (block) => h("div", { class: "b-rich" }, ...richText(block)),
  markdown: (block) => h("div", { class: "b-rich" }, ...markdown(block.text)),
  alert: (block) => h("div", { class: `b-alert ${block.level ?? "default"}`, role: "note" }, ...textObject(block.text)),
  table,
  input,
};

function input(block, place) {
  const id = idOf(place, block, block.element),
    error = place.errors?.[block.block_id];
  const grouped = /^(checkboxes|radio_buttons|multi_|external)/.test(block.element.type);
  return h(
    "div",
    { class: `b-input ${error ? "wrong" : ""}`, "data-block": block.block_id, "data-input": id },
    h(
      grouped ? "span" : "label",
      { class: "label", for: grouped ? undefined : id },
      plain(block.label),
      block.optional && h("span", { class: "quiet" }, " (optional)"),
    ),
    element(place, block, block.element),
    h(
      "div",
      { class: "more", id: `${id}-more` },
      error
        ? h("span", { class: "error", role: "alert" }, error)
        : block.hint && h("span", { class: "hint" }, ...textObject(block.hint)),
    ),
  );
}

function table(block) {
  const align = (at) =>
    `align-${block.column_settings?.[at]?.align ?? "left"}${block.column_settings?.[at]?.is_wrapped ? " wraps" : ""}`;
  const words = (cell) => (cell.type === "rich_text" ? richText(cell) : [cell.text ?? String(cell.value)]);
  const cell = (tag) => (each, at) =>
    h(tag, { class: align(at), scope: tag === "th" ? "col" : undefined }, ...words(each));
  const [first, ...rest] = block.rows;
  return h(
    "div",
    { class: "b-table", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...first.map(cell("th")))),
      h("tbody", {}, ...rest.map((row) => h("tr", {}, ...row.map(cell("td"))))),
    ),
  );
}

// Standard markdown, as far as messages use it: headings, lists, bold; the rest as mrkdwn.
function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^#{1,6} (.*)/.exec(line),
      item = /^[-*] (.*)/.exec(line);
    const words = mrkdwn(
      (heading?.[1] ?? item?.[1] ?? line)
        .replace(/\*\*(.+?)\*\*/g, "*$1*")
        .replace(/\[([^\]]+)\]\((\S+?)\)/g, "<$2|$1>"),
    );
    return h("div", { class: heading ? "md-head" : item ? "md-item" : "" }, ...(words.length ? words : ["\u00a0"]));
  });
}

export const blocks = (list, place) =>
  list.map((block) =>
    h(
      "div",
      { class: "block", "data-key": `${place.key}-${block.block_id}` },
      DRAW[block.type]?.(block, place) ?? unknown(block.type),
    ),
  );
