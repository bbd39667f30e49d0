// The patients' side: their phones, with what arrives and what they answer, and their mailboxes.

import { h, icon } from "./dom.js";
import { change, deed, store } from "./store.js";
import { brief, when } from "./time.js";

const tail = (list) => list.at(-1);
const byLast = (a, b) => (tail(b.messages)?.at ?? "").localeCompare(tail(a.messages)?.at ?? "");
const pretty = (number) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
const nameOf = (each) => each.label || (each.number ? pretty(each.number) : each.address);

const URLS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;
const linked = (text) => text.split(URLS).flatMap((part, at) => (at % 2 ? [h("a", { href: part, target: "_blank", rel: "noreferrer" }, part)] : part.split("\n").flatMap((line, n) => (n ? [h("br"), line] : [line])))).filter((each) => each !== "");

// Phones ----------------------------------------------------------------------------------------------------------------

const TROUBLES = [["", "Reachable"], ["landline", "Landline"], ["unreachable", "Switched off"], ["filtered", "Filtered by carrier"], ["unknown", "Unknown to carrier"]];
const CODES = { 30006: "landline", 30003: "unreachable", 30007: "filtered", 30005: "unknown" };
const lost = (text) => text.error_code || text.status === "undelivered" || text.status === "failed";

function bubble(text) {
  const mine = text.direction === "inbound", at = new Date(text.at);
  return h("div", { class: `bubble ${mine ? "mine" : "theirs"} ${lost(text) ? "lost-text" : ""}`, "data-key": `s${text.id}` },
    h("div", { class: "said" }, h("span", { class: "sr" }, mine ? "Patient: " : "Received: "), ...linked(text.body)),
    h("small", {}, lost(text) ? `Never arrived · ${text.error_code ?? text.status}${text.error_message ? ` ${text.error_message}` : ""}` : when(at)));
}

function phone() {
  const phones = [...store.picture.phones].sort(byLast);
  if (!phones.length) return h("div", { class: "empty" }, h("strong", {}, "No phone has rung yet"), h("p", {}, "When the practice texts a patient, their phone appears here."));
  const open = phones.find((each) => each.number === store.phone) ?? phones[0];
  const trouble = (event) => deed(`phone/${encodeURIComponent(open.number)}/trouble`, { kind: event.target.value }, "phone-trouble");
  return h("div", { class: "phones" },
    h("label", { class: "pick" }, h("span", { class: "sr" }, "Phone"), h("select", { class: "field select", id: "phone-pick", value: open.number, onchange: (event) => change({ phone: event.target.value }) },
      ...phones.map((each) => h("option", { value: each.number, selected: each === open }, `${nameOf(each)}${tail(each.messages) ? ` · ${brief(new Date(tail(each.messages).at))}` : ""}`)))),
    h("section", { class: "device", "aria-label": `Phone of ${nameOf(open)}` },
      h("header", {}, h("span", { class: "speaker", "aria-hidden": "true" }), h("strong", {}, nameOf(open)), open.label && h("small", {}, pretty(open.number)), open.opted_out && h("span", { class: "pill" }, "Opted out")),
      h("div", { class: "bubbles", "data-key": `p${open.number}`, tabindex: "0", role: "log", "aria-label": "Texts" }, h("div", { class: "spring" }), ...open.messages.map(bubble), !open.messages.length && h("p", { class: "quiet center" }, "No texts yet.")),
      h("div", { class: "chips", role: "group", "aria-label": "Ready answers" }, ...["STOP", "START", "HELP"].map((word) => h("button", { type: "button", class: "chip", onclick: () => text(open, word) }, word))),
      h("form", { class: "text-back", "data-key": `f${open.number}`, onsubmit: (event) => { event.preventDefault(); const field = event.target.querySelector("input"); text(open, field.value); field.value = ""; } },
        h("input", { class: "field", "aria-label": "Text back", placeholder: "Text message", autocomplete: "off" }), h("button", { type: "submit", class: "send round", "aria-label": "Send text" }, icon("M10 16V4M5 9l5-5 5 5")))),
    h("label", { class: "fault" }, h("span", {}, "The network finds this phone"), h("select", { class: "field select", id: "phone-trouble", value: CODES[open.fails_with] ?? "", onchange: trouble }, ...TROUBLES.map(([key, words]) => h("option", { value: key, selected: key === (CODES[open.fails_with] ?? "") }, words)))));
}

function text(open, body) {
  if (body.trim()) deed(`phone/${encodeURIComponent(open.number)}/reply`, { body: body.trim() }, "text-back");
}

// Mail ------------------------------------------------------------------------------------------------------------------

const sizeOf = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
const sender = (from) => /^"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? from;

const row = (mail) => h("li", { "data-key": `mail${mail.id}` }, h("button", { type: "button", class: "mail-row", onclick: () => change({ mail: mail.id }) },
  h("span", { class: "mail-from" }, sender(mail.from)), h("time", { datetime: mail.at }, brief(new Date(mail.at))), h("strong", {}, mail.subject || "(no subject)"),
  h("span", { class: "quiet snippet" }, mail.text.replace(/\s+/g, " ").slice(0, 90)), mail.attachments.length > 0 && h("span", { class: "clip" }, icon("M14 6l-6 6a1.5 1.5 0 002 2l6-6a3.5 3.5 0 00-5-5l-6 6a5.5 5.5 0 008 8l5-5"), h("span", { class: "sr" }, "has attachments"))));

function letter(mail) {
  const at = new Date(mail.at);
  return h("article", { class: "letter", "data-key": `letter${mail.id}`, "aria-label": mail.subject },
    h("header", {}, h("button", { type: "button", class: "bare", "aria-label": "Back to the mailbox", onclick: () => change({ mail: null }) }, icon("M12 4l-6 6 6 6")), h("h3", {}, mail.subject || "(no subject)")),
    h("p", { class: "letter-by" }, h("strong", {}, mail.from), h("span", { class: "quiet" }, `to ${mail.to} · ${when(at)}`)),
    mail.attachments.length > 0 && h("ul", { class: "attachments", "aria-label": "Attachments" }, ...mail.attachments.map((each) => h("li", {}, h("a", { class: "file", href: each.url, target: "_blank", rel: "noreferrer" }, h("span", { class: "kind", "aria-hidden": "true" }, each.name.split(".").pop().slice(0, 4).toUpperCase()), h("span", {}, h("strong", {}, each.name), h("small", {}, sizeOf(each.size))))))),
    mail.html ? h("iframe", { src: mail.html, title: `Mail: ${mail.subject}`, sandbox: "allow-popups allow-popups-to-escape-sandbox", "data-key": mail.html }) : h("div", { class: "plain" }, ...linked(mail.text)),
    h("details", { class: "headers", "data-keep": "open" }, h("summary", {}, "Headers"), h("dl", {}, ...mail.headers.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))));
}

function mail() {
  const boxes = [...store.picture.mailboxes].sort(byLast);
  if (!boxes.length) return h("div", { class: "empty" }, h("strong", {}, "No mail yet"), h("p", {}, "Invoices, reminders and receipts that the practice mails arrive here, with their attachments."));
  const open = boxes.find((each) => each.address === store.mailbox) ?? boxes[0];
  const reading = open.messages.find((each) => each.id === store.mail);
  return h("div", { class: "mails" },
    h("label", { class: "pick" }, h("span", { class: "sr" }, "Mailbox"), h("select", { class: "field select", id: "mailbox-pick", value: open.address, onchange: (event) => change({ mailbox: event.target.value, mail: null }) },
      ...boxes.map((each) => h("option", { value: each.address, selected: each === open }, `${each.label ? `${each.label} · ` : ""}${each.address} (${each.messages.length})`)))),
    reading ? letter(reading) : h("ul", { class: "mail-list", "aria-label": `Mail of ${nameOf(open)}` }, ...[...open.messages].reverse().map(row)));
}

export function patients() {
  const count = { phones: store.picture.phones.length, mail: store.picture.mailboxes.length };
  const tab = (key, words) => h("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-selected": String(store.side === key), "aria-controls": "patient-side", onclick: () => change({ side: key }) }, words, h("span", { class: "count" }, count[key]));
  return h("aside", { class: "patients", "aria-label": "Patients" },
    h("header", { class: "pane-head" }, h("h2", {}, "Patients"), h("div", { class: "tabs", role: "tablist", "aria-label": "Patients" }, tab("phones", "Phones"), tab("mail", "Mail"))),
    h("div", { class: "patient-side", id: "patient-side", role: "tabpanel", "aria-labelledby": `tab-${store.side}` }, store.side === "phones" ? phone() : mail()));
}
