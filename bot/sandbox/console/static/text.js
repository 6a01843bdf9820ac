// What Slack calls mrkdwn, as elements; names, moments and entities.

import { h } from "./dom.js";
import { channel, isDirect, me, user } from "./store.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    "(?<![\\w*])\\*(?=\\S)([^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
    "(?<![\\w_])_(?=\\S)([^_\\n]+?)(?<=\\S)_(?![\\w_])",
    "(?<![\\w~])~(?=\\S)([^~\\n]+?)(?<=\\S)~(?![\\w~])",
  ].join("|"),
  "g",
);

/** Return *text* with its entities as characters. */
export const unescape = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Return a text object (or a bare string of mrkdwn) as nodes. */
export function words(text) {
  if (typeof text === "string") return mrkdwn(text);
  return text.type === "mrkdwn" ? mrkdwn(text.text) : [plain(text)];
}

/** Return a plain_text object as the string that people read. */
export const plain = (text) => unescape(text?.text ?? "");

/** Return mrkdwn as nodes. */
export function mrkdwn(text) {
  return text
    .split(/```\n?([\s\S]*?)\n?```\n?/)
    .flatMap((part, number) => (number % 2 ? [h("pre.code", {}, unescape(part))] : lines(part)));
}

function lines(text) {
  const nodes = [];
  let quote = null;
  const all = text.split("\n");
  all.forEach((line, number) => {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1]));
      return;
    }
    if (number && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line));
  });
  return nodes;
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) nodes.push(unescape(text.slice(end, found.index)));
    nodes.push(marked(found));
    end = found.index + found[0].length;
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

function marked([, code, tag, bold, italic, strike]) {
  if (code !== undefined) return h("code", {}, tagless(code));
  if (tag !== undefined) return tagged(tag);
  if (bold !== undefined) return h("strong", {}, inline(bold));
  if (italic !== undefined) return h("em", {}, inline(italic));
  return h("s", {}, inline(strike));
}

const tagless = (text) =>
  unescape(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_all, to, label) => label || to));

function tagged(tag) {
  const [target, ...rest] = tag.split("|");
  const label = rest.join("|");
  const date = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (date) return moment(Number(date[1]), date[2], date[3], label);
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return place(target.slice(1));
  if (target.startsWith("!"))
    return h("span.mention", {}, label || `@${target.slice(1).split("^")[0]}`);
  return link(unescape(target), label ? unescape(label) : "");
}

/** Return a link, if it leads to a web page or a mail address; else its words. */
export function link(url, label = "") {
  const words = label || url.replace(/^mailto:/, "");
  if (!leads(url)) return h("span", {}, label ? `${label} (${url})` : words);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, words);
}

const leads = (url) => /^(https?:\/\/|mailto:)/i.test(url);

export const mention = (id) =>
  h("span.mention", { class: id === me()?.id ? "mine" : "" }, `@${user(id)?.name ?? id}`);

export function place(id) {
  const known = channel(id);
  return h("span.mention", {}, `#${known && !isDirect(known) ? known.name : id}`);
}

// ── moments, in the zone and the language of whoever reads ──────────────────────

const DAY = 86_400_000;
const LONG = { year: "numeric", month: "long", day: "numeric" };
const SHORT = { ...LONG, month: "short" };

const formats = new Map(); // one costs a hundred times what using it does

function format(locale, options) {
  const key = JSON.stringify([locale, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key);
}

function zoned(at, options) {
  const { locale, tz } = me();
  return format(locale, { timeZone: tz, ...options }).format(at);
}

function near(at, options) {
  const days = Math.round((Date.parse(ymd(at)) - Date.parse(ymd(new Date()))) / DAY);
  if (Math.abs(days) > 1) return zoned(at, options);
  return new Intl.RelativeTimeFormat(me().locale, { numeric: "auto" }).format(days, "day");
}

const ymd = (at) => format("en-CA", { timeZone: me().tz }).format(at);
const TIME = { hour: "numeric", minute: "2-digit" };

const TOKENS = {
  date_num: ymd,
  date: (at) => zoned(at, LONG),
  date_slash: (at) => zoned(at, { dateStyle: "short" }),
  date_short: (at) => zoned(at, SHORT),
  date_long: (at) => zoned(at, { ...LONG, weekday: "long" }),
  date_pretty: (at) => near(at, LONG),
  date_short_pretty: (at) => near(at, SHORT),
  date_long_pretty: (at) => near(at, { ...LONG, weekday: "long" }),
  day_divider_pretty: (at) => near(at, { weekday: "long", month: "long", day: "numeric" }),
  time: (at) => zoned(at, TIME),
  time_secs: (at) => zoned(at, { ...TIME, second: "2-digit" }),
  ago: (at) => ago(at),
};

const LATEST = 253_370_764_800; // seconds; the year 9999, which every calendar has

/** Return a moment as Slack formats it: "{date_short_pretty} {time}". */
export function moment(seconds, pattern, url = "", fallback = "") {
  const at = new Date(Math.min(Math.max(Number(seconds) || 0, 0), LATEST) * 1000);
  const written = String(pattern ?? "").replace(/\{(\w+)\}/g, (all, token) => TOKENS[token]?.(at) ?? all);
  const shown = h(
    "time",
    { datetime: at.toISOString(), title: fallback || at.toISOString() },
    written || fallback,
  );
  if (!url || !leads(unescape(url))) return shown;
  return h("a", { href: unescape(url), target: "_blank", rel: "noopener noreferrer" }, shown);
}

export const clock = (seconds) => TOKENS.time(new Date(seconds * 1000));
/** Return the time of day without its half: what fits into the margin. */
export const hours = (seconds) =>
  format(me().locale, { timeZone: me().tz, ...TIME })
    .formatToParts(seconds * 1000)
    .filter(({ type }) => type !== "dayPeriod")
    .map(({ value }) => value)
    .join("")
    .trim();
export const dayOf = (seconds) =>
  near(new Date(seconds * 1000), { weekday: "long", month: "long", day: "numeric" });
export const dayKey = (seconds) => ymd(new Date(seconds * 1000));

function ago(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const said = new Intl.RelativeTimeFormat(me().locale, { numeric: "auto" });
  const [unit, size] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ].find(([, one]) => Math.abs(seconds) >= one) ?? ["second", 1];
  return said.format(Math.round(seconds / size), unit);
}
