// Slack's own markup, as DOM nodes. Whatever isn't markup we know is shown as the text it is.
import { h } from "./dom.js";
import { glyphOf } from "./emoji.js";
import * as store from "./store.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    "(?<![\\p{L}\\p{N}])([*_~])(?=\\S)([^\\n]{1,3000}?)(?<=\\S)\\3(?![\\p{L}\\p{N}])",
    ":([a-z0-9_+'-]{1,50}(?:::skin-tone-[2-6])?):",
    "(https?:\\/\\/[^\\s<>|]+[^\\s<>|.,;:!?)'\"*_~])",
  ].join("|"),
  "gu",
);
const STYLES = { "*": "strong", _: "em", "~": "s" };

/** Text with Slack's markup -> nodes (paragraph lines, quotes, lists, code blocks). */
export function mrkdwn(text = "") {
  const parts = String(text).split(/```\n?([\s\S]*?)```\n?/);
  return parts.flatMap((part, index) => (index % 2 ? [h("pre", unescape(part).replace(/\n$/, ""))] : lines(part)));
}

/** A plain_text object: no markup but emoji shortcodes. */
export function plain(text = "") {
  return unescape(String(text)).replace(
    /:([a-z0-9_+'-]{1,50}(?:::skin-tone-[2-6])?):/g,
    (whole, name) => glyphOf(name) ?? whole,
  );
}

/** A text object of Block Kit, whichever of the two kinds it is. */
export function textObject(object) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return [object.emoji === false ? unescape(String(object.text)) : plain(object.text)];
}

export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const KINDS = [
  ["quote", /^(?:&gt;|>) ?/],
  ["list", /^ *[•◦▪] */],
];

function lines(text) {
  if (!text) return [];
  const nodes = [];
  let run = { kind: "", rows: [] };
  const flush = () => {
    const rows = run.rows.map(inline);
    if (run.kind === "quote") nodes.push(h("blockquote", broken(rows)));
    else if (run.kind === "list")
      nodes.push(
        h(
          "ul",
          rows.map((row) => h("li", row)),
        ),
      );
    else nodes.push(...broken(rows));
  };
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const [kind, mark] = KINDS.find(([, pattern]) => pattern.test(line)) ?? ["", /^/];
    if (kind !== run.kind) {
      if (run.rows.length) flush();
      run = { kind, rows: [] };
    }
    run.rows.push(line.replace(mark, ""));
  }
  flush();
  return nodes;
}

const broken = (rows) => rows.flatMap((row, index) => (index ? [h("br"), ...row] : row));

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, token, style, styled, emoji, url] = match;
    if (match.index > end) nodes.push(unescape(text.slice(end, match.index)));
    end = match.index + whole.length;
    if (code) nodes.push(h("code", unescape(code)));
    else if (token) nodes.push(reference(token));
    else if (style) nodes.push(h(STYLES[style], {}, inline(styled)));
    else if (emoji) nodes.push(emojiNode(emoji));
    else nodes.push(link(url, unescape(url)));
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

/** What stands between < and >: a person, a channel, a group, a date, a broadcast or a link. */
export function reference(token) {
  const [target, label] = split(token);
  const [sign, id] = [target[0], target.slice(1)];
  if (sign === "@") return userMention(id, label);
  if (sign === "#") return channelMention(id, label);
  if (target.startsWith("!subteam^")) return mention(label || `@${store.groupName(target.slice(9))}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (sign === "!") return mention(`@${id}`);
  return link(unescape(target), label ? unescape(label) : unescape(target));
}

function split(token) {
  const bar = token.indexOf("|");
  return bar < 0 ? [token, ""] : [token.slice(0, bar), token.slice(bar + 1)];
}

const mention = (text, mine = false) => h("span", { class: mine ? "mention mention-me" : "mention" }, unescape(text));

export function userMention(id, label = "") {
  const person = store.person(id);
  const node = mention(`@${person.known ? person.name : label || id}`, id === store.me);
  // Its profile opens from here; see people.js.
  for (const [name, value] of Object.entries(person.known ? { "data-person": id, role: "button", tabindex: "0" } : {}))
    node.setAttribute(name, value);
  return node;
}

/** One that the person isn't in and may not read has no name, as in Slack. */
export function channelMention(id, label = "") {
  const channel = store.channels.get(id);
  if (channel) return h("a.mention", { href: `#${id}` }, `#${channel.name}`);
  return mention(label ? `#${label}` : "private channel");
}

export const broadcastMention = (range) => mention(`@${range}`);
export const groupMention = (id) => mention(`@${store.groupName(id)}`);

/** An emoji by its name, else by its code points as Slack sends them ("1f44d-1f3fc"), else its name between colons. */
export function emojiNode(name, unicode = "") {
  const codes = /^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode)
    ? unicode.split("-").map((code) => parseInt(code, 16))
    : [];
  const isGlyph = codes.length && codes.every((code) => code <= 0x10ffff);
  const glyph = isGlyph ? String.fromCodePoint(...codes) : glyphOf(name);
  return glyph
    ? h("span.emoji", { role: "img", "aria-label": name.replaceAll("_", " ").replace("::", ", ") }, glyph)
    : `:${name}:`;
}

/** Only addresses that a browser opens as a page or a letter become links; others stay text. */
export function link(url, label) {
  if (/^(https?:\/\/|mailto:)/i.test(url))
    return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
  return label === url ? [`<${url}>`] : [`<${url}|`, label, ">"];
}

const LONG = { month: "long", day: "numeric", year: "numeric" };
const SHORT = { ...LONG, month: "short" };
const DATE_FORMS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: LONG,
  date_pretty: LONG,
  date_short: SHORT,
  date_short_pretty: SHORT,
  date_long: { ...LONG, weekday: "long" },
  date_long_pretty: { ...LONG, weekday: "long" },
  date_long_full: { ...LONG, weekday: "long" },
  day_divider_pretty: { weekday: "long", month: "long", day: "numeric" },
  time: { timeStyle: "short" },
  time_secs: { timeStyle: "medium" },
};
const DAYS = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

function date(target, fallback) {
  const [, seconds, form = "{date}", url = ""] = target.split("^");
  return dateNode(seconds, unescape(form), unescape(fallback || target), unescape(url));
}

/** A moment in the reader's own time and words; `form` is Slack's, with {date_short} and the like in it. */
export function dateNode(seconds, form = "{date} {time}", fallback = "", url = "") {
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return fallback || form;
  const text = form.replace(/\{(\w+)\}/g, (whole, name) => (name === "ago" ? ago(at) : dated(at, name)) ?? whole);
  const node = h("time", { datetime: at.toISOString(), title: at.toLocaleString() }, text);
  return url ? link(url, node) : node;
}

function dated(at, name) {
  if (!Object.hasOwn(DATE_FORMS, name)) return null;
  const days = Math.round((new Date(at.toDateString()) - new Date(new Date().toDateString())) / 86_400_000);
  if (name.endsWith("_pretty") && Math.abs(days) <= 1) return DAYS.format(days, "day");
  return at.toLocaleString(undefined, DATE_FORMS[name]);
}

function ago(at) {
  const seconds = (at - Date.now()) / 1000;
  const [unit, size] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ].find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return DAYS.format(Math.round(seconds / size), unit);
}
