// Where one types: messages, replies, and slash commands with their hints.

import { h, icon } from "./dom.js";
import { inTurn } from "./deeds.js";
import { store } from "./store.js";

// Each place keeps what is half written in it.
const placeOf = (thread) => `${store.me} ${store.channel} ${thread}`;

async function send(field, thread) {
  const text = field.value.trim();
  if (!text) return;
  const { channel, drafts } = store,
    place = placeOf(thread);
  field.value = "";
  grow(field);
  drafts.delete(place);
  const answer =
    text.startsWith("/") && !thread
      ? await inTurn("command", { channel, text }, `say${thread}`)
      : await inTurn("say", { channel, text, thread_ts: thread }, `say${thread}`);
  if (!answer.trouble || drafts.get(place)) return;
  drafts.set(place, text);
  store.draw();
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

// None in a thread, and none once they were waved away.
const hinted = (thread) => (thread || store.hint < 0 ? [] : offered(store.drafts.get(placeOf("")) ?? ""));

function write(field, text, thread = "") {
  const before = hinted(thread);
  store.drafts.set(placeOf(thread), text);
  store.hint = 0;
  grow(field);
  if (before.length || hinted(thread).length) store.draw();
}
function take(field, text) {
  field.value = text;
  field.focus();
  write(field, text);
}

function hints(fieldId, found) {
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
          "aria-selected": String(at === store.hint),
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
  const found = hinted(thread),
    at = store.hint,
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
    store.hint = -1;
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
    found = hinted(thread);
  return h(
    "form",
    {
      class: "composer",
      "data-key": placeOf(thread),
      onsubmit: (event) => {
        event.preventDefault();
        send(document.getElementById(id), thread);
      },
    },
    hints(id, found),
    h(
      "div",
      { class: "box" },
      h("textarea", {
        id,
        rows: 1,
        "aria-label": words,
        placeholder: words,
        onkeydown: (event) => keydown(event, thread),
        oninput: ({ target }) => write(target, target.value, thread),
        value: store.drafts.get(placeOf(thread)) ?? "",
        "data-keep": "style",
        "aria-controls": found.length ? `${id}-hints` : undefined,
        "aria-activedescendant": found.length ? `${id}-hint-${store.hint}` : undefined,
      }),
      h(
        "button",
        { type: "submit", class: "send", "aria-label": "Send", "aria-busy": busy ? "true" : undefined },
        icon("M3 10l14-6-5 14-3-6z"),
      ),
    ),
  );
}
