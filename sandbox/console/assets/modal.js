// The modal on top of the person's stack: its blocks, field errors, submit and close.

import { h, icon, morph } from "./dom.js";
import { blocks } from "./blocks.js";
import { formValues } from "./elements.js";
import { deed, post } from "./deeds.js";
import { store } from "./store.js";
import { CROSS } from "./layers.js";
import { textObject } from "./mrkdwn.js";

const holder = () =>
  document.getElementById("modals") ??
  (() => {
    const node = h("div", { id: "modals" });
    document.body.append(node);
    return node;
  })();

export const viewPlace = (view) => ({
  key: view.id,
  deed: "act",
  where: { view_id: view.id },
  values: view.state.values,
  errors: view.errors,
  suggest: async ({ action_id }, typed) => {
    const found = await post("suggest", { user: store.me, view_id: view.id, action_id, typed });
    if (found.trouble) store.say(found.trouble, "trouble");
    return Array.isArray(found) ? found : [];
  },
});

async function submit(view, event) {
  event.preventDefault();
  const dialog = event.target.closest("dialog"),
    given = { view_id: view.id, values: formValues(dialog) };
  const answer = await deed("submit", given, `submit-${view.id}`, view.id);
  if (Object.keys(answer.errors ?? {}).length)
    dialog.querySelector(".b-input.wrong .field, .b-input.wrong input")?.focus();
}

// Those under the one on top are shut, and keep what was typed in them.
export function drawModal() {
  const stack = store.picture.modals,
    view = stack.at(-1),
    root = holder();
  for (const node of [...root.children]) {
    if (!stack.some((each) => each.id === node.dataset.key)) node.remove();
    else if (node.dataset.key !== view.id) node.close();
  }
  if (!view) return;
  const close = (clear) => deed("close", { view_id: view.id, clear }, `close-${view.id}`, view.id);
  const busy = store.busy.has(`submit-${view.id}`),
    title = `title-${view.id}`;
  const fresh = h(
    "dialog",
    { class: "modal", "data-key": view.id, "aria-labelledby": title, "data-keep": "open" },
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
        h("h2", { id: title }, ...textObject(view.title)),
        h("button", { type: "button", class: "bare", "aria-label": "Close", onclick: () => close(true) }, icon(CROSS)),
      ),
      h(
        "div",
        { class: "body", tabindex: "0", role: "group", "aria-labelledby": title },
        ...blocks(view.blocks, viewPlace(view)),
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
  const known = [...root.children].find((node) => node.dataset.key === view.id),
    dialog = known ? morph(known, fresh) : fresh;
  if (dialog.open) return;
  if (!known) {
    root.append(dialog);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(false);
    });
  }
  dialog.showModal();
  (
    dialog.querySelector(".body .field, .body input, .body button") ??
    dialog.querySelector("footer .primary, footer .btn")
  )?.focus();
}
