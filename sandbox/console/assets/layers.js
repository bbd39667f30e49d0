// What lies over the page: toasts, confirm dialogs, overflow menus.

import { h, icon } from "./dom.js";
import { textObject } from "./mrkdwn.js";

const layers = () => document.getElementById("layers");
export const CROSS = "M5 5l10 10M15 5L5 15";

export function toast(words, kind = "note") {
  const node = h(
    "div",
    { class: `toast ${kind}`, role: kind === "trouble" ? "alert" : "status" },
    h("span", {}, words),
    h("button", { type: "button", class: "bare", "aria-label": "Dismiss", onclick: () => node.remove() }, icon(CROSS)),
  );
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), kind === "trouble" ? 9000 : 4000);
}

export function confirmed(dialog) {
  return new Promise((resolve) => {
    const done = (answer) => {
      node.remove();
      resolve(answer);
    };
    const go = h(
      "button",
      { type: "button", class: `btn ${dialog.style === "danger" ? "danger" : "primary"}`, onclick: () => done(true) },
      ...textObject(dialog.confirm),
    );
    const node = h(
      "dialog",
      { class: "modal small", "aria-labelledby": "confirm-title" },
      h(
        "header",
        {},
        h("h2", { id: "confirm-title" }, ...textObject(dialog.title)),
        h("button", { type: "button", class: "bare", "aria-label": "Close", onclick: () => done(false) }, icon(CROSS)),
      ),
      h("div", { class: "body" }, h("p", {}, ...textObject(dialog.text))),
      h(
        "footer",
        {},
        h("button", { type: "button", class: "btn", onclick: () => done(false) }, ...textObject(dialog.deny)),
        go,
      ),
    );
    node.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    layers().append(node);
    node.showModal();
    go.focus();
  });
}

export function menu(anchor, options) {
  return new Promise((resolve) => {
    const done = (answer) => {
      node.remove();
      document.removeEventListener("pointerdown", outside, true);
      anchor.setAttribute("aria-expanded", "false");
      anchor.focus();
      resolve(answer);
    };
    const outside = (event) => {
      if (!node.contains(event.target)) done(null);
    };
    const items = options.map((option) =>
      h(
        "button",
        { type: "button", role: "menuitem", tabindex: "-1", onclick: () => done(option) },
        h("span", {}, ...textObject(option.text)),
        option.description && h("small", {}, ...textObject(option.description)),
      ),
    );
    const step = (by) => items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
    const keys = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Home: () => items[0].focus(),
      End: () => items.at(-1).focus(),
      Escape: () => done(null),
      Tab: () => done(null),
    };
    const node = h(
      "div",
      {
        class: "menu",
        role: "menu",
        onkeydown: (event) => {
          if (keys[event.key]) {
            event.preventDefault();
            event.stopPropagation();
            keys[event.key]();
          }
        },
      },
      ...items,
    );
    (anchor.closest("dialog") ?? layers()).append(node);
    const box = anchor.getBoundingClientRect(),
      size = node.getBoundingClientRect();
    const below = box.bottom + size.height + 8 < innerHeight;
    node.style.top = `${below ? box.bottom + 4 : box.top - size.height - 4}px`;
    node.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
    anchor.setAttribute("aria-expanded", "true");
    items[0].focus();
    document.addEventListener("pointerdown", outside, true);
  });
}
