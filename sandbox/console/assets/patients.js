// The patients' side: whoever one looks for by name, with their phone and their mailbox.

import { h } from "./dom.js";
import { change, openContact, store } from "./store.js";
import { combobox } from "./combobox.js";
import { nameOf, pretty } from "./contact.js";
import { phone } from "./phone.js";
import { mailbox } from "./mail.js";
import { brief } from "./time.js";

const unread = (contact) => contact.at > (store.seen[contact.key] ?? store.opened);
const offered = (contact) => ({
  key: contact.key,
  words: nameOf(contact),
  note: [
    contact.phone && contact.phone !== contact.name && pretty(contact.phone),
    contact.mail,
    contact.at && brief(new Date(contact.at)),
  ]
    .filter(Boolean)
    .join(" · "),
});

async function find(typed) {
  if (!typed.trim()) return store.picture.recent.map((each) => ({ ...offered(each), group: "Lately" }));
  const answer = await fetch(`/console/contacts?${new URLSearchParams({ typed })}`);
  return (await answer.json()).map(offered);
}

const picker = (contact) =>
  combobox({
    id: "patient",
    label: "Find a patient",
    placeholder: "Type a name",
    value: contact ? nameOf(contact) : "",
    ask: find,
    chosen: contact ? [contact.key] : [],
    pick: (item) => openContact(item.key),
  });

// Who else got or wrote something since one looked; in the head, where it pushes nothing aside.
function others() {
  const [first, ...more] = store.picture.recent.filter(
    (each) => each.key !== store.picture.contact?.key && unread(each),
  );
  return (
    first &&
    h(
      "button",
      {
        type: "button",
        class: "chip new",
        title: `Something new for ${[first, ...more].map(nameOf).join(", ")}`,
        onclick: () => openContact(first.key),
      },
      h("span", { class: "sr" }, "Something new for "),
      nameOf(first),
      more.length > 0 && ` +${more.length}`,
    )
  );
}

export function patients() {
  const contact = store.picture.contact;
  const tab = (key, words) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${key}`,
        "aria-selected": String(store.side === key),
        "aria-controls": "patient-side",
        onclick: () => change({ side: key }),
      },
      words,
    );
  return h(
    "aside",
    { class: "patients", "aria-label": "Patients" },
    h(
      "header",
      { class: "pane-head" },
      h("h2", {}, "Patients"),
      others(),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": "Patients" },
        tab("phone", "Phone"),
        tab("mail", "Mail"),
      ),
    ),
    h(
      "div",
      { class: "patient-side", id: "patient-side", role: "tabpanel", "aria-labelledby": `tab-${store.side}` },
      h("div", { class: "whom" }, picker(contact)),
      contact
        ? store.side === "phone"
          ? phone(contact)
          : mailbox(contact)
        : h(
            "div",
            { class: "empty" },
            h("strong", {}, "Nobody has been written to yet"),
            h("p", {}, "Patients’ phones and mailboxes appear here as soon as the service knows them."),
          ),
    ),
  );
}
