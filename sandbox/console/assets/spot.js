// Finds on the page what a step of the tour speaks of, and marks it.

const named = (root, words) =>
  [...(root?.querySelectorAll("button, a, input, summary, select") ?? [])]
    .filter((node) => node.offsetParent !== null)
    .find((node) =>
      `${node.getAttribute("aria-label") ?? ""} ${node.textContent}`.toLowerCase().includes(words.toLowerCase()),
    );
const messageOf = (ts) => document.querySelector(`.messages [data-key="m${ts}"]`);
const lastLink = () => [...document.querySelectorAll(".bubble a")].at(-1);

const WHERE = {
  card: ({ ts, press }) => (press ? named(messageOf(ts), press) : messageOf(ts)),
  thread: ({ ts, press }) => {
    const inThread = document.querySelector(`.replies[data-key="t${ts}"]`);
    return (
      (inThread &&
        press &&
        [...inThread.querySelectorAll("button")].filter((node) => node.textContent.includes(press)).at(-1)) ||
      messageOf(ts)?.querySelector(".thread-link") ||
      inThread
    );
  },
  phone: ({ press }) =>
    (press === "link" ? lastLink() : named(document.querySelector(".device"), press || "\u0000")) ??
    document.querySelector(".device"),
  mailbox: ({ press }) =>
    (press && named(document.querySelector(".mail-list"), press)) || document.querySelector(".letter, .mail-list"),
  clock: ({ press }) => named(document.querySelector(".clock"), press) ?? document.querySelector(".clock"),
  person: () => document.getElementById("you-are"),
};

// In a dialog it is the last of the step's own words that can be pressed there.
function inDialog(step) {
  const dialog = document.querySelector("dialog[open]");
  if (!dialog) return undefined;
  const words = [...step.words.matchAll(/\*([^*]+)\*/g)].map(([, name]) => name).reverse();
  return words.map((name) => named(dialog.querySelector("footer"), name)).find(Boolean) ?? null;
}

export function pointAt(step, { scroll = false } = {}) {
  const found = step && inDialog(step),
    spot = found === undefined && step ? WHERE[step.show.kind](step.show) : found;
  for (const old of document.querySelectorAll("[data-spot]")) if (old !== spot) old.removeAttribute("data-spot");
  if (!spot) return;
  spot.setAttribute("data-spot", "");
  if (scroll)
    spot.scrollIntoView({
      block: "center",
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
}
