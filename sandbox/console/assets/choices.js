// Block Kit's selects: of one or several, from what the message says, who and what there is, or what the app suggests.

import { h, icon } from "./dom.js";
import { combobox } from "./combobox.js";
import { held, idOf, labelled, nameOf, plain, use } from "./parts.js";
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

const chosenOne = (value) =>
  value.selected_option?.value ?? value.selected_user ?? value.selected_channel ?? value.selected_conversation ?? "";
const chosenMany = (value) =>
  (value.selected_options ?? [])
    .map((each) => each.value)
    .concat(value.selected_users ?? [], value.selected_channels ?? [], value.selected_conversations ?? []);
const groupsOf = (list) =>
  [...new Set(list.map((each) => each.group))].map((group) => [group, list.filter((each) => each.group === group)]);

export function select(place, block, element) {
  const value = chosenOne(held(place, block, element)),
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
    found = held(place, block, element).selected_option;
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

export function many(place, block, element) {
  const id = idOf(place, block, element),
    value = held(place, block, element),
    chosen = chosenMany(value),
    far = element.type === "multi_external_select";
  const words = new Map([
    ...(value.selected_options ?? []).map((each) => [each.value, plain(each.text)]),
    ...offers(element).map((each) => [each.key, each.words]),
  ]);
  const whole = (key, item) =>
    far ? ((value.selected_options ?? []).find((each) => each.value === key) ?? item?.option) : key;
  const send = (keys, item) =>
    use(
      place,
      block,
      element,
      keys.map((key) => whole(key, item)),
    );
  const flip = (item) =>
    send(chosen.includes(item.key) ? chosen.filter((each) => each !== item.key) : [...chosen, item.key], item);
  const near = async (typed) =>
    offers(element).filter((each) => each.words.toLowerCase().includes(typed.toLowerCase()));
  const ask = async (typed) =>
    (await (far ? suggested(place, element) : near)(typed)).map((each) => ({
      ...each,
      chosen: chosen.includes(each.key),
    }));
  return h(
    "span",
    {
      class: "multi",
      role: "group",
      "aria-label": nameOf(element, block),
      "data-holds": element.type,
      "data-value": JSON.stringify(chosen.map((key) => whole(key))),
    },
    ...chosen.map((key) =>
      h(
        "span",
        { class: "token", "data-key": `${id}-${key}` },
        words.get(key) ?? key,
        h(
          "button",
          {
            type: "button",
            class: "bare",
            "aria-label": `Remove ${words.get(key) ?? key}`,
            onclick: () => send(chosen.filter((each) => each !== key)),
          },
          icon("M6 6l8 8M14 6l-8 8", { class: "icon tiny" }),
        ),
      ),
    ),
    combobox({
      id,
      label: nameOf(element, block),
      placeholder: chosen.length ? "" : plain(element.placeholder) || "Select options",
      value: "",
      ask,
      pick: flip,
      many: true,
    }),
  );
}
