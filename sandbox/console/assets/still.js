// While something is being pressed the page stands still, so that a click lands on what the pointer went down on.
// Redraws wait for it.

const CLICK_COMES_WITHIN = 60;

let down = false,
  drawing = false,
  waiting = null,
  timer = 0;

export function whenStill(redraw) {
  waiting = redraw;
  if (!down && !drawing) catchUp();
}

function catchUp() {
  drawing = true;
  try {
    while (waiting) {
      const redraw = waiting;
      waiting = null;
      redraw();
    }
  } finally {
    drawing = false;
  }
}

function letGo() {
  clearTimeout(timer);
  down = false;
  catchUp();
}

const on = (kind, heard) => addEventListener(kind, heard, true);
on("pointerdown", ({ target }) => {
  clearTimeout(timer);
  down = target.nodeName !== "SELECT"; // its list opens at once: no click is to come
});
on("pointerup", () => {
  timer = setTimeout(letGo, CLICK_COMES_WITHIN);
});
// What the click does is drawn as it does it; what waited, after it.
on("click", () => {
  clearTimeout(timer);
  down = false;
  timer = setTimeout(letGo);
});
on("pointermove", ({ buttons }) => {
  if (down && !buttons) letGo(); // outside the page
});
on("pointercancel", letGo);
on("keydown", letGo);
addEventListener("blur", letGo);
