// The page's frame: clock and person on top, the tour, Slack on the left, patients on the right, what happened at the
// foot; one redraw for every change.

import { h, icon, morph } from "./dom.js";
import { change, listen, look, remember, remembered, store } from "./store.js";
import { toast } from "./layers.js";
import { clock, face, stop } from "./clock.js";
import { person } from "./person.js";
import { slack } from "./slack.js";
import { patients } from "./patients.js";
import { happenings } from "./happenings.js";
import { drawFaults, faultsButton } from "./faults.js";
import { drawModal } from "./modal.js";
import { follow, spotStep, tour, tourButton } from "./tour.js";
import { holdingPlaces } from "./places.js";
import { dropTold } from "./left.js";
import { whenStill } from "./still.js";

const SUN =
  "M10 6a4 4 0 100 8 4 4 0 000-8zM10 1v2M10 17v2M1 10h2M17 10h2M3.6 3.6l1.4 1.4M15 15l1.4 1.4M3.6 16.4L5 15M15 5l1.4-1.4";

const theme = () =>
  document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
function flipTheme() {
  document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
  remember("theme", document.documentElement.dataset.theme);
  draw();
}

const top = () =>
  h(
    "header",
    { class: "top" },
    h(
      "button",
      {
        type: "button",
        class: "bare burger",
        "aria-label": "Channels",
        "aria-expanded": String(store.drawer),
        onclick: () => change({ drawer: !store.drawer, room: "slack" }),
      },
      icon("M3 5h14M3 10h14M3 15h14"),
    ),
    h(
      "div",
      { class: "brand" },
      h("img", { src: "/console/assets/icon.svg", alt: "", width: 26, height: 26 }),
      h("span", {}, h("h1", {}, "Sandbox"), h("small", {}, "nothing leaves this machine")),
    ),
    clock(),
    tourButton(),
    faultsButton(),
    person(),
    h(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": theme() === "dark" ? "Light colours" : "Dark colours",
        onclick: flipTheme,
      },
      icon(SUN),
    ),
  );

const room = (key, words) =>
  h(
    "button",
    { type: "button", "aria-current": store.room === key ? "page" : undefined, onclick: () => change({ room: key }) },
    words,
  );
const rooms = () =>
  h("nav", { class: "rooms", "aria-label": "Rooms" }, room("slack", "Slack"), room("patients", "Patients"));

function drawNow() {
  dropTold();
  const app = document.getElementById("app");
  if (!store.picture) {
    app.replaceChildren(
      h(
        "p",
        { class: "loading" },
        store.lost ? "The sandbox does not answer. Is it still running?" : "Opening the sandbox…",
      ),
    );
    return;
  }
  document.title = `${store.picture.workspace} — Sandbox`;
  holdingPlaces(() =>
    morph(
      app,
      h(
        "div",
        { id: "app", class: `show-${store.room}` },
        store.lost &&
          h(
            "div",
            { class: "lost", role: "alert" },
            "The sandbox does not answer; this is the last that was seen. It is asked again and again…",
          ),
        top(),
        store.picture.notice &&
          h("p", { class: "notice", role: "status" }, h("span", { class: "turning" }), store.picture.notice),
        tour(),
        h("main", {}, slack(), patients()),
        happenings(),
        rooms(),
      ),
    ),
  );
  drawModal();
  drawFaults();
  spotStep();
}
const draw = () => whenStill(drawNow);

const kept = remembered("theme", "");
if (kept) document.documentElement.dataset.theme = kept;
Object.assign(store, { draw, say: toast, looked: follow });
// What lies over the page takes Escape itself; else it closes what was opened last.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (store.playing) stop();
  else if (store.happenings || store.drawer) change({ happenings: false, drawer: false });
  else if (store.thread) change({ thread: "" });
});
setInterval(() => {
  if (store.picture && !document.hidden) document.querySelector(".clock .face")?.replaceWith(face());
}, 5000);
look().then(listen);
