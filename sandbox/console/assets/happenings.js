// What just happened in the world, as a line at the foot of the page; each entry leads to where it can be seen.

import { h, icon } from "./dom.js";
import { change, openChannel, openContact, store } from "./store.js";
import { point } from "./fresh.js";
import { time, when } from "./time.js";

const ICONS = {
  text: "M6 2h8v16H6zM9 15h2",
  answer: "M3 4h14v9H9l-4 4v-4H3z",
  lost: "M6 2h8v16H6zM8 8l4 4M12 8l-4 4",
  mail: "M2 5h16v11H2zM2 6l8 6 8-6",
  post: "M8 3L6 17M14 3l-2 14M3 7h14M3 13h14",
  line: "M3 4h14v9H9l-4 4v-4H3z",
  card: "M3 5h14v10H3zM3 9h14",
  payment: "M10 2v16M14 5.5C13 4 7 3.6 7 6.8s7 2.6 7 6-6 3.2-7.5.7",
};
const IN_A_LINE = 6;

async function lead({ where }) {
  change({ happenings: false });
  if (where.channel) {
    await openChannel(where.channel, { thread: where.thread ? where.ts : "" });
    document.querySelector(`[data-key="m${where.ts}"]`)?.scrollIntoView({ block: "nearest" });
    point(`m${where.ts}`);
  } else if (where.contact)
    await openContact(where.contact, { side: where.side, mail: where.mail === undefined ? "" : String(where.mail) });
}

const entry = (each, at) =>
  h(
    "li",
    { "data-key": `h${each.number}` },
    h(
      "button",
      { type: "button", class: `happening ${each.kind}`, onclick: () => lead(each) },
      icon(ICONS[each.kind], { class: "icon tiny" }),
      h("time", { datetime: each.at }, at(new Date(each.at))),
      h("span", {}, each.words),
    ),
  );

export function happenings() {
  const latest = [...store.log].reverse();
  const toggle = () => change({ happenings: !store.happenings });
  return h(
    "section",
    { class: `just ${store.happenings ? "open" : ""}`, "aria-label": "What just happened" },
    store.happenings &&
      h(
        "ol",
        { class: "all", "aria-label": "Everything that happened, the latest first" },
        ...latest.map((each) => entry(each, when)),
      ),
    h(
      "div",
      { class: "line" },
      h(
        "button",
        {
          type: "button",
          class: "bare toggle",
          "aria-expanded": String(store.happenings),
          disabled: latest.length === 0,
          onclick: toggle,
        },
        icon(store.happenings ? "M5 8l5 5 5-5" : "M5 12l5-5 5 5"),
        "Just happened",
      ),
      latest.length === 0
        ? h("p", { class: "quiet" }, "Nothing yet. Press something, or move the clock.")
        : h("ol", { class: "few" }, ...latest.slice(0, IN_A_LINE).map((each) => entry(each, time))),
    ),
    h("p", { class: "sr", role: "status" }, latest[0]?.words ?? ""),
  );
}
