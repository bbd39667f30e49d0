// Block Kit's interactive elements. `place` says where the blocks stand and what using one of their elements does:
// {key, values, errors, use(block, element, value), suggest(element, typed)}.

import { h, icon } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { menu } from "./layers.js";
import { busyAs, held, idOf, keyOf, keysOf, labelled, nameOf, plain, use } from "./parts.js";
import { external, many, select } from "./choices.js";
import { store } from "./store.js";

const open = (url) => window.open(url, "_blank", "noreferrer");

function button(place, block, element) {
  const busy = store.busy.has(busyAs(place, block, element, element.value));
  const act = () => {
    if (element.url) open(element.url);
    use(place, block, element, element.value);
  };
  return h(
    "button",
    {
      type: "button",
      id: idOf(place, block, element),
      class: `btn ${element.style ?? ""}`,
      "aria-busy": busy ? "true" : undefined,
      "aria-label": element.accessibility_label,
      onclick: act,
    },
    h("span", {}, ...textObject(element.text)),
    element.url && icon("M11 4h5v5M16 4l-7 7M14 11v5H4V6h5", { class: "icon tiny" }),
  );
}

function overflow(place, block, element) {
  const choose = async (event) => {
    const option = await menu(event.target.closest("button"), element.options);
    if (option?.url) open(option.url);
    if (option) use(place, block, element, option.value);
  };
  return h(
    "button",
    {
      type: "button",
      id: idOf(place, block, element),
      class: "btn square",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-keep": "aria-expanded",
      "aria-label": "More actions",
      onclick: choose,
    },
    icon("M4 10h.01M10 10h.01M16 10h.01", { class: "icon dots" }),
  );
}

function ticks(place, block, element) {
  const single = element.type === "radio_buttons",
    id = idOf(place, block, element),
    value = held(place, block, element);
  const chosen = single ? [keyOf(value)] : keysOf(value);
  const send = () => {
    const on = [...document.querySelectorAll(`[name="${id}"]:checked`)].map((each) => each.value);
    use(place, block, element, single ? on[0] : on);
  };
  return h(
    "div",
    {
      class: "ticks",
      id,
      role: single ? "radiogroup" : "group",
      "aria-label": nameOf(element, block),
      "data-holds": element.type,
    },
    ...element.options.map((option) =>
      h(
        "label",
        {},
        h("input", {
          type: single ? "radio" : "checkbox",
          name: id,
          value: option.value,
          checked: chosen.includes(option.value),
          onchange: send,
        }),
        h(
          "span",
          {},
          ...textObject(option.text),
          option.description && h("small", {}, ...textObject(option.description)),
        ),
      ),
    ),
  );
}

const PICKED = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
function picker(place, block, element) {
  const type = PICKED[element.type],
    value = held(place, block, element) ?? "";
  const shown = type === "datetime-local" && value ? new Date(value * 1000).toISOString().slice(0, 16) : value;
  const send = (event) =>
    use(
      place,
      block,
      element,
      type === "datetime-local" ? Date.parse(`${event.target.value}Z`) / 1000 || null : event.target.value,
    );
  return h("input", {
    id: idOf(place, block, element),
    type,
    class: "field",
    value: shown,
    "data-holds": element.type,
    "aria-label": labelled(element, block),
    onchange: send,
  });
}

const TYPES = { email_text_input: "email", url_text_input: "url" };
function written(place, block, element) {
  const shared = {
    id: idOf(place, block, element),
    class: "field",
    placeholder: plain(element.placeholder),
    value: held(place, block, element) ?? "",
    "data-holds": element.type,
    "aria-invalid": place.errors?.[block.block_id] ? "true" : undefined,
    "aria-describedby": `${idOf(place, block, element)}-more`,
    onchange: (event) => use(place, block, element, event.target.value),
  };
  if (element.multiline) return h("textarea", { rows: 4, ...shared });
  return h("input", {
    type: TYPES[element.type] ?? "text",
    inputmode: element.type === "number_input" ? "decimal" : undefined,
    autocomplete: "off",
    ...shared,
  });
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
    if (node)
      values[block.dataset.block] = valueOf(
        node,
        [...block.querySelectorAll("input:checked")].map((each) => each.value),
      );
  }
  return values;
}
function valueOf(node, on) {
  const kind = node.dataset.holds;
  if (kind === "radio_buttons") return on[0] ?? null;
  if (kind === "checkboxes") return on;
  if (kind === "external_select" || kind.startsWith("multi_"))
    return node.dataset.value ? JSON.parse(node.dataset.value) : null;
  if (kind === "datetimepicker") return node.value ? Date.parse(`${node.value}Z`) / 1000 : null;
  return node.value;
}
