// The world's clock: it only goes forward. Playing it stops at each thing that falls due, long enough to see it happen.

import { h, icon } from "./dom.js";
import { inTurn } from "./deeds.js";
import { change, store } from "./store.js";
import { clockFace, now } from "./time.js";

const PLAY = "M6 4l10 6-10 6z",
  STOP = "M6 5h8v10H6z";
const SEEN_FOR = 1600;

const move = (by) => inTurn("clock", by, "clock");

let wake = () => {};
const rest = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, SEEN_FOR);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

export function stop() {
  if (store.playing) {
    change({ playing: false });
    wake();
  }
}
async function play() {
  change({ playing: true });
  while (store.playing) {
    const answer = await move({ next: true });
    if (!answer.now) break;
    if (store.playing) await rest();
  }
  change({ playing: false });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
});

export const face = () => {
  const shown = clockFace(now());
  return h("div", { class: "face" }, h("span", {}, shown.day), h("strong", {}, shown.time));
};

export function clock() {
  const busy = store.busy.has("clock") || store.playing || Boolean(store.picture.notice);
  const push = (words, by, title) =>
    h("button", { type: "button", class: "btn clock-btn", disabled: busy, title, onclick: () => move(by) }, words);
  return h(
    "div",
    {
      class: "clock",
      role: "group",
      "aria-label": "The sandbox’s clock",
      "aria-busy": store.busy.has("clock") ? "true" : undefined,
      title: "Time only goes forward here.",
    },
    face(),
    push("+1 hour", { hours: 1 }, "Move the clock one hour on"),
    push("+1 day", { days: 1 }, "Move the clock one day on"),
    push("Next due", { next: true }, "Move to the next thing that is due"),
    h(
      "button",
      {
        type: "button",
        class: `btn clock-btn square play ${store.playing ? "primary" : ""}`,
        "aria-label": store.playing ? "Stop the clock" : "Play",
        disabled: Boolean(store.picture.notice),
        title: store.playing ? "Stop here" : "Let time pass from one thing that is due to the next",
        onclick: () => (store.playing ? stop() : play()),
      },
      icon(store.playing ? STOP : PLAY, { class: "icon solid" }),
    ),
  );
}
