// What the page knows: the world's last picture, and what this person has open. Asks the sandbox, tells it deeds.

const remembered = (key, otherwise) => { try { return JSON.parse(localStorage.getItem(`sandbox.${key}`)) ?? otherwise; } catch { return otherwise; } };
const remember = (key, value) => { try { localStorage.setItem(`sandbox.${key}`, JSON.stringify(value)); } catch { /* a page without storage forgets, and works */ } };

export const store = {
  picture: null, me: remembered("me", ""), channel: remembered("channel", ""), thread: "", tab: "messages", side: remembered("side", "phones"),
  phone: "", mailbox: "", mail: null, seen: remembered("seen", {}), busy: new Set(), room: "slack", drawer: false, lost: false,
  draw: () => {}, say: () => {},
};

export function change(values) {
  Object.assign(store, values);
  for (const key of ["me", "channel", "side", "seen"]) if (key in values) remember(key, values[key]);
  store.draw();
}

let asking = 0;
export async function look() {
  const mine = ++asking;
  try {
    const query = new URLSearchParams({ user: store.me, channel: store.channel });
    const picture = await (await fetch(`/console/state?${query}`)).json();
    if (mine !== asking) return;
    store.picture = picture; store.asked = Date.now(); store.lost = false;
    if (store.me !== picture.me) store.me = picture.me;
    const known = picture.channels.some((each) => each.id === store.channel);
    const first = picture.channels.find((each) => each.kind !== "im") ?? picture.channels[0];
    if (!known && first && store.channel !== first.id) { change({ channel: first.id, thread: "" }); await look(); return; }
    markSeen();
  } catch { store.lost = true; }
  store.draw();
}

function markSeen() {
  const open = store.picture.channels.find((each) => each.id === store.channel);
  if (open && store.seen[open.id] !== open.last) { store.seen[open.id] = open.last; remember("seen", store.seen); }
}

export function listen() {
  const source = new EventSource("/console/stream");
  source.onmessage = look;
  source.onerror = () => { store.lost = true; store.draw(); };
}

export async function deed(path, body, busy = path) {
  if (store.busy.has(busy)) return {};
  store.busy.add(busy); store.draw();
  try {
    const answer = await fetch(`/console/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user: store.me, ...body }) });
    const came = await answer.json().catch(() => ({ trouble: `The sandbox answered ${answer.status}.` }));
    if (came.trouble) store.say(came.trouble, "trouble");
    return came;
  } catch {
    store.say("The sandbox does not answer. Is it still running?", "trouble");
    return { trouble: "lost" };
  } finally { store.busy.delete(busy); await look(); }
}

export const personName = (id) => store.picture?.people.find((each) => each.id === id)?.name ?? (id === store.picture?.bot.id ? store.picture.bot.name : id);
export const channelName = (id) => store.picture?.channels.find((each) => each.id === id)?.name ?? "";
export function openChannel(id, tab = "messages") { change({ channel: id, thread: "", tab, drawer: false }); return look(); }
