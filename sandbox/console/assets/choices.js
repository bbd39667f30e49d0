// Block Kit's selects: of one or several, from what the message says, who and what there is, or what the app suggests.

import { h, icon } from "./dom.js";
import { combobox } from "./combobox.js";
import { held, idOf, keyOf, keysOf, labelled, nameOf, plain, use } from "./parts.js";
import { store } from "./store.js";

// What a select offers: [{key, words, group}].
function offers(element) {
  const { people, channels } = store.picture,
    pair = (group) => (option) => ({
      key: option.value,
      words: plain(option.text),
      note: plain(option.description),
      group,
    });
  if (/users_select/.test(element.type)) return people.map((each) => ({ key: each.id, words: each.name }));
  if (/(channels|conversations)_select/.test(element.type))
    return channels.filter((each) => each.kind !== "im").map((each) => ({ key: each.id, words: `#${each.name}` }));
  if (element.option_groups)
    return element.option_groups.flatMap((group) => group.options.map(pair(plain(group.label))));
  return (element.options ?? []).map(pair());
}

const groupsOf = (list) =>
  [...new Set(list.map((each) => each.group))].map((group) => [group, list.filter((each) => each.group === group)]);

export function select(place, block, element) {
  const value = keyOf(held(place, block, element)),
    list = offers(element);
  const option = (each) => h("option", { value: each.key, selected: each.key === value }, each.words);
  return h(
    "select",
    {
      id: idOf(place, block, element),
      class: "field select",
      "aria-label": labelled(element, block),
      value,
      "data-holds": element.type,
      onchange: (event) => use(place, block, element, event.target.value),
    },
    h("option", { value: "", selected: !value }, plain(element.placeholder) || "Select an option"),
    ...groupsOf(list).flatMap(([group, inside]) =>
      group ? [h("optgroup", { label: group }, ...inside.map(option))] : inside.map(option),
    ),
  );
}

// The app is asked for what fits; the whole option is sent on, since only the app knows it.
const suggested = (place, element) => async (typed) =>
  (await place.suggest(element, typed)).map((option) => ({
    key: option.value,
    words: plain(option.text),
    note: plain(option.description),
    group: option.group,
    option: { text: option.text, value: option.value },
  }));

export function external(place, block, element) {
  const id = idOf(place, block, element),
    found = held(place, block, element);
  return h(
    "span",
    { class: "external", "data-holds": element.type, "data-value": found ? JSON.stringify(found) : "" },
    combobox({
      id,
      label: nameOf(element, block),
      placeholder: plain(element.placeholder) || "Type to search",
      value: found ? plain(found.text) : "",
      ask: suggested(place, element),
      pick: (item) => use(place, block, element, item.option),
      invalid: place.errors?.[block.block_id],
      describedby: `${id}-more`,
    }),
  );
}

// Who has several chosen goes on from what is chosen at that moment, not from what was when the list was drawn.
function chosenIn(place, block, element) {
  const far = element.type === "multi_external_select",
    whole = () => held(place, block, element) ?? [],
    keys = () => keysOf(whole());
  const send = (list) => use(place, block, element, list);
  return {
    whole,
    keys,
    drop: (key) => send((far ? whole() : keys()).filter((each) => keyOf(each) !== key)),
    add: (item) => send(far ? [...whole(), item.option] : [...keys(), item.key]),
  };
}

export function many(place, block, element) {
  const id = idOf(place, block, element),
    chosen = chosenIn(place, block, element),
    keys = chosen.keys();
  const words = new Map([
    ...chosen.whole().map((each) => [keyOf(each), plain(each.text)]),
    ...offers(element).map((each) => [each.key, each.words]),
  ]);
  const near = async (typed) =>
    offers(element).filter((each) => each.words.toLowerCase().includes(typed.toLowerCase()));
  return h(
    "span",
    {
      class: "multi",
      role: "group",
      "aria-label": nameOf(element, block),
      "data-holds": element.type,
      "data-value": JSON.stringify(element.type === "multi_external_select" ? chosen.whole() : keys),
    },
    ...keys.map((key) =>
      h(
        "span",
        { class: "token", "data-key": `${id}-${key}` },
        words.get(key) || key,
        h(
          "button",
          {
            type: "button",
            class: "bare",
            "aria-label": `Remove ${words.get(key) || key}`,
            onclick: () => chosen.drop(key),
          },
          icon("M6 6l8 8M14 6l-8 8", { class: "icon tiny" }),
        ),
      ),
    ),
    combobox({
      id,
      label: nameOf(element, block),
      placeholder: keys.length ? "" : plain(element.placeholder) || "Select options",
      value: "",
      ask: element.type === "multi_external_select" ? suggested(place, element) : near,
      chosen: keys,
      pick: (item) => (chosen.keys().includes(item.key) ? chosen.drop(item.key) : chosen.add(item)),
      many: true,
    }),
  );
}
