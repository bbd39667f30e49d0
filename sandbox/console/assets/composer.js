// Where one types: messages, replies, and slash commands with their hints.

import { h, icon } from "./dom.js";
import { deed, store } from "./store.js";

async function send(field, thread) {
  const text = field.value.trim();
  if (!text) return;
  const channel = store.channel,
    command = text.startsWith("/") && !thread;
  field.value = "";
  grow(field);
  store.typing = "";
  const answer = command
    ? await deed("command", { channel, text }, `say${thread}`)
    : await deed("say", { channel, text, thread_ts: thread }, `say${thread}`);
  if (answer.trouble && !field.value) field.value = text;
}
const grow = (field) => {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
};

// A slash offers the commands; once one stands there, its words are offered. A hint is "ageing | find | help".
function offered(typed) {
  const commands = Object.entries(store.picture.commands);
  if (!typed.startsWith("/")) return [];
  const [name, ...rest] = typed.split(" ");
  if (!rest.length)
    return commands.filter(([each]) => each.startsWith(name)).map(([each, hint]) => [`${each} `, each, hint]);
  const hint = commands.find(([each]) => each === name)?.[1] ?? "";
  const words = hint
    .replace(/^\[|\]$/g, "")
    .split("|")
    .map((each) => each.trim())
    .filter(Boolean);
  return rest.length === 1 && words.length > 1
    ? words
        .filter((each) => each.startsWith(rest[0]) && each !== rest[0])
        .map((each) => [`${name} ${each}`, `${name} ${each}`, ""])
    : [];
}

function take(field, text) {
  field.value = text;
  store.typing = text;
  store.hint = 0;
  field.focus();
  store.draw();
}

function hints(fieldId) {
  const found = offered(store.typing ?? "");
  if (!found.length) return null;
  return h(
    "ul",
    { class: "hints", role: "listbox", id: `${fieldId}-hints`, "aria-label": "Commands" },
    ...found.map(([text, words, hint], at) =>
      h(
        "li",
        {
          role: "option",
          id: `${fieldId}-hint-${at}`,
          "aria-selected": String(at === (store.hint ?? 0)),
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => take(document.getElementById(fieldId), text),
        },
        h("strong", {}, words),
        hint && h("span", { class: "quiet" }, ` ${hint}`),
      ),
    ),
  );
}

function keydown(event, thread) {
  const found = thread ? [] : offered(store.typing ?? ""),
    at = store.hint ?? 0,
    field = event.target;
  const step = (by) => {
    event.preventDefault();
    store.hint = (at + by + found.length) % found.length;
    store.draw();
  };
  if (found.length && event.key === "ArrowDown") step(1);
  else if (found.length && event.key === "ArrowUp") step(-1);
  else if (found.length && event.key === "Escape") {
    event.preventDefault();
    store.typing = "";
    store.draw();
  } else if (found.length && event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    take(field, found[at]?.[0] ?? found[0][0]);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(field, thread);
  }
}

export function composer(thread, words) {
  const id = thread ? "reply-field" : "say-field",
    busy = store.busy.has(`say${thread}`),
    offers = !thread && hints(id);
  const typing = (event) => {
    grow(event.target);
    if (!thread) {
      store.typing = event.target.value;
      store.hint = 0;
      store.draw();
    }
  };
  return h(
    "form",
    {
      class: "composer",
      "data-key": `c${thread ? "t" : ""}${store.channel}`,
      onsubmit: (event) => {
        event.preventDefault();
        send(document.getElementById(id), thread);
      },
    },
    offers,
    h(
      "div",
      { class: "box" },
      h("textarea", {
        id,
        rows: 1,
        "aria-label": words,
        placeholder: words,
        onkeydown: (event) => keydown(event, thread),
        oninput: typing,
        "data-keep": "style",
        "aria-controls": offers ? `${id}-hints` : undefined,
        "aria-activedescendant": offers ? `${id}-hint-${store.hint ?? 0}` : undefined,
      }),
      h(
        "button",
        { type: "submit", class: "send", "aria-label": "Send", "aria-busy": busy ? "true" : undefined },
        icon("M3 10l14-6-5 14-3-6z"),
      ),
    ),
  );
}
