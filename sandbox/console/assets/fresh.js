// What is new on the page since the last look, marked for a moment. What merely came into view is not new.

const SHOWN_FOR = 2600;
const until = new Map();
let again = () => {};
export const whenFaded = (draw) => {
  again = draw;
};

const signs = (list, key, sign) => new Map((list ?? []).map((each) => [key(each), sign(each)]));

function compare(before, after, key, sign, marksFirst) {
  if (!before) return;
  const known = signs(before, key, sign),
    oldest = before.length ? key(before[0]) : "";
  for (const each of after ?? []) {
    const changed = known.has(key(each)) ? known.get(key(each)) !== sign(each) : marksFirst || key(each) > oldest;
    if (changed) mark(key(each));
  }
}

function mark(key) {
  until.set(key, Date.now() + SHOWN_FOR);
  setTimeout(() => {
    until.delete(key);
    again();
  }, SHOWN_FOR + 50);
}
export const isFresh = (key) => (until.get(key) ?? 0) > Date.now();
export const point = (key) => {
  mark(key);
  again();
};

const ofMessage = (each) => `m${each.ts}`,
  ofText = (each) => `s${each.id}`,
  ofMail = (each) => `mail${each.id}`;
const state = (each) => `${each.edited?.ts ?? ""}|${each.reply_count ?? 0}`;

export function noteFresh(before, now) {
  if (!before || before.me !== now.me) return;
  const same = (name, key) => before[name] && now[name] && before[name][key] === now[name][key];
  if (same("channel", "id")) compare(before.channel.messages, now.channel.messages, ofMessage, state, false);
  if (same("thread", "ts")) compare(before.thread.replies, now.thread.replies, ofMessage, state, true);
  if (!same("contact", "key")) return;
  compare(
    before.contact.phone?.messages,
    now.contact.phone?.messages,
    ofText,
    (each) => each.status,
    before.contact.phone?.messages.length < 1 || before.contact.phone?.earlier === now.contact.phone?.earlier,
  );
  compare(before.contact.mailbox?.messages, now.contact.mailbox?.messages, ofMail, () => "", true);
}
