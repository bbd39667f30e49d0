// What is new on the page since the last look, marked for a moment. What merely came into view is not new.

const SHOWN_FOR = 2600;
const until = new Map();

// What came after the last one that was there is new; and what stands there otherwise than it did.
function compare(before, after, { key, at, sign }) {
  if (!before || !after) return;
  const known = new Map(before.map((each) => [key(each), sign(each)])),
    latest = before.length ? at(before.at(-1)) : "";
  for (const each of after) {
    const changed = known.has(key(each)) ? known.get(key(each)) !== sign(each) : at(each) > latest;
    if (changed) mark(key(each));
  }
}

function mark(key) {
  until.set(key, Date.now() + SHOWN_FOR);
  setTimeout(() => {
    if (isFresh(key)) return; // marked again since
    until.delete(key);
    show(key);
  }, SHOWN_FOR + 50);
}
export const isFresh = (key) => (until.get(key) ?? 0) > Date.now();
export const point = (key) => {
  mark(key);
  show(key);
};

// On what is drawn already: nothing else of the page is different.
function show(key) {
  for (const node of document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`))
    node.toggleAttribute("data-fresh", isFresh(key));
}

const MESSAGES = {
  key: (each) => `m${each.ts}`,
  at: (each) => each.ts,
  sign: (each) => `${each.edited?.ts ?? ""}|${each.reply_count ?? 0}`,
};
const TEXTS = { key: (each) => `s${each.id}`, at: (each) => each.at, sign: (each) => each.status };
const MAILS = { key: (each) => `mail${each.id}`, at: (each) => each.at, sign: () => "" };

export function noteFresh(before, now) {
  if (!before || before.me !== now.me) return;
  const same = (name, key) => before[name] && now[name] && before[name][key] === now[name][key];
  if (same("channel", "id")) compare(before.channel.messages, now.channel.messages, MESSAGES);
  if (same("thread", "ts")) compare(before.thread.replies, now.thread.replies, MESSAGES);
  if (!same("contact", "key")) return;
  compare(before.contact.phone?.messages, now.contact.phone?.messages, TEXTS);
  compare(before.contact.mailbox?.messages, now.contact.mailbox?.messages, MAILS);
}
