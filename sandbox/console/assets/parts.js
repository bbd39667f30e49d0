// What all of Block Kit's elements share: their ids and names, what they hold, and being asked before they are used.

import { emoji } from "./mrkdwn.js";
import { confirmed } from "./layers.js";
import { store } from "./store.js";

export const plain = (object) => (object ? emoji(object.text) : "");
export const idOf = (place, block, element) =>
  `${place.key}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
export const nameOf = (element, block) =>
  element.accessibility_label ||
  plain(block.label) ||
  plain(element.placeholder) ||
  plain(block.text).slice(0, 80) ||
  "Choose";
export const labelled = (element, block) => (block.type === "input" ? undefined : nameOf(element, block));
export const held = (place, block, element) => place.values?.[block.block_id]?.[element.action_id] ?? {};

export async function use(place, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm))) {
    store.draw();
    return;
  }
  await place.use(block, element, value);
}
