// What all of Block Kit's elements share: their ids and names, what they hold, and how using one is told.

import { deed, inTurn } from "./deeds.js";
import { confirmed } from "./layers.js";
import { asLeft, leave } from "./left.js";
import { emoji } from "./mrkdwn.js";
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

// A value, an option or an id; of those that hold several, a list of them.
const shown = ({ type, ...content } = {}) => Object.values(content)[0];
export const held = (place, block, element) =>
  asLeft(idOf(place, block, element), shown(place.values?.[block.block_id]?.[element.action_id]));
export const keyOf = (each) => each?.value ?? each ?? "";
export const keysOf = (list) => (list ?? []).map(keyOf);

export const busyAs = (place, block, element, value) => `${idOf(place, block, element)} ${value ?? ""}`;

// What is pressed goes after what was chosen beside it before.
export async function use(place, block, element, value) {
  const pressed = element.type === "button" || element.type === "overflow",
    given = { ...place.where, action_id: element.action_id, block_id: block.block_id };
  const tell = async () => {
    if (element.confirm) {
      store.draw();
      if (!(await confirmed(element.confirm))) return undefined;
    }
    if (pressed) return deed(place.deed, given, busyAs(place, block, element, value), place.key);
    return inTurn(place.deed, given, place.key);
  };
  if (element.type !== "button") given.value = value;
  await (pressed ? tell() : leave(idOf(place, block, element), value, tell));
}
