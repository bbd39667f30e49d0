// What a person has chosen, ticked or written, as they left it, until the sandbox's picture shows it: no redraw in
// between sets it back, and the next choice goes by it.

import { store } from "./store.js";

const left = new Map();

export const asLeft = (id, shown) => (left.has(id) ? left.get(id).value : shown);

// `tell` tells the sandbox. What it would not take, or what was thought better of, is as it was before.
export async function leave(id, value, tell) {
  const mine = { value, told: false };
  left.set(id, mine);
  const came = await tell();
  mine.told = true;
  if (!came || came.trouble) store.draw();
}

// Called by a redraw: what was told is in the picture by now.
export function dropTold() {
  for (const [id, each] of left) if (each.told) left.delete(id);
}
