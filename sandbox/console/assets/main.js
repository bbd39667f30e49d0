// The page's frame: clock and person on top, Slack on the left, patients on the right; one redraw for every change.

import { h, icon, morph } from "./dom.js";
import { change, deed, listen, look, store } from "./store.js";
import { clockFace, now } from "./time.js";
import { toast } from "./layers.js";
import { slack } from "./slack.js";
import { patients } from "./patients.js";
import { drawModal } from "./modal.js";

const SUN = "M10 6a4 4 0 100 8 4 4 0 000-8zM10 1v2M10 17v2M1 10h2M17 10h2M3.6 3.6l1.4 1.4M15 15l1.4 1.4M3.6 16.4L5 15M15 5l1.4-1.4";

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("sandbox.theme", theme); } catch { /* forgotten at the next visit */ }
}
const theme = () => document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

async function move(by) {
  const answer = await deed("clock", by, "clock");
  if (answer.now) { const face = clockFace(new Date(answer.now)); toast(`It is ${face.day}, ${face.time}.`); }
}

function clock() {
  const face = clockFace(now()), busy = store.busy.has("clock");
  const push = (words, by, title) => h("button", { type: "button", class: "btn clock-btn", disabled: busy, title, onclick: () => move(by) }, words);
  return h("div", { class: "clock", role: "group", "aria-label": "The sandbox’s clock", "aria-busy": busy ? "true" : undefined },
    h("div", { class: "face" }, h("span", {}, face.day), h("strong", {}, face.time)),
    push("+1 hour", { hours: 1 }, "Move the clock one hour on"), push("+1 day", { days: 1 }, "Move the clock one day on"),
    push("Next due", { next: true }, "Move to the next thing that is due"));
}

const you = () => h("label", { class: "you" }, h("span", {}, "You are"),
  h("select", { class: "field select", value: store.me, id: "you-are", onchange: (event) => { change({ me: event.target.value, thread: "", channel: "" }); look(); } },
    ...store.picture.people.map((each) => h("option", { value: each.id, selected: each.id === store.me }, each.name))));

const top = () => h("header", { class: "top" },
  h("button", { type: "button", class: "bare burger", "aria-label": "Channels", "aria-expanded": String(store.drawer), onclick: () => change({ drawer: !store.drawer }) }, icon("M3 5h14M3 10h14M3 15h14")),
  h("div", { class: "brand" }, h("img", { src: "/console/assets/icon.svg", alt: "", width: 26, height: 26 }), h("span", {}, h("h1", {}, "Sandbox"), h("small", {}, "nothing leaves this machine"))),
  clock(), you(),
  h("button", { type: "button", class: "bare", "aria-label": theme() === "dark" ? "Light colours" : "Dark colours", onclick: () => { setTheme(theme() === "dark" ? "light" : "dark"); store.draw(); } }, icon(SUN)));

const room = (key, words, count) => h("button", { type: "button", "aria-current": store.room === key ? "page" : undefined, onclick: () => change({ room: key }) }, words, count > 0 && h("span", { class: "count" }, count));
const rooms = () => h("nav", { class: "rooms", "aria-label": "Rooms" }, room("slack", "Slack"), room("patients", "Patients"));

function draw() {
  const app = document.getElementById("app");
  if (!store.picture) { app.replaceChildren(h("p", { class: "loading" }, store.lost ? "The sandbox does not answer. Is it still running?" : "Opening the sandbox…")); return; }
  document.title = `${store.picture.workspace} — Sandbox`;
  const stays = stickers();
  morph(app, h("div", { id: "app", class: `show-${store.room}` },
    store.lost && h("div", { class: "lost", role: "alert" }, "The sandbox does not answer; this is the last that was seen. Trying again…"),
    top(), h("main", {}, slack(), patients()), rooms()));
  stays.forEach((stay) => stay());
  drawModal();
}

// A list that was at its end stays at its end; one that was read further up stays where it was.
const places = new Map();
function stickers() {
  return [".messages", ".replies", ".bubbles"].map((which) => {
    const list = document.querySelector(which);
    const before = list && { key: list.dataset.key, atEnd: list.scrollHeight - list.scrollTop - list.clientHeight < 60 };
    return () => {
      const after = document.querySelector(which);
      if (!after) return;
      const fresh = places.get(which) !== after.dataset.key;
      if (fresh || before?.atEnd) after.scrollTop = after.scrollHeight;
      places.set(which, after.dataset.key);
    };
  });
}

try { const kept = localStorage.getItem("sandbox.theme"); if (kept) document.documentElement.dataset.theme = kept; } catch { /* the system's choice then */ }
store.draw = draw;
store.say = toast;
setInterval(() => { if (store.picture) document.querySelector(".clock .face")?.replaceWith(clock().querySelector(".face")); }, 5000);
look().then(listen);
