// A mailbox: its mails, the one that is read as a mail program shows it, and what may be wrong with the address.

import { h, icon } from "./dom.js";
import { deed } from "./deeds.js";
import { change, look } from "./store.js";
import { isFresh } from "./fresh.js";
import { nameOf } from "./contact.js";
import { linked } from "./phone.js";
import { troublesOf } from "./faults.js";
import { brief, when } from "./time.js";

const CLIP = "M14 6l-6 6a1.5 1.5 0 002 2l6-6a3.5 3.5 0 00-5-5l-6 6a5.5 5.5 0 008 8l5-5";
const sizeOf = (bytes) =>
  bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
const sender = (from) => /^"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? from;
async function read(id) {
  change({ mail: id });
  await look();
}

const row = (mail) =>
  h(
    "li",
    { "data-key": `mail${mail.id}`, "data-fresh": isFresh(`mail${mail.id}`) },
    h(
      "button",
      { type: "button", class: "mail-row", onclick: () => read(String(mail.id)) },
      h("span", { class: "mail-from" }, sender(mail.from)),
      h("time", { datetime: mail.at }, brief(new Date(mail.at))),
      h("strong", {}, mail.subject || "(no subject)"),
      h("span", { class: "quiet snippet" }, mail.snippet),
      mail.attachments > 0 && h("span", { class: "clip" }, icon(CLIP), h("span", { class: "sr" }, "has attachments")),
    ),
  );

const attachment = (file) =>
  h(
    "li",
    {},
    h(
      "a",
      { class: "file", href: file.url, target: "_blank", rel: "noreferrer" },
      h("span", { class: "kind", "aria-hidden": "true" }, file.name.split(".").pop().slice(0, 4).toUpperCase()),
      h("span", {}, h("strong", {}, file.name), h("small", {}, sizeOf(file.size))),
    ),
  );

function letter(mail, address) {
  return h(
    "article",
    { class: "letter", "data-key": `letter${mail.id}`, "aria-label": mail.subject },
    h(
      "header",
      {},
      h(
        "button",
        { type: "button", class: "bare", "aria-label": "Back to the mailbox", onclick: () => read("") },
        icon("M12 4l-6 6 6 6"),
      ),
      h("h3", {}, mail.subject || "(no subject)"),
      mail.unsubscribe &&
        h(
          "button",
          { type: "button", class: "chip", onclick: () => deed("unsubscribe", { address, mail: mail.id }) },
          "Unsubscribe",
        ),
    ),
    h(
      "p",
      { class: "letter-by" },
      h("strong", {}, mail.from),
      h("span", { class: "quiet" }, `to ${mail.to} · ${when(new Date(mail.at))}`),
    ),
    mail.files.length > 0 &&
      h("ul", { class: "attachments", "aria-label": "Attachments" }, ...mail.files.map(attachment)),
    mail.html
      ? h("iframe", {
          src: mail.html,
          title: `Mail: ${mail.subject}`,
          sandbox: "allow-popups allow-popups-to-escape-sandbox",
          "data-key": mail.html,
        })
      : h("div", { class: "plain" }, ...linked(mail.text)),
    h(
      "details",
      { class: "headers", "data-keep": "open" },
      h("summary", {}, "Headers"),
      h("dl", { tabindex: "0" }, ...mail.headers.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    ),
  );
}

export function mailbox(contact) {
  const box = contact.mailbox,
    name = nameOf(contact);
  if (!box)
    return h(
      "div",
      { class: "empty" },
      h("strong", {}, "No mail address"),
      h("p", {}, `The service knows no mail address of ${name}.`),
    );
  const list = box.messages.length
    ? h("ul", { class: "mail-list", "aria-label": `Mail of ${name}` }, ...[...box.messages].reverse().map(row))
    : h(
        "div",
        { class: "empty" },
        h("strong", {}, "No mail yet"),
        h("p", {}, "Bills, reminders and receipts that are mailed arrive here, with their attachments."),
      );
  return h(
    "div",
    { class: "mails" },
    h("p", { class: "address quiet" }, box.address),
    box.letter ? letter(box.letter, box.address) : list,
    troublesOf(box.address, "Mail reaches this address", box.troubles),
  );
}
