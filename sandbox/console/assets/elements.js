// Block Kit's interactive elements. `place` says where the blocks stand and what using one of their elements does:
// {key, values, errors, use(block, element, value), suggest(element, typed)}.

import { h, icon } from "./dom.js";
import { emoji, textObject } from "./mrkdwn.js";
import { confirmed, menu } from "./layers.js";
import { combobox } from "./combobox.js";
import { store } from "./store.js";

export const plain = (object) => (object ? emoji(object.text) : "");
export const idOf = (place, block, element) => `${place.key}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
const nameOf = (element, block) => element.accessibility_label || plain(block.label) || plain(element.placeholder) || plain(block.text).slice(0, 80) || "Choose";
const labelled = (element, block) => (block.type === "input" ? undefined : nameOf(element, block));
const held = (place, block, element) => place.values?.[block.block_id]?.[element.action_id] ?? {};

async function use(place, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm))) { store.draw(); return; }
  await place.use(block, element, value);
}
const open = (url) => window.open(url, "_blank", "noreferrer");

function button(place, block, element) {
  const busy = store.busy.has(idOf(place, block, element));
  const act = () => { if (element.url) open(element.url); use(place, block, element, element.value); };
  return h("button", { type: "button", id: idOf(place, block, element), class: `btn ${element.style ?? ""}`, "aria-busy": busy ? "true" : undefined, "aria-label": element.accessibility_label, onclick: act },
    h("span", {}, ...textObject(element.text)), element.url && icon("M11 4h5v5M16 4l-7 7M14 11v5H4V6h5", { class: "icon tiny" }));
}

function overflow(place, block, element) {
  const choose = async (event) => {
    const option = await menu(event.target.closest("button"), element.options);
    if (option?.url) open(option.url);
    if (option) use(place, block, element, option.value);
  };
  return h("button", { type: "button", id: idOf(place, block, element), class: "btn square", "aria-haspopup": "menu", "aria-expanded": "false", "data-keep": "aria-expanded", "aria-label": "More actions", onclick: choose }, icon("M4 10h.01M10 10h.01M16 10h.01", { class: "icon dots" }));
}

// What a select offers: [{key, words, group}].
function offers(element) {
  const { people, channels } = store.picture, pair = (group) => (option) => ({ key: option.value, words: plain(option.text), note: plain(option.description), group });
  if (/users_select/.test(element.type)) return people.map((each) => ({ key: each.id, words: each.name }));
  if (/(channels|conversations)_select/.test(element.type)) return channels.filter((each) => each.kind !== "im").map((each) => ({ key: each.id, words: `#${each.name}` }));
  if (element.option_groups) return element.option_groups.flatMap((group) => group.options.map(pair(plain(group.label))));
  return (element.options ?? []).map(pair());
}

const chosenOne = (value) => value.selected_option?.value ?? value.selected_user ?? value.selected_channel ?? value.selected_conversation ?? "";
const chosenMany = (value) => (value.selected_options ?? []).map((each) => each.value).concat(value.selected_users ?? [], value.selected_channels ?? [], value.selected_conversations ?? []);
const groupsOf = (list) => [...new Set(list.map((each) => each.group))].map((group) => [group, list.filter((each) => each.group === group)]);

function select(place, block, element) {
  const value = chosenOne(held(place, block, element)), list = offers(element);
  const option = (each) => h("option", { value: each.key, selected: each.key === value }, each.words);
  return h("select", { id: idOf(place, block, element), class: "field select", "aria-label": labelled(element, block), value, "data-holds": element.type, onchange: (event) => use(place, block, element, event.target.value) },
    h("option", { value: "", selected: !value }, plain(element.placeholder) || "Select an option"),
    ...groupsOf(list).flatMap(([group, inside]) => (group ? [h("optgroup", { label: group }, ...inside.map(option))] : inside.map(option))));
}

// The app is asked for what fits; the whole option is sent on, since only the app knows it.
const suggested = (place, element) => async (typed) => (await place.suggest(element, typed)).map((option) => ({ key: option.value, words: plain(option.text), note: plain(option.description), group: option.group, option: { text: option.text, value: option.value } }));

function external(place, block, element) {
  const id = idOf(place, block, element), found = held(place, block, element).selected_option;
  return h("span", { class: "external", "data-holds": element.type, "data-value": found ? JSON.stringify(found) : "" },
    combobox({ id, label: nameOf(element, block), placeholder: plain(element.placeholder) || "Type to search", value: found ? plain(found.text) : "",
      ask: suggested(place, element), pick: (item) => use(place, block, element, item.option), invalid: place.errors?.[block.block_id], describedby: `${id}-more` }));
}

function many(place, block, element) {
  const id = idOf(place, block, element), value = held(place, block, element), chosen = chosenMany(value), far = element.type === "multi_external_select";
  const words = new Map([...(value.selected_options ?? []).map((each) => [each.value, plain(each.text)]), ...offers(element).map((each) => [each.key, each.words])]);
  const whole = (key, item) => (far ? (value.selected_options ?? []).find((each) => each.value === key) ?? item?.option : key);
  const send = (keys, item) => use(place, block, element, keys.map((key) => whole(key, item)));
  const flip = (item) => send(chosen.includes(item.key) ? chosen.filter((each) => each !== item.key) : [...chosen, item.key], item);
  const near = async (typed) => offers(element).filter((each) => each.words.toLowerCase().includes(typed.toLowerCase()));
  const ask = async (typed) => (await (far ? suggested(place, element) : near)(typed)).map((each) => ({ ...each, chosen: chosen.includes(each.key) }));
  return h("span", { class: "multi", role: "group", "aria-label": nameOf(element, block), "data-holds": element.type, "data-value": JSON.stringify(chosen.map((key) => whole(key))) },
    ...chosen.map((key) => h("span", { class: "token", "data-key": `${id}-${key}` }, words.get(key) ?? key, h("button", { type: "button", class: "bare", "aria-label": `Remove ${words.get(key) ?? key}`, onclick: () => send(chosen.filter((each) => each !== key)) }, icon("M6 6l8 8M14 6l-8 8", { class: "icon tiny" })))),
    combobox({ id, label: nameOf(element, block), placeholder: chosen.length ? "" : plain(element.placeholder) || "Select options", value: "", ask, pick: flip, many: true }));
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
  const [type, key] = PICKED[element.type], value = held(place, block, element)[key] ?? "";
  const shown = type === "datetime-local" && value ? new Date(value * 1000).toISOString().slice(0, 16) : value;
  const send = (event) => use(place, block, element, type === "datetime-local" ? Date.parse(`${event.target.value}Z`) / 1000 : event.target.value);
  return h("input", { id: idOf(place, block, element), type, class: "field", value: shown, "data-holds": element.type, "aria-label": labelled(element, block), onchange: send });
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

export const picture = (element, className) => {
  const file = element.slack_file?.url ?? (element.slack_file ? `/slack/files/${element.slack_file.id}/image` : "");
  return h("img", { src: element.image_url || file, alt: element.alt_text, class: className, loading: "lazy" });
};
export const unknown = (type) => h("p", { class: "unknown" }, `The console doesn’t draw ${type} yet.`);

export function element(place, block, each) {
  if (each.type === "button") return button(place, block, each);
  if (each.type === "overflow") return overflow(place, block, each);
  if (each.type === "image") return picture(each, "thumb");
  if (each.type === "external_select") return external(place, block, each);
  if (/^multi_/.test(each.type)) return many(place, block, each);
  if (/select$/.test(each.type)) return select(place, block, each);
  if (each.type === "checkboxes" || each.type === "radio_buttons") return ticks(place, block, each);
  if (each.type in PICKED) return picker(place, block, each);
  if (/_text_input$|^number_input$/.test(each.type)) return written(place, block, each);
  return unknown(each.type);
}

// What a modal's inputs hold now, by block: what the person sees is what is sent.
export function formValues(root) {
  const values = {};
  for (const block of root.querySelectorAll("[data-block]")) {
    const node = block.querySelector("[data-holds]");
    if (node) values[block.dataset.block] = valueOf(node, [...block.querySelectorAll("input:checked")].map((each) => each.value));
  }
  return values;
}
function valueOf(node, on) {
  const kind = node.dataset.holds;
  if (kind === "radio_buttons") return on[0] ?? null;
  if (kind === "checkboxes") return on;
  if (kind === "external_select" || kind.startsWith("multi_")) return node.dataset.value ? JSON.parse(node.dataset.value) : null;
  if (kind === "datetimepicker") return node.value ? Date.parse(`${node.value}Z`) / 1000 : null;
  return node.value;
}
