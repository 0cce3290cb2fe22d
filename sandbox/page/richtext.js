// The rich_text block and its elements.
import { h } from "./dom.js";
import * as mrkdwn from "./mrkdwn.js";

export const richText = (elements) =>
  (elements ?? []).map((part) => (PARTS[part.type] ?? PARTS.rich_text_section)(part));

const inside = (part) =>
  (part.elements ?? []).map((item) => styled(item.style, (INLINE[item.type] ?? INLINE.text)(item)));

const PARTS = {
  rich_text_section: (part) => h("div.prose", inside(part)),
  rich_text_quote: (part) => h("blockquote", inside(part)),
  rich_text_preformatted: (part) => h("pre", inside(part)),
  rich_text_list: (part) =>
    h(
      part.style === "ordered" ? "ol" : "ul",
      { class: `indent-${Math.min(part.indent ?? 0, 8)}`, start: part.offset ? part.offset + 1 : null },
      part.elements.map((item) => h("li", inside(item))),
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
  broadcast: (item) => mrkdwn.broadcastMention(item.range),
  emoji: (item) => mrkdwn.emojiNode(item.name ?? ""),
  date: (item) => item.fallback ?? new Date(item.timestamp * 1000).toLocaleString(),
  color: (item) => h("code", item.value),
};

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code" };

const styled = (style, nodes) =>
  Object.entries(TAGS).reduce((inner, [name, tag]) => (style?.[name] ? h(tag, {}, inner) : inner), nodes);
