// The modal on top of the person's stack: its blocks, field errors, submit and close.

import { h, icon, morph } from "./dom.js";
import { blocks } from "./blocks.js";
import { formValues } from "./elements.js";
import { idOf } from "./parts.js";
import { deed, store } from "./store.js";
import { CROSS } from "./layers.js";
import { textObject } from "./mrkdwn.js";

const holder = () =>
  document.getElementById("modals") ??
  (() => {
    const node = h("div", { id: "modals" });
    document.body.append(node);
    return node;
  })();

function place(view) {
  const act = (block, element, value) => {
    const silent = block.type === "input" && !block.dispatch_action;
    if (silent) {
      fetch("/console/act", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          user: store.me,
          view_id: view.id,
          action_id: element.action_id,
          block_id: block.block_id,
          value,
        }),
      });
      return undefined;
    }
    return deed(
      "act",
      { view_id: view.id, action_id: element.action_id, block_id: block.block_id, value },
      idOf(place(view), block, element),
    );
  };
  return {
    key: view.id,
    values: view.state.values,
    errors: view.errors,
    use: act,
    suggest: async (element, typed) => {
      const found = await deed("suggest", { view_id: view.id, action_id: element.action_id, typed });
      return Array.isArray(found) ? found : [];
    },
  };
}
export const viewPlace = place;

async function submit(view, event) {
  event.preventDefault();
  const dialog = document.querySelector("#modals dialog");
  const answer = await deed("submit", { view_id: view.id, values: formValues(dialog) }, `submit-${view.id}`);
  if (Object.keys(answer.errors ?? {}).length)
    dialog.querySelector(".b-input.wrong .field, .b-input.wrong input")?.focus();
}

export function drawModal() {
  const stack = store.picture.modals,
    view = stack.at(-1),
    root = holder(),
    open = root.querySelector("dialog");
  if (!view) {
    open?.remove();
    return;
  }
  const close = (clear) => deed("close", { view_id: view.id, clear }, `close-${view.id}`);
  const busy = store.busy.has(`submit-${view.id}`);
  const fresh = h(
    "dialog",
    { class: "modal", "data-key": view.id, "aria-labelledby": "modal-title", "data-keep": "open" },
    h(
      "form",
      { novalidate: true, onsubmit: (event) => submit(view, event) },
      h(
        "header",
        {},
        stack.length > 1
          ? h(
              "button",
              { type: "button", class: "bare", "aria-label": "Back", onclick: () => close(false) },
              icon("M12 4l-6 6 6 6"),
            )
          : h("span", { class: "avatar app" }, store.picture.bot.name[0]),
        h("h2", { id: "modal-title" }, ...textObject(view.title)),
        h("button", { type: "button", class: "bare", "aria-label": "Close", onclick: () => close(true) }, icon(CROSS)),
      ),
      h(
        "div",
        { class: "body", tabindex: "0", role: "group", "aria-labelledby": "modal-title" },
        ...blocks(view.blocks, place(view)),
      ),
      h(
        "footer",
        {},
        h(
          "button",
          { type: "button", class: "btn", onclick: () => close(false) },
          ...(view.close ? textObject(view.close) : ["Close"]),
        ),
        view.submit &&
          h(
            "button",
            {
              type: "submit",
              class: "btn primary",
              disabled: view.submit_disabled,
              "aria-busy": busy ? "true" : undefined,
            },
            h("span", {}, ...textObject(view.submit)),
          ),
      ),
    ),
  );
  if (open && open.dataset.key === view.id) {
    morph(open, fresh);
    return;
  }
  open?.remove();
  fresh.addEventListener("cancel", (event) => {
    event.preventDefault();
    close(false);
  });
  root.append(fresh);
  fresh.showModal();
  (
    fresh.querySelector(".body .field, .body input, .body button") ??
    fresh.querySelector("footer .primary, footer .btn")
  )?.focus();
}
