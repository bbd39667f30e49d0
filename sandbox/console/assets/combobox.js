// A field in which one types a few letters and picks what is offered: patients, and options that the app suggests.
// What is offered and which entry is pointed at stay here between two redraws.

import { h } from "./dom.js";
import { store } from "./store.js";

const boxes = new Map();
const boxOf = (id) => boxes.get(id) ?? boxes.set(id, { open: false, items: [], at: 0, asked: 0 }).get(id);

async function offer(box, ask, typed) {
  const mine = ++box.asked;
  const items = await ask(typed);
  if (mine !== box.asked || !box.open) return;
  Object.assign(box, { items, at: 0 });
  store.draw();
}

// items: [{key, words, note, group}], in the order they are listed; `chosen` are the keys of those that are.
export function combobox({ id, label, value, placeholder, ask, pick, chosen, many = false, invalid, describedby }) {
  const box = boxOf(id);
  const close = () => {
    Object.assign(box, { open: false, items: [] });
    store.draw();
  };
  const open = (event) => {
    box.open = true;
    event.target.select();
    offer(box, ask, "");
    store.draw();
  };
  const take = (item) => {
    if (!item) return;
    pick(item);
    const field = document.getElementById(id);
    if (many) {
      field.value = "";
      offer(box, ask, "");
    } else {
      close();
      field.blur();
    }
  };
  const keys = {
    ArrowDown: () => {
      box.at = (box.at + 1) % Math.max(1, box.items.length);
    },
    ArrowUp: () => {
      box.at = (box.at - 1 + box.items.length) % Math.max(1, box.items.length);
    },
    Enter: () => take(box.items[box.at]),
    Escape: close,
  };
  const keydown = (event) => {
    if (!box.open && event.key === "ArrowDown") {
      open(event);
      return;
    }
    if (!box.open || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    store.draw();
    document.getElementById(`${id}-${box.at}`)?.scrollIntoView({ block: "nearest" });
  };
  return h(
    "span",
    { class: "combobox", "data-key": `box-${id}` },
    h("input", {
      id,
      class: "field",
      role: "combobox",
      autocomplete: "off",
      "aria-label": label,
      "aria-expanded": String(box.open),
      "aria-controls": `${id}-list`,
      "aria-autocomplete": "list",
      "aria-invalid": invalid ? "true" : undefined,
      "aria-describedby": describedby,
      "aria-activedescendant": box.open && box.items.length ? `${id}-${box.at}` : undefined,
      placeholder,
      value: box.open ? undefined : value,
      onfocusin: open,
      onfocusout: close,
      onkeydown: keydown,
      oninput: (event) => {
        box.open = true;
        offer(box, ask, event.target.value);
      },
    }),
    h(
      "ul",
      {
        id: `${id}-list`,
        role: "listbox",
        "aria-label": label ?? placeholder,
        "aria-multiselectable": many ? "true" : undefined,
        class: "offers",
        hidden: !box.open,
      },
      ...options(id, box, chosen, take),
      box.open &&
        !box.items.length &&
        h(
          "li",
          { class: "quiet none", role: "option", "aria-disabled": "true", "aria-selected": "false" },
          "Nothing is called that",
        ),
    ),
  );
}

function options(id, box, chosen, take) {
  return box.items.flatMap((item, at) => [
    item.group &&
      item.group !== box.items[at - 1]?.group &&
      h("li", { class: "group", role: "presentation", "data-key": `${id}-g-${item.group}` }, item.group),
    h(
      "li",
      {
        id: `${id}-${at}`,
        role: "option",
        class: `${at === box.at ? "at" : ""} ${chosen?.includes(item.key) ? "chosen" : ""}`,
        "aria-selected": String(chosen?.includes(item.key) ?? at === box.at),
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => take(item),
      },
      h("span", {}, item.words),
      item.note && h("small", {}, item.note),
    ),
  ]);
}
