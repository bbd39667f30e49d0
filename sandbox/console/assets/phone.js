// A phone one could hold: what arrived on it, what its owner answers, and how the network treats it.

import { h, icon } from "./dom.js";
import { inTurn } from "./deeds.js";
import { change, look, store } from "./store.js";
import { isFresh } from "./fresh.js";
import { nameOf, pretty } from "./contact.js";
import { troublesOf } from "./faults.js";
import { when } from "./time.js";

const URLS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;

// The page a patient would see, in a window of a phone's size.
function follow(event, url) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || innerWidth < 900) return;
  event.preventDefault();
  window.open(
    url,
    "_blank",
    `popup,noopener,noreferrer,width=400,height=840,left=${Math.max(0, screenX + outerWidth - 460)},top=${screenY + 60}`,
  );
}
const link = (url) =>
  h("a", { href: url, target: "_blank", rel: "noreferrer", onclick: (event) => follow(event, url) }, url);
const lines = (text) => text.split("\n").flatMap((line, at) => (at ? [h("br"), line] : [line]));
export const linked = (text) => text.split(URLS).flatMap((part, at) => (at % 2 ? [link(part)] : lines(part)));

const lost = (text) => text.error_code || text.status === "undelivered" || text.status === "failed";
const under = (text) => {
  if (lost(text))
    return `Never arrived · ${text.error_code ?? text.status}${text.error_message ? ` ${text.error_message}` : ""}`;
  return ["queued", "accepted", "sending", "sent"].includes(text.status)
    ? `On its way · ${when(new Date(text.at))}`
    : when(new Date(text.at));
};

function bubble(text) {
  const mine = text.direction === "inbound",
    key = `s${text.id}`;
  return h(
    "div",
    {
      class: `bubble ${mine ? "mine" : "theirs"} ${lost(text) ? "lost-text" : ""}`,
      "data-key": key,
      "data-fresh": isFresh(key),
    },
    h(
      "div",
      { class: "said" },
      h("span", { class: "sr" }, mine ? "Patient: " : "Received: "),
      h("span", { dir: "auto" }, ...linked(text.body)),
    ),
    h("small", {}, under(text)),
  );
}

const text = (number, body) => inTurn("text", { number, body }, "text-back");
async function earlier() {
  change({ texts: "all" });
  await look();
}

function writing({ number }) {
  const { drafts } = store;
  const send = async (event) => {
    event.preventDefault();
    const field = event.target.querySelector("input"),
      body = field.value.trim();
    if (!body) return;
    field.value = "";
    drafts.delete(number);
    const answer = await text(number, body);
    if (!answer.away || drafts.get(number)) return;
    drafts.set(number, body);
    store.draw();
  };
  return h(
    "form",
    { class: "text-back", "data-key": `f${number}`, onsubmit: send },
    h("input", {
      class: "field",
      "aria-label": "Text back",
      placeholder: "Text message",
      autocomplete: "off",
      value: drafts.get(number) ?? "",
      oninput: (event) => drafts.set(number, event.target.value),
    }),
    h(
      "button",
      {
        type: "submit",
        class: "send round",
        "aria-label": "Send text",
        "aria-busy": store.busy.has("text-back") ? "true" : undefined,
      },
      icon("M10 16V4M5 9l5-5 5 5"),
    ),
  );
}

export function phone(contact) {
  const shown = contact.phone,
    name = nameOf(contact);
  if (!shown)
    return h(
      "div",
      { class: "empty" },
      h("strong", {}, "No phone"),
      h("p", {}, `The service knows no number of ${name}.`),
    );
  return h(
    "div",
    { class: "phones" },
    h(
      "section",
      { class: "device", "aria-label": `Phone of ${name}` },
      h(
        "header",
        {},
        h("span", { class: "speaker", "aria-hidden": "true" }),
        h("strong", { dir: "auto" }, name),
        h("small", {}, pretty(shown.number)),
        shown.opted_out && h("span", { class: "pill" }, "Opted out"),
      ),
      h(
        "div",
        { class: "bubbles", "data-key": `p${shown.number}`, tabindex: "0", role: "log", "aria-label": "Texts" },
        h("div", { class: "spring" }),
        shown.earlier && h("button", { type: "button", class: "chip earlier", onclick: earlier }, "Earlier texts"),
        ...shown.messages.map(bubble),
        !shown.messages.length && h("p", { class: "quiet center" }, "No texts yet. Write the first."),
      ),
      h(
        "div",
        { class: "chips", role: "group", "aria-label": "Ready answers" },
        ...["STOP", "START", "HELP"].map((word) =>
          h("button", { type: "button", class: "chip", onclick: () => text(shown.number, word) }, word),
        ),
      ),
      writing(shown),
    ),
    troublesOf(shown.number, "Texts reach this phone", shown.troubles),
  );
}
