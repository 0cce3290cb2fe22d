// A list of messages, in a channel or a thread. Each message is drawn once and changed in place.
import { act } from "./acts.js";
import { renderBlocks } from "./blocks.js";
import { avatar, dayOf, fullTimeOf, h, icon, replaceKeepingFocus, timeOf } from "./dom.js";
import { emojiNode, mrkdwn, plain } from "./mrkdwn.js";
import { moveFocus } from "./popup.js";
import * as store from "./store.js";
import { react, toolbar } from "./tools.js";

const PAGE = 80; // messages drawn at once; older ones follow on scrolling up
const SAME_GROUP = 5 * 60; // seconds within which one author's messages share a heading
const ABOVE_NEWEST = 40; // pixels of what came before, left in view above a long message
const NEAR_END = 80; // pixels from the bottom at which the list follows what comes in

export class MessageList {
  /** `openThread(ts)` is left out inside a thread. */
  constructor({ label, openThread }) {
    this.openThread = openThread;
    this.shown = new Map(); // ts -> node
    this.older = [];
    this.list = h("div.messages", {
      role: "log",
      "aria-label": label,
      "aria-live": "polite",
      tabindex: "0",
      onkeydown: (event) => this.key(event),
      onscroll: () => {
        if (this.list.scrollTop < 200) this.showOlder();
      },
    });
    this.items = h("div");
    this.list.append(this.items);
    this.newer = h("button.newer", { hidden: true, onclick: () => this.toEnd() }, "New messages", icon("down"));
    this.list.addEventListener("scroll", () => {
      this.follows = this.isAtEnd();
      if (this.follows) this.newer.hidden = true;
    });
    new ResizeObserver(() => this.follow()).observe(this.list); // the composer grew, or a thread opened beside
    this.tools = toolbar(this);
    for (const type of ["mouseover", "focusin"])
      this.list.addEventListener(type, (event) => this.reachFor(event.target.closest(".message")));
    this.list.addEventListener("mouseleave", () => {
      if (!this.tools.contains(document.activeElement)) this.tools.remove();
    });
    this.node = h("div.messages-wrap", this.list, this.newer);
  }

  /** Starts over with another channel or thread; `intro` stands above the first message. */
  show(channel, items, intro = null) {
    this.channel = channel;
    this.intro = intro;
    this.tools.remove();
    this.shown.clear();
    this.older = items.slice(0, -PAGE);
    this.list.setAttribute("aria-busy", "true"); // a screen reader needn't read the past aloud
    this.items.replaceChildren(...(intro && !this.older.length ? [intro] : []));
    for (const item of items.slice(-PAGE)) this.place(item, null);
    this.list.removeAttribute("aria-busy");
    this.toEnd();
  }

  showOlder() {
    if (!this.older.length) return;
    const fromEnd = this.list.scrollHeight - this.list.scrollTop;
    for (const item of this.older.splice(-PAGE).reverse())
      this.place(item, this.items.firstElementChild).classList.add("is-old");
    if (!this.older.length && this.intro) this.items.prepend(this.intro);
    this.list.scrollTop = this.list.scrollHeight - fromEnd;
  }

  /** A message that is new or has changed. */
  put(item) {
    const node = this.shown.get(item.ts);
    if (node) node.draw(item);
    else if (this.older.some((old) => old.ts === item.ts))
      this.older = this.older.map((old) => (old.ts === item.ts ? item : old));
    else this.place(item, this.firstAfter(item.ts));
    if (!node && store.isMine(item)) this.toEnd();
    else if (this.follows) this.follow();
    else if (!node) this.newer.hidden = false;
  }

  drop(ts) {
    const node = this.shown.get(ts);
    this.older = this.older.filter((item) => item.ts !== ts);
    if (!node) return;
    this.shown.delete(ts);
    const next = following(node);
    node.remove();
    if (next) regroup(next);
  }

  place(item, before) {
    const node = messageNode(item, this);
    this.shown.set(item.ts, node);
    this.items.insertBefore(node, before);
    regroup(node);
    const next = following(node);
    if (next) regroup(next);
    return node;
  }

  firstAfter(ts) {
    let after = null;
    for (
      let node = this.items.lastElementChild;
      node?.dataset.ts && Number(node.dataset.ts) > Number(ts);
      node = node.previousElementSibling
    )
      after = node;
    return after;
  }

  /** Where the list rests: at its end, but an answer longer than the window is read from its beginning. */
  end() {
    const { scrollHeight, clientHeight } = this.list;
    const newest = this.items.lastElementChild?.offsetTop ?? 0;
    return Math.min(scrollHeight - clientHeight, newest - ABOVE_NEWEST);
  }

  isAtEnd() {
    return this.list.scrollTop > this.end() - NEAR_END;
  }

  toEnd() {
    this.follows = true;
    this.list.scrollTop = this.end();
    this.newer.hidden = true;
  }

  /** Stays with the newest message, unless the reader has scrolled up. */
  follow() {
    if (this.follows) this.list.scrollTop = Math.max(this.list.scrollTop, this.end());
  }

  // One toolbar moves to the message under the pointer or the focus.
  reachFor(node) {
    if (node && this.tools.parentElement !== node && !this.tools.contains(document.activeElement))
      node.prepend(this.tools);
  }

  key(event) {
    if (event.target === this.list && ["ArrowUp", "End"].includes(event.key)) {
      event.preventDefault();
      this.items.lastElementChild?.focus();
    } else if (event.target.matches(".message"))
      moveFocus(event, [...this.items.querySelectorAll(":scope > .message")]);
  }
}

const preceding = (node) => (node.previousElementSibling?.dataset.ts ? node.previousElementSibling : null);
const following = (node) => (node.nextElementSibling?.dataset.ts ? node.nextElementSibling : null);

function regroup(node) {
  const before = preceding(node);
  const isNewDay = !before || dayOf(before.dataset.ts) !== dayOf(node.dataset.ts);
  const goesOn =
    !isNewDay &&
    before.dataset.author === node.dataset.author &&
    Number(node.dataset.ts) - Number(before.dataset.ts) < SAME_GROUP;
  node.classList.toggle("is-first", !goesOn);
  node.querySelector(":scope > .day")?.remove();
  if (isNewDay) node.prepend(h("div.day", { role: "separator" }, h("span", dayOf(node.dataset.ts))));
}

function messageNode(item, list) {
  const who = store.author(item);
  const name = h("span.author", { dir: "auto" }, who.name, who.is_bot ? h("span.app-tag", "APP") : null);
  const time = h(
    "time.time",
    { title: fullTimeOf(item.ts), datetime: new Date(Number(item.ts) * 1000).toISOString() },
    timeOf(item.ts),
  );
  const parts = {
    body: h("div.body"),
    reactions: h("div.reactions"),
    thread: h("div.replies"),
    status: h("div.status", { role: "status" }),
  };
  const node = h(
    "article",
    {
      class: item.is_ephemeral ? "message is-ephemeral" : "message",
      "data-ts": item.ts,
      "data-author": `${item.user} ${item.bot_id ?? ""} ${item.is_ephemeral ?? ""}`,
      tabindex: "-1",
      "aria-label": `${who.name}, ${timeOf(item.ts)}`,
    },
    avatar(who),
    h(
      "div.content",
      item.is_ephemeral ? h("div.only-you", icon("eye"), "Only visible to you") : null,
      h("div.heading", name, time),
      parts.body,
      parts.reactions,
      parts.thread,
      parts.status,
    ),
  );
  let drawn = "";
  node.draw = (latest) => {
    node.item = latest;
    const content = JSON.stringify([latest.text, latest.blocks, latest.edited]);
    if (content !== drawn) {
      drawn = content;
      replaceKeepingFocus(parts.body, ...bodyOf(latest, list.channel));
    }
    drawReactions(parts.reactions, latest, list.channel);
    if (list.openThread) drawReplies(parts.thread, latest, list);
    node.drawStatus();
  };
  node.drawStatus = () => {
    const text = list.openThread && store.status(list.channel, item.ts); // a thread has its own line, at its end
    parts.status.replaceChildren(...(text ? [statusLine(text)] : []));
  };
  node.draw(item);
  return node;
}

export const statusLine = (text) =>
  h(
    "span.status-line",
    { "data-testid": "status" },
    h("span.dots", { "aria-hidden": "true" }),
    `${store.bot.name} ${plain(text)}`,
  );

function bodyOf(item, channel) {
  const place = { id: item.ts, fields: { channel, message_ts: item.ts }, act };
  // What people type comes with a rich_text block as well, but their *stars* are only in the text.
  const content =
    item.blocks?.length && item.bot_id
      ? renderBlocks(item.blocks, place)
      : [h("div.prose", { dir: "auto" }, mrkdwn(item.text))];
  const attached = (item.attachments ?? []).map((part) =>
    h("div.attachment", part.blocks ? renderBlocks(part.blocks, place) : mrkdwn(part.text ?? part.fallback)),
  );
  return [...content, ...attached, ...(item.edited ? [h("span.edited", "(edited)")] : [])];
}

function drawReactions(node, item, channel) {
  node.replaceChildren(
    ...(item.reactions ?? []).map(({ name, users, count }) => {
      const isMine = users.includes(store.me);
      const names = users.map((id) => (id === store.me ? "You" : store.person(id).name)).join(", ");
      return h(
        "button.reaction",
        {
          "data-emoji": name,
          "aria-pressed": String(isMine),
          title: `${names} reacted with :${name}:`,
          "aria-label": `${name.replaceAll("_", " ")}, ${count}`,
          onclick: () => react(channel, item.ts, name, isMine),
        },
        emojiNode(name),
        h("span", String(count ?? users.length)),
      );
    }),
  );
}

function drawReplies(node, item, list) {
  const replies = store.repliesOf(list.channel, item.ts).filter((reply) => !reply.is_ephemeral);
  const authors = [
    ...new Map(replies.map((reply) => [reply.user ?? reply.bot_id, store.author(reply)])).values(),
  ].slice(0, 3);
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
