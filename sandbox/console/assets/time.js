// Dates as the person at the console would see them: in their own timezone, against the world's clock.

import { store } from "./store.js";

const zone = () => store.picture?.people.find((each) => each.id === store.me)?.tz ?? "UTC";
const cache = new Map();
function as(options, moment, tz = zone()) {
  const key = JSON.stringify([options, tz]);
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat("en-US", { ...options, timeZone: tz }));
  return cache.get(key).format(moment);
}

const day = (moment) => as({ year: "numeric", month: "2-digit", day: "2-digit" }, moment);
export const now = () =>
  new Date(Date.parse(store.picture?.now ?? new Date().toISOString()) + (Date.now() - (store.asked ?? Date.now())));

function relative(moment) {
  const apart = (days) => day(new Date(now().getTime() + days * 86_400_000)) === day(moment);
  return apart(0) ? "Today" : apart(-1) ? "Yesterday" : apart(1) ? "Tomorrow" : "";
}

export const time = (moment) => as({ hour: "numeric", minute: "2-digit" }, moment);
export const clockFace = (moment) => ({
  day: as({ weekday: "short", month: "short", day: "numeric", year: "numeric" }, moment),
  time: as({ hour: "numeric", minute: "2-digit", timeZoneName: "short" }, moment),
});
export const dayLine = (moment) => relative(moment) || as({ weekday: "long", month: "long", day: "numeric" }, moment);
export const when = (moment) => {
  const near = relative(moment);
  return near ? `${near} at ${time(moment)}` : `${as({ month: "short", day: "numeric" }, moment)} at ${time(moment)}`;
};
export const brief = (moment) =>
  relative(moment) === "Today" ? time(moment) : relative(moment) || as({ month: "short", day: "numeric" }, moment);
export const ofTs = (ts) => new Date(Number(ts.split(".")[0]) * 1000);

export function slackDate(stamp, format, fallback) {
  const moment = new Date(stamp * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  const long = () => as({ weekday: "long", month: "long", day: "numeric", year: "numeric" }, moment);
  const plain = () => as({ month: "long", day: "numeric", year: "numeric" }, moment);
  const short = () => as({ month: "short", day: "numeric", year: "numeric" }, moment);
  const pretty = (otherwise) => relative(moment).toLowerCase() || otherwise();
  const tokens = {
    date_num: () =>
      as({ year: "numeric" }, moment) + "-" + as({ month: "2-digit" }, moment) + "-" + as({ day: "2-digit" }, moment),
    date: plain,
    date_long: long,
    date_short: short,
    date_slash: () => day(moment),
    date_pretty: () => pretty(plain),
    date_long_pretty: () => pretty(long),
    date_short_pretty: () => pretty(short),
    time: () => time(moment),
    time_secs: () => as({ hour: "numeric", minute: "2-digit", second: "2-digit" }, moment),
    ago: () => ago(moment),
    day_divider_pretty: () => pretty(long),
  };
  const shown = format.replace(/\{(\w+)\}/g, (all, token) => tokens[token]?.() ?? all);
  return shown[0] ? shown[0].toUpperCase() + shown.slice(1) : fallback;
}

function ago(moment) {
  const minutes = Math.round((now() - moment) / 60_000);
  const steps = [
    [1440, "day"],
    [60, "hour"],
    [1, "minute"],
  ];
  const [size, unit] = steps.find(([each]) => Math.abs(minutes) >= each) ?? [1, "minute"];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.trunc(minutes / size), unit);
}
