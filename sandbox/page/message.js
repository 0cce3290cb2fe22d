// One message: who, when, what, and what hangs on it. Drawn once and changed in place.
import { act } from "./acts.js";
import { renderBlocks } from "./blocks.js";
import { avatar, dayOf, fullTimeOf, h, icon, replaceKeepingFocus, timeOf } from "./dom.js";
import { fileNode } from "./files.js";
import { emojiNode, mrkdwn, plain } from "./mrkdwn.js";
import { openProfile } from "./people.js";
import * as store from "./store.js";
import { openEmojiMenu, react } from "./tools.js";

const TURN_SECONDS = 3; // between loading messages
const ONLY_EMOJI = /^\s*(:[a-z0-9_+'-]{1,50}:\s*){1,12}$/;
// Lines that Slack itself writes about somebody.
const SYSTEM = new Set([
  ...["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive"],
  ...["channel_unarchive", "group_join", "group_leave", "pinned_item"],
]);

/** A node with `draw(item)` for when the message changed and `drawStatus()` for when the app is at work on it. */
export function messageNode(item, list) {
  const who = store.author(item);
  const profile = (event) => openProfile(event.currentTarget, who.id);
  const isPerson = who.known && !item.is_local;
  const name = h(
    isPerson ? "button.author" : "span.author",
    { dir: "auto", onclick: isPerson && profile, "aria-haspopup": isPerson ? "dialog" : null },
    who.name,
    who.is_bot ? h("span.app-tag", "APP") : null,
    who.is_stranger ? h("span.role", { title: "From another company" }, icon("shared")) : null,
    who.is_restricted ? h("span.app-tag", "GUEST") : null,
  );
  const picture = avatar(who);
  if (isPerson) picture.addEventListener("click", () => openProfile(picture, who.id));
  const time = h(
    "a.time",
    { href: `#${list.channel}/${store.isReply(item) ? item.thread_ts : ""}/${item.ts}`, title: fullTimeOf(item.ts) },
    h("time", { datetime: new Date(Number(item.ts) * 1000).toISOString() }, timeOf(item.ts)),
  );
  const parts = {
    above: h("div.above"),
    body: h("div.body"),
    reactions: h("div.reactions"),
    thread: h("div.replies"),
    status: h("div.status", { role: "status" }),
  };
  const node = h(
    "article",
    {
      class: "message",
      "data-ts": item.ts,
      "data-author": `${item.user} ${item.bot_id ?? ""} ${item.is_ephemeral ?? ""} ${item.subtype ?? ""}`,
      tabindex: "-1",
      "aria-label": `${who.name}, ${timeOf(item.ts)}`,
    },
    parts.above,
    picture,
    h("div.content", h("div.heading", name, time), parts.body, parts.reactions, parts.thread, parts.status),
  );
  node.classList.toggle("is-ephemeral", Boolean(item.is_ephemeral));
  node.classList.toggle("is-system", SYSTEM.has(item.subtype));
  node.classList.toggle("is-me-message", item.subtype === "me_message");
  let drawn = "";
  node.draw = (latest) => {
    node.item = latest;
    const content = JSON.stringify([latest.text, latest.blocks, latest.attachments, latest.edited, latest.files]);
    if (content !== drawn) {
      drawn = content;
      replaceKeepingFocus(parts.body, ...bodyOf(latest, list.channel));
    }
    node.classList.toggle("is-streaming", Boolean(latest.streaming));
    node.classList.toggle("is-pinned", Boolean(store.pinOf(list.channel, latest.ts)));
    parts.above.replaceChildren(...aboveOf(latest, list));
    drawReactions(parts.reactions, latest, list.channel);
    if (list.openThread) drawReplies(parts.thread, latest, list);
    node.drawStatus();
  };
  node.drawStatus = () => {
    const status = list.openThread && store.status(list.channel, item.ts); // a thread has its own line, at its end
    drawStatus(parts.status, status);
  };
  node.draw(item);
  return node;
}

/** What the app is at, or nothing; its loading messages take turns while it stands there, unheard by screen readers. */
export function drawStatus(node, status) {
  if (node.status === status) return;
  node.status = status;
  clearInterval(node.turns);
  if (!status) return node.replaceChildren();
  const said = `${store.bot.name} ${plain(status.status)}`;
  const turns = (status.loading_messages ?? []).map(plain);
  const shown = h("span", turns.length ? { "aria-hidden": "true" } : {}, turns[0] ?? said);
  let at = 0;
  const turn = () => {
    if (node.isConnected) shown.textContent = turns[(at += 1) % turns.length];
    else clearInterval(node.turns);
  };
  if (turns.length > 1) node.turns = setInterval(turn, TURN_SECONDS * 1000);
  const line = h("span.status-line", { "data-testid": "status" }, h("span.dots", { "aria-hidden": "true" }), shown);
  return node.replaceChildren(line, turns.length ? h("span.unseen", said) : "");
}

// Why this message looks different: seen by one person, pinned, or sent to the channel from a thread.
function aboveOf(item, list) {
  const lines = [];
  if (item.is_ephemeral)
    lines.push(
      h(
        "div.only-you",
        icon("eye"),
        "Only visible to you · ",
        h(
          "button.plain-link",
          { "data-testid": "dismiss", onclick: () => store.dismiss(list.channel, item.ts) },
          "Dismiss",
        ),
      ),
    );
  const pin = store.pinOf(list.channel, item.ts);
  if (pin)
    lines.push(
      h(
        "div.only-you",
        icon("pin"),
        `Pinned by ${pin.created_by === store.me ? "you" : store.person(pin.created_by).name}`,
      ),
    );
  if (item.subtype === "thread_broadcast" && list.openThread) {
    const root = store.message(list.channel, item.thread_ts);
    lines.push(
      h(
        "div.only-you",
        "replied to a thread: ",
        h(
          "button.plain-link",
          { onclick: () => list.openThread(item.thread_ts) },
          root ? plain(store.typedText(root.text)).slice(0, 80) : "open it",
        ),
      ),
    );
  }
  return lines;
}

function bodyOf(item, channel) {
  const place = { id: item.ts, fields: { channel, message_ts: item.ts }, act };
  // What people type comes with a rich_text block as well, but their *stars* are only in the text.
  const isTyped = !item.blocks?.length || !item.bot_id;
  const content = isTyped
    ? item.text
      ? [h(ONLY_EMOJI.test(item.text) ? "div.prose.jumbo" : "div.prose", { dir: "auto" }, mrkdwn(item.text))]
      : []
    : renderBlocks(item.blocks, place);
  const attached = (item.attachments ?? []).map((part) =>
    h(
      "div.attachment",
      part.title ? h("strong.attachment-title", plain(part.title)) : null,
      part.blocks ? renderBlocks(part.blocks, place) : mrkdwn(part.text ?? (part.title ? "" : part.fallback)),
    ),
  );
  const files = item.files?.length ? [h("div.files", item.files.map(fileNode))] : [];
  return [...content, ...attached, ...files, ...(item.edited ? [h("span.edited", "(edited)")] : [])];
}

function drawReactions(node, item, channel) {
  const reactions = item.reactions ?? [];
  const add = h(
    "button.add-reaction",
    {
      "aria-label": "Add reaction",
      title: "Add reaction",
      onclick: (event) => openEmojiMenu(event.currentTarget, (name) => react(channel, item.ts, name)),
    },
    icon("smile"),
  );
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.emoji : null;
  node.replaceChildren(
    ...reactions.map(({ name, users, count }) => {
      const isMine = users.includes(store.me);
      const names = users.map((id) => (id === store.me ? "You" : store.person(id).name)).join(", ");
      return h(
        "button.reaction",
        {
          "data-emoji": name,
          "aria-pressed": String(isMine),
          title: `${names} reacted with :${name}:`,
          "aria-label": `${name.replaceAll("_", " ")}, ${count}: ${names}`,
          onclick: () => react(channel, item.ts, name, isMine),
        },
        emojiNode(name),
        h("span", String(count ?? users.length)),
      );
    }),
    ...(reactions.length ? [add] : []),
  );
  if (focused) node.querySelector(`[data-emoji="${CSS.escape(focused)}"]`)?.focus();
}

function drawReplies(node, item, list) {
  const replies = store.repliesOf(list.channel, item.ts).filter((reply) => !reply.is_ephemeral);
  const authors = [
    ...new Map(replies.map((reply) => [reply.user ?? reply.bot_id, store.author(reply)])).values(),
  ].slice(0, 5);
  node.replaceChildren(
    ...(replies.length
      ? [
          h(
            "button.reply-count",
            { "data-testid": "replies", onclick: () => list.openThread(item.ts) },
            authors.map((who) => avatar(who, "tiny")),
            h("strong", replies.length === 1 ? "1 reply" : `${replies.length} replies`),
            h(
              "span.time",
              `Last reply ${dayOf(replies.at(-1).ts, ["today", "yesterday"])} at ${timeOf(replies.at(-1).ts)}`,
            ),
          ),
        ]
      : []),
  );
}
