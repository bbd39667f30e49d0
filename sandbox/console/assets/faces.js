// Faces of people and of the app: initials on a colour that stays theirs.

import { h } from "./dom.js";
import { personName, store } from "./store.js";

const hue = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 8, 7);
const initials = (name) =>
  name
    .split(" ")
    .map((each) => each[0])
    .slice(0, 2)
    .join("");

export const botFace = (size = "") =>
  h("span", { class: `avatar app ${size}`, "aria-hidden": "true" }, store.picture.bot.name[0]);
export const avatar = (id) =>
  id === store.picture.bot.id
    ? botFace()
    : h("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, initials(personName(id)));
