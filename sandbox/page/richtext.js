// The rich_text block and its elements.
import { h, unknown } from "./dom.js";
import * as mrkdwn from "./mrkdwn.js";

export const richText = (elements) =>
  (elements ?? []).map((part) =>
    Object.hasOwn(PARTS, part?.type) ? PARTS[part.type](part) : unknown("Rich text", part),
  );

const inside = (part) =>
  (part.elements ?? []).map((item) =>
    Object.hasOwn(INLINE, item?.type)
      ? styled(item.style, [INLINE[item.type](item)].flat())
      : unknown("Rich text", item),
  );

const bordered = (part) => (part.border ? "has-border" : "");

const PARTS = {
  rich_text_section: (part) => h("div.prose", { dir: "auto" }, inside(part)),
  rich_text_quote: (part) => h("blockquote", { dir: "auto" }, inside(part)),
  rich_text_preformatted: (part) => h("pre", { class: bordered(part) }, inside(part)),
  rich_text_list: (part) =>
    h(
      part.style === "ordered" ? "ol" : "ul",
      {
        class: `list indent-${Math.min(part.indent ?? 0, 8)} ${bordered(part)}`,
        start: part.offset ? part.offset + 1 : null,
      },
      part.elements.map((item) => h("li", { dir: "auto" }, inside(item))),
    ),
};

const INLINE = {
  text: (item) =>
    String(item.text ?? "")
      .split("\n")
      .flatMap((line, index) => (index ? [h("br"), line] : [line])),
  link: (item) => mrkdwn.link(item.url ?? "", item.text || item.url || ""),
  user: (item) => mrkdwn.userMention(item.user_id),
  usergroup: (item) => mrkdwn.groupMention(item.usergroup_id),
  channel: (item) => mrkdwn.channelMention(item.channel_id),
  team: (item) => h("span.mention", item.team_id),
  broadcast: (item) => mrkdwn.broadcastMention(item.range),
  emoji: (item) => mrkdwn.emojiNode(item.name ?? "", item.unicode),
  date: (item) => mrkdwn.dateNode(item.timestamp, item.format, item.fallback, item.url),
  color: (item) => h("span.color", swatch(item.value), h("code", item.value)),
};

const TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

const styled = (style, nodes) =>
  Object.entries(TAGS).reduce((inner, [name, tag]) => (style?.[name] ? h(tag, {}, inner) : inner), nodes);

function swatch(value) {
  const square = h("span.swatch", { "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) square.style.setProperty("background-color", value);
  return square;
}
