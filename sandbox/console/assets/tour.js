// The guided tour: a quiet line under the clock that says what to do next, shows where, and goes on when it is done.

import { h, icon } from "./dom.js";
import { change, look, openChannel, openContact, remember, store } from "./store.js";
import { mrkdwn } from "./mrkdwn.js";
import { CROSS } from "./layers.js";
import { pointAt } from "./spot.js";

const TICKED_FOR = 1100;
let entered = "",
  doneBefore = false,
  timer = 0;

// Where one is, with that scene's steps. Until those of a scene one turns to have come, the step before stays there.
let last;
function here() {
  const { tour, picture } = store;
  if (!Number.isInteger(tour?.scene)) last = undefined;
  else if (tour.scene === picture.tour?.scene)
    last = { scene: tour.scene, at: tour.step, ...picture.tour, step: picture.tour.steps[tour.step] };
  return last?.step && last;
}
const scenes = () => store.picture.tour?.scenes ?? [];
const keep = (tour) => {
  clearTimeout(timer);
  timer = 0;
  remember("tour", tour);
  change({ tour });
  arrive();
  return look();
};

const begin = () => keep(store.tour?.was ?? { scene: 0, step: 0 });
const leave = () => keep({ scene: null, was: here() ? store.tour : undefined });
const finish = () => {
  keep({ scene: null });
  store.say("That was the tour. Everything here stays yours to try.");
};

function go(by) {
  const { scene, at, steps } = here(),
    to = at + by;
  if (to < 0) return scene > 0 ? keep({ scene: scene - 1, step: 0 }) : undefined;
  if (to < steps.length) return keep({ scene, step: to });
  if (scene + 1 === scenes().length) return finish();
  change({ thread: "" }); // another patient's
  return keep({ scene: scene + 1, step: 0 });
}

// Brings into view what a step speaks of, whatever was open before.
async function bring({ show }) {
  if (show.kind === "card" && store.channel !== show.channel) await openChannel(show.channel);
  if (show.kind === "thread" && store.channel !== show.channel) await openChannel(show.channel);
  if (show.kind === "phone") await openContact(show.of, { side: "phone" });
  if (show.kind === "mailbox") await openContact(await keyOf(show.of), { side: "mail" });
  if (show.kind === "card" || show.kind === "thread") change({ room: "slack", drawer: false, tab: "messages" });
  pointAt(here()?.step, { scroll: true });
}
async function keyOf(address) {
  const found = await (await fetch(`/console/contacts?${new URLSearchParams({ typed: address })}`)).json();
  return found[0]?.key ?? address;
}

// What was done before one came to a step doesn't carry one on; whether it was is seen at once, before one can do it.
function arrive() {
  const now = here(),
    name = now ? `${now.scene}.${now.at}` : "";
  if (entered === name) return false;
  entered = name;
  doneBefore = now?.step.done === true;
  if (now) bring(now.step);
  return true;
}

export const spotStep = () => pointAt(here()?.step);

// Called after every look: a step that was done while it was shown goes on by itself, after a moment to see it.
export function follow() {
  if (arrive()) return;
  const name = entered,
    now = here();
  if (now?.step.done && !doneBefore && !timer)
    timer = setTimeout(() => {
      timer = 0;
      if (entered === name) go(1);
    }, TICKED_FOR);
}

const showMe = async () => {
  await bring(here().step);
  document.querySelector("[data-spot]")?.focus();
};

function offer() {
  return h(
    "section",
    { class: "tour offer", "aria-label": "Guided tour" },
    h(
      "p",
      { class: "tour-words" },
      h("strong", {}, "New here? "),
      `${scenes().length} short scenes show what happens, in five minutes.`,
    ),
    h(
      "div",
      { class: "tour-acts" },
      h("button", { type: "button", class: "btn primary", onclick: begin }, "Begin the tour"),
      h("button", { type: "button", class: "btn", onclick: leave }, "Not now"),
    ),
  );
}

export function tour() {
  if (!scenes().length) return null;
  const now = here();
  if (!now) return store.tour ? null : offer();
  const { scene, at, steps, step } = now,
    done = step.done === true;
  const next = at < steps.length - 1 ? "Next" : scene < scenes().length - 1 ? "Next scene" : "Finish";
  return h(
    "section",
    {
      class: "tour",
      "aria-label": "Guided tour",
      onkeydown: (event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          leave();
        }
      },
    },
    h(
      "div",
      { class: "tour-where" },
      h("strong", {}, `${scene + 1}/${scenes().length}`),
      h("h2", {}, scenes()[scene]),
      h(
        "span",
        { class: "dots", role: "img", "aria-label": `Step ${at + 1} of ${steps.length}` },
        ...steps.map((_, number) => h("i", { class: number < at ? "past" : number === at ? "now" : "" })),
      ),
    ),
    h(
      "p",
      { class: `tour-words ${done ? "done" : ""}`, role: "status" },
      at === 0 && h("span", { class: "quiet" }, now.words, " "),
      h("span", { class: "act" }, ...mrkdwn(step.words)),
      done && h("span", { class: "ticked" }, icon("M4 10l4 4 8-9"), h("span", { class: "sr" }, "Done.")),
    ),
    h(
      "div",
      { class: "tour-acts" },
      h("button", { type: "button", class: "btn", onclick: showMe }, "Show me"),
      h("button", { type: "button", class: "btn", disabled: scene === 0 && at === 0, onclick: () => go(-1) }, "Back"),
      h(
        "button",
        { type: "button", class: `btn ${done || step.done === null ? "primary" : ""}`, onclick: () => go(1) },
        next,
      ),
      h("button", { type: "button", class: "bare", "aria-label": "Leave the tour", onclick: leave }, icon(CROSS)),
    ),
  );
}

export const tourButton = () =>
  scenes().length > 0 && store.tour && !here()
    ? h("button", { type: "button", class: "btn top-btn", onclick: begin }, "Tour")
    : null;
