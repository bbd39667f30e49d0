// Who one is in Slack, and what that person's role lets them do.

import { h } from "./dom.js";
import { change, look, store } from "./store.js";

const listed = (person) => (person.role ? `${person.name} · ${person.role}` : person.name);

export function become(id) {
  change({ me: id, thread: "", channel: "", pages: 1, tab: "messages" });
  return look();
}

export function person() {
  const me = store.picture.people.find((each) => each.id === store.me);
  return h(
    "div",
    { class: "you" },
    h("label", { for: "you-are" }, "You are"),
    h(
      "select",
      {
        class: "field select",
        value: store.me,
        id: "you-are",
        "aria-describedby": "you-may",
        onchange: (event) => become(event.target.value),
      },
      ...store.picture.people.map((each) =>
        h("option", { value: each.id, selected: each.id === store.me }, listed(each)),
      ),
    ),
    h("small", { id: "you-may" }, me?.may ?? ""),
  );
}
