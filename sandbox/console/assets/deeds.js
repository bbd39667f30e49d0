// What a person does here, told to the sandbox. Nothing is dropped: what is chosen, typed or ticked goes in the order in
// which it was done. Only a button that is pressed again while it is busy was pressed once.

import { drawNext, look, store } from "./store.js";

export async function post(path, body) {
  try {
    const answer = await fetch(`/console/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json().catch(() => ({ trouble: `The sandbox answered ${answer.status}.` }));
  } catch {
    return { trouble: "The sandbox does not answer. Is it still running?", away: true };
  }
}

const lines = new Map();

async function tell(path, body, busy, line) {
  const given = { user: store.me, ...body },
    before = lines.get(line);
  store.busy.set(busy, (store.busy.get(busy) ?? 0) + 1);
  store.draw();
  await before;
  const came = await post(path, given);
  if (came.trouble) store.say(came.trouble, "trouble");
  if (came.note) store.say(came.note);
  if (store.busy.get(busy) === 1) store.busy.delete(busy);
  else store.busy.set(busy, store.busy.get(busy) - 1);
  drawNext();
  await look();
  return came;
}

// Once, while it is busy; after what is in `line`, if anything is.
export const deed = async (path, body, busy = path, line = "") =>
  store.busy.has(busy) ? {} : tell(path, body, busy, line);

// However often, one after the other.
export function inTurn(path, body, line) {
  const told = tell(path, body, line, line).finally(() => lines.get(line) === told && lines.delete(line));
  lines.set(line, told);
  return told;
}
