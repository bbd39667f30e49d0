// Block Kit as Slack draws it. `place` says where the blocks stand and what using one of their elements does:
// {key, values, errors, use(block, element, value), suggest(element, typed)}.

import { h, icon } from "./dom.js";
import { emoji, mrkdwn, richText, textObject } from "./mrkdwn.js";
import { confirmed, menu } from "./layers.js";
import { store } from "./store.js";

const plain = (object) => (object ? emoji(object.text) : "");
const idOf = (place, block, element) => `${place.key}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
const nameOf = (element, block) => element.accessibility_label || plain(block.label) || plain(element.placeholder) || plain(block.text).slice(0, 80) || "Choose";
const held = (place, block, element) => place.values?.[block.block_id]?.[element.action_id] ?? {};

async function use(place, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm))) { store.draw(); return; }
  await place.use(block, element, value);
}

// Elements ------------------------------------------------------------------------------------------------------------

function button(place, block, element) {
  const busy = store.busy.has(idOf(place, block, element));
  const act = () => { if (element.url) window.open(element.url, "_blank", "noreferrer"); use(place, block, element, element.value); };
  return h("button", { type: "button", id: idOf(place, block, element), class: `btn ${element.style ?? ""}`, "aria-busy": busy ? "true" : undefined, "aria-label": element.accessibility_label, onclick: act }, h("span", {}, ...textObject(element.text)), element.url && icon("M11 4h5v5M16 4l-7 7M14 11v5H4V6h5", { class: "icon tiny" }));
}

function overflow(place, block, element) {
  const open = async (event) => {
    const option = await menu(event.target.closest("button"), element.options);
    if (option?.url) window.open(option.url, "_blank", "noreferrer");
    if (option) use(place, block, element, option.value);
  };
  return h("button", { type: "button", id: idOf(place, block, element), class: "btn square", "aria-haspopup": "menu", "aria-expanded": "false", "data-keep": "aria-expanded", "aria-label": "More actions", onclick: open }, icon("M4 10h.01M10 10h.01M16 10h.01", { class: "icon dots" }));
}

const choices = (element) => {
  const given = { users: () => store.picture.people.map((each) => [each.id, each.name]), channels: () => store.picture.channels.filter((each) => each.kind !== "im").map((each) => [each.id, `#${each.name}`]) };
  if (/users_select/.test(element.type)) return { options: given.users() };
  if (/(channels|conversations)_select/.test(element.type)) return { options: given.channels() };
  const pair = (option) => [option.value, plain(option.text)];
  if (element.option_groups) return { groups: element.option_groups.map((group) => [plain(group.label), group.options.map(pair)]) };
  return { options: (element.options ?? []).map(pair) };
};
const chosenValue = (value) => value.selected_option?.value ?? value.selected_user ?? value.selected_channel ?? value.selected_conversation ?? "";

function select(place, block, element) {
  const value = chosenValue(held(place, block, element));
  const option = ([key, words]) => h("option", { value: key, selected: key === value }, words);
  const { options = [], groups = [] } = choices(element);
  return h("select", { id: idOf(place, block, element), class: "field select", "aria-label": block.type === "input" ? undefined : nameOf(element, block), value, "data-holds": element.type, onchange: (event) => use(place, block, element, event.target.value) },
    h("option", { value: "", selected: !value }, plain(element.placeholder) || "Select an option"), ...options.map(option), ...groups.map(([label, inside]) => h("optgroup", { label }, ...inside.map(option))));
}

function external(place, block, element) {
  const id = idOf(place, block, element), found = held(place, block, element).selected_option;
  const ask = async (event) => {
    const match = (place.offers?.[id] ?? []).find((each) => plain(each.text) === event.target.value);
    if (match) { use(place, block, element, match); return; }
    place.offers = { ...place.offers, [id]: await place.suggest(element, event.target.value) };
    document.getElementById(`${id}-list`)?.replaceChildren(...place.offers[id].map((each) => h("option", { value: plain(each.text) })));
  };
  return h("span", { class: "external" }, h("input", { id, class: "field", list: `${id}-list`, autocomplete: "off", placeholder: plain(element.placeholder) || "Type to search", value: found ? plain(found.text) : "", oninput: ask, "aria-label": block.type === "input" ? undefined : nameOf(element, block) }), h("datalist", { id: `${id}-list` }));
}

function many(place, block, element) {
  const value = held(place, block, element);
  const chosen = (value.selected_options ?? []).map((each) => each.value).concat(value.selected_users ?? [], value.selected_channels ?? [], value.selected_conversations ?? []);
  const { options = [], groups = [] } = choices(element);
  const all = [...options, ...groups.flatMap(([, inside]) => inside)];
  const id = idOf(place, block, element);
  const send = () => use(place, block, element, [...document.querySelectorAll(`[name="${id}"]:checked`)].map((each) => each.value));
  const words = all.filter(([key]) => chosen.includes(key)).map(([, label]) => label).join(", ");
  return h("details", { class: "multi", id, "data-keep": "open" }, h("summary", { class: "field select" }, words || plain(element.placeholder) || "Select options"),
    h("div", { class: "multi-options", role: "group", "aria-label": nameOf(element, block), "data-holds": element.type }, ...all.map(([key, label]) => h("label", {}, h("input", { type: "checkbox", name: id, value: key, checked: chosen.includes(key), onchange: send }), label))));
}

function ticks(place, block, element) {
  const single = element.type === "radio_buttons", id = idOf(place, block, element), value = held(place, block, element);
  const chosen = single ? [value.selected_option?.value] : (value.selected_options ?? []).map((each) => each.value);
  const send = () => { const on = [...document.querySelectorAll(`[name="${id}"]:checked`)].map((each) => each.value); use(place, block, element, single ? on[0] : on); };
  return h("div", { class: "ticks", id, role: single ? "radiogroup" : "group", "aria-label": nameOf(element, block), "data-holds": element.type }, ...element.options.map((option) =>
    h("label", {}, h("input", { type: single ? "radio" : "checkbox", name: id, value: option.value, checked: chosen.includes(option.value), onchange: send }),
      h("span", {}, ...textObject(option.text), option.description && h("small", {}, ...textObject(option.description))))));
}

const PICKED = { datepicker: ["date", "selected_date"], timepicker: ["time", "selected_time"], datetimepicker: ["datetime-local", "selected_date_time"] };
function picker(place, block, element) {
  const [type, key] = PICKED[element.type];
  const value = held(place, block, element)[key] ?? "";
  const shown = type === "datetime-local" && value ? new Date(value * 1000).toISOString().slice(0, 16) : value;
  const send = (event) => use(place, block, element, type === "datetime-local" ? Date.parse(`${event.target.value}Z`) / 1000 : event.target.value);
  return h("input", { id: idOf(place, block, element), type, class: "field", value: shown, "data-holds": element.type, "aria-label": block.type === "input" ? undefined : nameOf(element, block), onchange: send });
}

const TYPES = { email_text_input: "email", url_text_input: "url" };
function written(place, block, element) {
  const shared = {
    id: idOf(place, block, element), class: "field", placeholder: plain(element.placeholder), value: held(place, block, element).value ?? "", "data-holds": element.type,
    "aria-invalid": place.errors?.[block.block_id] ? "true" : undefined, "aria-describedby": `${idOf(place, block, element)}-more`, onchange: (event) => use(place, block, element, event.target.value),
  };
  if (element.multiline) return h("textarea", { rows: 4, ...shared });
  return h("input", { type: TYPES[element.type] ?? "text", inputmode: element.type === "number_input" ? "decimal" : undefined, autocomplete: "off", ...shared });
}

const picture = (element, className) => {
  const file = element.slack_file?.url ?? (element.slack_file ? `/slack/files/${element.slack_file.id}/image` : "");
  return h("img", { src: element.image_url || file, alt: element.alt_text, class: className, loading: "lazy" });
};

function element(place, block, each) {
  if (each.type === "button") return button(place, block, each);
  if (each.type === "overflow") return overflow(place, block, each);
  if (each.type === "image") return picture(each, "thumb");
  if (each.type === "external_select") return external(place, block, each);
  if (/^multi_/.test(each.type)) return many(place, block, each);
  if (/select$/.test(each.type)) return select(place, block, each);
  if (each.type === "checkboxes" || each.type === "radio_buttons") return ticks(place, block, each);
  if (each.type in PICKED) return picker(place, block, each);
  if (/_input$/.test(each.type)) return written(place, block, each);
  return unknown(each.type);
}
const unknown = (type) => h("p", { class: "unknown" }, `The console doesn’t draw ${type} yet.`);

// Blocks --------------------------------------------------------------------------------------------------------------

const DRAW = {
  header: (block) => h(`h${(block.level ?? 2) + 1}`, { class: "b-header" }, ...textObject(block.text)),
  divider: () => h("hr"),
  section: (block, place) => h("div", { class: "b-section" },
    h("div", { class: "words" }, block.text && h("div", {}, ...textObject(block.text)), block.fields && h("div", { class: "fields" }, ...block.fields.map((each) => h("div", {}, ...textObject(each))))),
    block.accessory && h("div", { class: "accessory" }, element(place, block, block.accessory))),
  context: (block) => h("div", { class: "b-context" }, ...block.elements.map((each) => (each.type === "image" ? picture(each, "mini") : h("span", {}, ...textObject(each))))),
  actions: (block, place) => h("div", { class: "b-actions", role: "group", "aria-label": "Actions" }, ...block.elements.map((each) => element(place, block, each))),
  image: (block) => h("figure", { class: "b-image" }, block.title && h("figcaption", {}, ...textObject(block.title)), picture(block, "")),
  rich_text: (block) => h("div", { class: "b-rich" }, ...richText(block)),
  markdown: (block) => h("div", { class: "b-rich" }, ...markdown(block.text)),
  alert: (block) => h("div", { class: `b-alert ${block.level ?? "default"}`, role: "note" }, ...textObject(block.text)),
  table,
  input,
};

function input(block, place) {
  const id = idOf(place, block, block.element), error = place.errors?.[block.block_id];
  const grouped = /^(checkboxes|radio_buttons|multi_)/.test(block.element.type);
  return h("div", { class: `b-input ${error ? "wrong" : ""}`, "data-block": block.block_id, "data-input": id },
    h(grouped ? "span" : "label", { class: "label", for: grouped ? undefined : id }, plain(block.label), block.optional && h("span", { class: "quiet" }, " (optional)")),
    element(place, block, block.element),
    h("div", { class: "more", id: `${id}-more` }, error ? h("span", { class: "error", role: "alert" }, error) : block.hint && h("span", { class: "hint" }, ...textObject(block.hint))));
}

function table(block) {
  const align = (at) => `align-${block.column_settings?.[at]?.align ?? "left"}${block.column_settings?.[at]?.is_wrapped ? " wraps" : ""}`;
  const cell = (tag) => (each, at) => h(tag, { class: align(at), scope: tag === "th" ? "col" : undefined }, ...(each.type === "rich_text" ? richText(each) : [each.text]));
  const [first, ...rest] = block.rows;
  return h("div", { class: "b-table", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, h("tr", {}, ...first.map(cell("th")))), h("tbody", {}, ...rest.map((row) => h("tr", {}, ...row.map(cell("td")))))));
}

// Standard markdown, as far as messages use it: headings, lists, bold; the rest as mrkdwn.
function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^#{1,6} (.*)/.exec(line), item = /^[-*] (.*)/.exec(line);
    const words = mrkdwn((heading?.[1] ?? item?.[1] ?? line).replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/\[([^\]]+)\]\((\S+?)\)/g, "<$2|$1>"));
    return h("div", { class: heading ? "md-head" : item ? "md-item" : "" }, ...(words.length ? words : ["\u00a0"]));
  });
}

export const blocks = (list, place) => list.map((block) => h("div", { class: "block", "data-key": `${place.key}-${block.block_id}` }, DRAW[block.type]?.(block, place) ?? unknown(block.type)));

// What a modal's inputs hold now, by block: what the person sees is what is sent.
export function formValues(root) {
  const values = {};
  for (const block of root.querySelectorAll("[data-block]")) {
    const node = block.querySelector("[data-holds]");
    if (!node) continue;
    const on = [...block.querySelectorAll("input:checked")].map((each) => each.value);
    const kind = node.dataset.holds;
    if (kind === "radio_buttons") values[block.dataset.block] = on[0] ?? null;
    else if (kind === "checkboxes" || kind.startsWith("multi_")) values[block.dataset.block] = on;
    else if (kind === "datetimepicker") values[block.dataset.block] = node.value ? Date.parse(`${node.value}Z`) / 1000 : null;
    else values[block.dataset.block] = node.value;
  }
  return values;
}
export { idOf };
