// Making and redrawing the page: elements from values, changed in place so that focus, scroll and typed words stay.
// Text only ever becomes text nodes here; nothing is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["checked", "disabled", "hidden", "open", "selected", "multiple", "required", "readOnly"]);

export function h(tag, given = {}, ...children) {
  const node = tag === "svg" || tag === "path" ? document.createElementNS(SVG, tag) : document.createElement(tag);
  node.handlers = {};
  node.key = given?.["data-key"] ?? given?.id ?? "";
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.handlers[key.slice(2)] = value;
    else if (key === "value") {
      node.value = value;
      node.setAttribute("data-given", value);
    } else if (PROPERTIES.has(key)) {
      node[key] = value;
      node.setAttribute(key.toLowerCase(), "");
    } else node.setAttribute(key === "class" ? "class" : key, value === true ? "" : value);
  }
  node.append(
    ...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false && each !== ""),
  );
  return node;
}

export const icon = (path, extra = {}) =>
  h("svg", { viewBox: "0 0 20 20", "aria-hidden": "true", class: "icon", ...extra }, h("path", { d: path }));

// One listener per kind of event for the whole page: redrawn nodes need none of their own.
const CAUGHT = new Set(["toggle", "scroll"]); // they don't bubble
for (const kind of ["click", "change", "input", "keydown", "submit", "focusin", "focusout", "pointerdown", ...CAUGHT]) {
  document.addEventListener(
    kind,
    (event) => {
      for (let node = event.target; node && node !== document; node = node.parentNode) {
        const handler = node.handlers?.[kind];
        if (handler) {
          handler.call(node, event);
          if (event.cancelBubble) return;
        }
      }
    },
    CAUGHT.has(kind),
  );
}

const keyOf = (node) => node.key ?? "";
const alike = (old, fresh) =>
  old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

export function morph(old, fresh) {
  if (!alike(old, fresh)) {
    old.replaceWith(fresh);
    return fresh;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  old.handlers = fresh.handlers;
  const asked = old.getAttribute("data-given"),
    ticked = old.hasAttribute("checked");
  const names = fresh.getAttributeNames();
  for (const name of names) {
    const value = fresh.getAttribute(name);
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.attributes.length > names.length) shed(old, fresh);
  for (const name of ["disabled", "hidden"]) if (name in old) old[name] = fresh[name];
  const given = fresh.getAttribute("data-given");
  if (fresh.type === "checkbox" || fresh.type === "radio") {
    if (fresh.checked !== ticked) old.checked = fresh.checked; // else what the person has done since stays
  } else if (given !== null && given !== asked && !isTyped(old, asked)) old.value = fresh.value;
  children(old, fresh);
  if (old.nodeName === "SELECT" && given !== asked) old.value = given;
  return old;
}

// What the tour points at is marked from outside.
function shed(old, fresh) {
  const keeps = `data-spot ${old.dataset.keep ?? ""}`;
  for (const name of old.getAttributeNames())
    if (!fresh.hasAttribute(name) && !keeps.includes(name)) old.removeAttribute(name);
}

// Half written, and not yet told: it is for who writes it to change.
const isTyped = (field, asked) => field === document.activeElement && asked !== null && field.value !== asked;

function children(old, fresh) {
  if (inStep(old, fresh)) return;
  const keyed = new Map([...old.childNodes].filter(keyOf).map((each) => [keyOf(each), each]));
  const wantedKeys = new Set([...fresh.childNodes].map(keyOf));
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    place = upTo(place, wanted, wantedKeys);
    const found = key ? keyed.get(key) : place && !keyOf(place) && alike(place, wanted) ? place : null;
    if (found && found === place) {
      place = place.nextSibling;
      morph(found, wanted);
    } else if (found) {
      old.insertBefore(found, place);
      morph(found, wanted);
    } else old.insertBefore(wanted, place);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const classOf = (node) => node.getAttribute?.("class");
const same = (old, fresh) => alike(old, fresh) && classOf(old) === classOf(fresh);

// Mostly what stands here is what is wanted, node by node.
function inStep(old, fresh) {
  let [here, wanted] = [old.firstChild, fresh.firstChild];
  for (; here && wanted && same(here, wanted); here = here.nextSibling) wanted = wanted.nextSibling;
  if (here || wanted) return false;
  for (here = old.firstChild, wanted = fresh.firstChild; here; here = here.nextSibling, wanted = wanted.nextSibling)
    morph(here, wanted);
  return true;
}

// When what stands here is gone from the fresh page and what is wanted comes later, the gone ones are taken out, so that
// a field behind a vanished hint stays the same field, with its words and its focus.
function upTo(place, wanted, wantedKeys) {
  const gone = [];
  for (let node = place; node; node = node.nextSibling) {
    if (same(node, wanted)) {
      gone.forEach((each) => each.remove());
      return node;
    }
    if (wantedKeys.has(keyOf(node)) && keyOf(node)) return place;
    gone.push(node);
  }
  return place;
}
