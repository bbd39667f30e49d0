// What the page knows: the world's last picture, for which it asks the sandbox, and what this person has open.

import { noteFresh } from "./fresh.js";

const LOG_KEPT = 60;

export function remembered(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`sandbox.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
export function remember(key, value) {
  try {
    localStorage.setItem(`sandbox.${key}`, JSON.stringify(value));
  } catch {
    /* a page without storage forgets, and works */
  }
}

const KEPT = ["me", "channel", "contact", "side", "seen"];
export const store = {
  picture: null,
  opened: "",
  asked: 0,
  lost: false,
  busy: new Map(),
  log: [],
  heard: 0,
  me: remembered("me", ""),
  channel: remembered("channel", ""),
  pages: 1,
  thread: "",
  tab: "messages",
  hint: 0,
  drafts: new Map(),
  newFrom: "",
  contact: remembered("contact", ""),
  side: remembered("side", "phone"),
  mail: "",
  texts: "",
  seen: remembered("seen", {}),
  room: "slack",
  drawer: false,
  happenings: false,
  faults: false,
  playing: false,
  tour: remembered("tour", null),
  draw: () => {},
  say: () => {},
  looked: () => {},
};

export function change(values) {
  Object.assign(store, values);
  for (const key of KEPT) if (key in values) remember(key, values[key]);
  store.draw();
}

function asking() {
  const scene = store.tour?.scene;
  return new URLSearchParams({
    user: store.me,
    channel: store.channel,
    pages: store.pages,
    thread: store.thread,
    contact: store.contact,
    texts: store.texts,
    mail: store.mail,
    heard: store.heard,
    faults: store.faults ? "1" : "",
    scene: scene ?? "",
  });
}

// One picture after another, so that one comes however often it is asked; who asks is shown one asked for since.
let last = Promise.resolve(),
  next = null;
export function look() {
  const go = () => {
    next = null;
    last = lookNow();
    return last;
  };
  next ??= last.then(go, go);
  return next;
}

async function lookNow() {
  let news = true;
  try {
    const picture = await asked();
    news = isNews(picture);
    take(picture);
    markSeen();
  } catch {
    store.lost = true;
  }
  if (news) store.draw();
  store.looked();
}

// A picture like the last one is not drawn again, unless something else waits for it.
let outline = "";
export const drawNext = () => {
  outline = "";
};
function isNews({ now, happenings, ...seen }) {
  const before = outline,
    passed = Date.now() - store.asked,
    moved = store.picture && Math.abs(Date.parse(now) - Date.parse(store.picture.now) - passed) > 1000;
  outline = JSON.stringify(seen);
  return moved || store.lost || happenings.length > 0 || outline !== before;
}

// What answers a question that is no longer the page's own is not shown.
async function asked() {
  for (;;) {
    const question = `${asking()}`,
      answer = await fetch(`/console/state?${question}`),
      picture = await answer.json();
    if (question === `${asking()}` && !elsewhere(picture)) return picture;
  }
}

function take(picture) {
  noteFresh(store.picture, picture);
  const known = store.log.at(-1)?.number ?? 0;
  store.log = [...store.log, ...picture.happenings.filter((each) => each.number > known)].slice(-LOG_KEPT);
  Object.assign(store, {
    picture,
    asked: Date.now(),
    lost: false,
    me: picture.me,
    heard: store.log.at(-1)?.number ?? store.heard,
  });
  store.opened ||= picture.now;
  if (!store.contact && !picture.notice) store.contact = picture.contact?.key ?? ""; // whoever writes next takes nobody's place
}

// Whose room is gone, or who came without one, is shown the first.
function elsewhere({ channels }) {
  if (channels.some((each) => each.id === store.channel)) return false;
  const first = channels.find((each) => each.kind !== "im") ?? channels[0];
  if (!first || store.channel === first.id) return false;
  change({ channel: first.id, thread: "", pages: 1 });
  return true;
}

function markSeen() {
  const open = store.picture.channels.find((each) => each.id === store.channel);
  const seen = { ...store.seen };
  if (open) seen[open.id] = open.last;
  if (store.picture.contact?.at) seen[store.picture.contact.key] = store.picture.contact.at;
  if (JSON.stringify(seen) !== JSON.stringify(store.seen)) {
    store.seen = seen;
    remember("seen", seen);
  }
}

// The browser tries again by itself; a sandbox that was started anew counts from the beginning.
export function listen() {
  const source = new EventSource("/console/stream");
  source.onmessage = look;
  source.onerror = () => {
    Object.assign(store, { lost: true, log: [], heard: 0 });
    store.draw();
  };
}

export const personName = (id) =>
  store.picture?.people.find((each) => each.id === id)?.name ??
  (id === store.picture?.bot.id ? store.picture.bot.name : id);
export const channelName = (id) => store.picture?.channels.find((each) => each.id === id)?.name ?? "";

export function openChannel(id, more = {}) {
  const unread = store.picture.channels.find((each) => each.id === id)?.last > (store.seen[id] ?? "");
  change({
    channel: id,
    pages: 1,
    thread: "",
    tab: "messages",
    drawer: false,
    room: "slack",
    newFrom: unread ? (store.seen[id] ?? "0") : "",
    ...more,
  });
  return look();
}
export function openContact(key, more = {}) {
  change({ contact: key, texts: "", mail: "", room: "patients", ...more });
  return look();
}
