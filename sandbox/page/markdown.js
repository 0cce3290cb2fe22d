// Standard Markdown, as the `markdown` block takes it: enough for answers, as DOM nodes.
import { h } from "./dom.js";
import { emojiNode, link, reference } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { scrolled } from "./tables.js";

export function markdown(text = "") {
  return blocks(String(text).replaceAll("\r\n", "\n").split("\n"));
}

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^\s*> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function blocks(rows) {
  const nodes = [];
  let at = 0;
  const takeWhile = (test) => {
    const start = at;
    while (at < rows.length && test(rows[at])) at += 1;
    return rows.slice(start, at);
  };
  while (at < rows.length) {
    const row = rows[at];
    if (!row.trim()) at += 1;
    else if (FENCE.test(row)) {
      at += 1;
      nodes.push(h("pre", takeWhile((line) => !FENCE.test(line)).join("\n")));
      at += 1;
    } else if (HEADING.test(row)) {
      const [, marks, title] = row.match(HEADING);
      nodes.push(h(`h${Math.min(marks.length + 2, 6)}`, {}, inline(title)));
      at += 1;
    } else if (RULE.test(row)) {
      nodes.push(h("hr"));
      at += 1;
    } else if (QUOTE.test(row)) {
      nodes.push(h("blockquote", blocks(takeWhile((line) => QUOTE.test(line)).map((line) => line.replace(QUOTE, "")))));
    } else if (ITEM.test(row)) {
      nodes.push(list(takeWhile((line) => ITEM.test(line) || /^\s+\S/.test(line))));
    } else if (row.includes("|") && TABLE_RULE.test(rows[at + 1] ?? "")) {
      nodes.push(table(takeWhile((line) => line.includes("|"))));
    } else {
      const paragraph = [
        rows[at++],
        ...takeWhile((line) => line.trim() && ![FENCE, HEADING, RULE, QUOTE, ITEM].some((p) => p.test(line))),
      ];
      nodes.push(
        h(
          "p",
          paragraph.flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line))),
        ),
      );
    }
  }
  return nodes;
}

// Lines indented deeper than the first item belong to the item above them.
function list(rows) {
  const [, indent, marker] = rows[0].match(ITEM);
  const items = [];
  for (const row of rows) {
    const item = row.match(ITEM);
    if (item && item[1].length <= indent.length + 1) items.push({ first: item[3], rest: [] });
    else items.at(-1).rest.push(row.replace(/^(\t| {1,4})/, ""));
  }
  const ordered = /\d/.test(marker);
  return h(
    ordered ? "ol" : "ul",
    { start: ordered ? parseInt(marker, 10) : null },
    items.map(({ first, rest }) => h("li", task(first), rest.length ? blocks(rest) : null)),
  );
}

function task(text) {
  const [, mark, rest] = text.match(/^\[([ xX])\]\s+(.*)$/) ?? [];
  if (!mark) return inline(text);
  const isDone = mark !== " ";
  const tick = h("input.tick", {
    type: "checkbox",
    checked: isDone,
    disabled: true,
    "aria-label": isDone ? "Done" : "To do",
  });
  return [tick, ...inline(rest)];
}

function table(rows) {
  const cells = (row) =>
    row
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
  const sides = cells(rows[1]).map((rule) =>
    rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left",
  );
  const row = (tag, line) =>
    h(
      "tr",
      cells(line).map((cell, column) =>
        h(tag, { class: `align-${sides[column] ?? "left"}`, scope: tag === "th" ? "col" : null }, inline(cell)),
      ),
    );
  const body = rows.slice(2).map((line) => row("td", line));
  return scrolled("Table", h("table", h("thead", row("th", rows[0])), h("tbody", body)));
}

const INLINE = new RegExp(
  [
    "\\\\([\\\\`*_~\\[\\](){}#+\\-.!|<>])",
    "(`+)(.+?)\\2(?!`)",
    '(!?)\\[([^\\]\\n]{0,1000})\\]\\(([^()\\s]+)(?:\\s+"[^"]*")?\\)',
    "<((?:https?:\\/\\/|mailto:)[^<>\\s]+|[@#][A-Z0-9]{2,30}(?:\\|[^<>\\n]*)?|![a-z^A-Z0-9]{2,40}(?:\\|[^<>\\n]*)?)>",
    "\\*\\*(?=\\S)(.{1,3000}?)(?<=\\S)\\*\\*",
    "~~(?=\\S)(.{1,3000}?)(?<=\\S)~~",
    "\\*(?=\\S)([^*]{1,3000}?)(?<=\\S)\\*",
    "(?<![\\p{L}\\p{N}])_(?=\\S)(.{1,3000}?)(?<=\\S)_(?![\\p{L}\\p{N}])",
    ":([a-z0-9_+'-]{1,50}(?:::skin-tone-[2-6])?):",
    "(https?:\\/\\/[^\\s<>|)]+[^\\s<>|).,;:!?'\"*_~])",
  ].join("|"),
  "gu",
);

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, escaped, , code, isPicture, label, target, angle, strong, struck, starred, underlined, emoji, url] =
      match;
    if (match.index > end) nodes.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (escaped) nodes.push(escaped);
    else if (code) nodes.push(h("code", code.trim()));
    else if (target && isPicture) nodes.push(picture({ image_url: target, alt_text: label }));
    else if (target) nodes.push(/^(https?:\/\/|mailto:)/i.test(target) ? link(target, inline(label)) : whole);
    else if (angle) nodes.push(reference(angle));
    else if (strong) nodes.push(h("strong", inline(strong)));
    else if (struck) nodes.push(h("s", inline(struck)));
    else if (starred ?? underlined) nodes.push(h("em", inline(starred ?? underlined)));
    else if (emoji) nodes.push(emojiNode(emoji));
    else nodes.push(link(url, url));
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}
