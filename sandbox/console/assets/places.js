// Where one was in a list stays where it was: at its end if one was there, else at the line one was reading, also when
// earlier ones are put in before it.

const LISTS = [".messages", ".replies", ".bubbles"];
const NEAR = 60;
const shown = new Map();

const firstVisible = (list) => {
  const top = list.getBoundingClientRect().top;
  const node = [...list.children].find(
    (each) => each.matches(".message, .bubble") && each.getBoundingClientRect().bottom > top,
  );
  return node && { key: node.dataset.key, at: node.getBoundingClientRect().top };
};

function remembered(which) {
  const list = document.querySelector(which);
  return (
    list && {
      key: list.dataset.key,
      atEnd: list.scrollHeight - list.scrollTop - list.clientHeight < NEAR,
      first: firstVisible(list),
    }
  );
}

function restore(which, before) {
  const list = document.querySelector(which);
  if (!list) return;
  const fresh = shown.get(which) !== list.dataset.key;
  shown.set(which, list.dataset.key);
  if (fresh || before?.atEnd) {
    list.scrollTop = list.scrollHeight;
    return;
  }
  const node = before?.first && list.querySelector(`:scope > [data-key="${CSS.escape(before.first.key)}"]`);
  if (node) list.scrollTop += node.getBoundingClientRect().top - before.first.at;
}

export function holdingPlaces(redraw) {
  const before = LISTS.map(remembered);
  redraw();
  LISTS.forEach((which, at) => restore(which, before[at]));
}

// A page that is made smaller or larger leaves a list that was at its end there.
const ends = new WeakMap();
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.matches?.(LISTS.join()))
      ends.set(target, target.scrollHeight - target.scrollTop - target.clientHeight < NEAR);
  },
  true,
);
addEventListener("resize", () => {
  for (const list of document.querySelectorAll(LISTS.join())) if (ends.get(list)) list.scrollTop = list.scrollHeight;
});
