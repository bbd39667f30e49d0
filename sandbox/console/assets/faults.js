// What can go wrong, a switch each: at the vendors in one dialog, on a phone or in a mailbox beside it.

import { h, icon, morph } from "./dom.js";
import { inTurn } from "./deeds.js";
import { asLeft, leave } from "./left.js";
import { change, look, store } from "./store.js";
import { CROSS } from "./layers.js";

function box(of, { name, on: shown }, more = {}) {
  const id = `trouble-${of}-${name}`;
  const flip = ({ target: { checked: on } }) => leave(id, on, () => inTurn("trouble", { of, name, on }, id));
  return h("input", { type: "checkbox", checked: asLeft(id, shown), onchange: flip, ...more });
}

// Opens upwards over what is above it, so that nothing is pushed aside.
export function troublesOf(of, words, troubles) {
  const on = troubles.filter((each) => each.on);
  return h(
    "details",
    { class: "troubles", "data-key": `troubles-${of}`, "data-keep": "open" },
    h(
      "summary",
      { class: on.length ? "on" : "" },
      icon("M10 3l8 14H2zM10 8v4M10 14.5v.01", { class: "icon tiny" }),
      h("span", {}, on.length ? on.map((each) => each.label).join(" · ") : words),
    ),
    h(
      "ul",
      {},
      ...troubles.map((each) =>
        h("li", { "data-key": `${of}-${each.name}` }, h("label", {}, box(of, each), h("span", {}, each.label))),
      ),
    ),
  );
}

// A row for each thing that can go wrong, a column for each vendor that can do it.
function table(vendors) {
  const rows = new Map(vendors.flatMap(([, troubles]) => troubles.map((each) => [each.name, each.label])));
  const cell =
    (name) =>
    ([vendor, troubles]) => {
      const trouble = troubles.find((each) => each.name === name);
      return h("td", {}, trouble && box(vendor, trouble, { "aria-label": `${vendor}: ${trouble.label}` }));
    };
  const own = [...rows].sort(([a], [b]) => /^call_/.test(a) - /^call_/.test(b));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("td", {}), ...vendors.map(([vendor]) => h("th", { scope: "col" }, vendor)))),
    h(
      "tbody",
      {},
      ...own.map(([name, label]) =>
        h("tr", { "data-key": `fault-${name}` }, h("th", { scope: "row" }, label), ...vendors.map(cell(name))),
      ),
    ),
  );
}

async function open() {
  change({ faults: true });
  await look();
}
const close = () => change({ faults: false });

export function faultsButton() {
  const { on } = store.picture.troubles;
  return h(
    "button",
    { type: "button", class: `btn top-btn ${on ? "danger" : ""}`, onclick: open, "aria-haspopup": "dialog" },
    "Faults",
    on > 0 && h("span", { class: "count" }, on, h("span", { class: "sr" }, " switched on")),
  );
}

export function drawFaults() {
  const shown = document.querySelector("#faults"),
    vendors = Object.entries(store.picture.troubles.vendors);
  if (!store.faults || !vendors.length) {
    shown?.remove();
    return;
  }
  const fresh = h(
    "dialog",
    { class: "modal wide", id: "faults", "aria-labelledby": "faults-title", "data-keep": "open" },
    h(
      "header",
      {},
      h("h2", { id: "faults-title" }, "What goes wrong"),
      h("button", { type: "button", class: "bare", "aria-label": "Close", onclick: close }, icon(CROSS)),
    ),
    h(
      "div",
      { class: "body faults", tabindex: "0", role: "group", "aria-labelledby": "faults-title" },
      h(
        "p",
        { class: "quiet" },
        "Switch on what a vendor does wrong, and see how the service takes it. What is wrong with one phone or mailbox stands beside it; cards that are declined are named on the pay page.",
      ),
      table(vendors),
    ),
  );
  if (shown) {
    morph(shown, fresh);
    return;
  }
  fresh.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.getElementById("layers").append(fresh);
  fresh.showModal();
}
