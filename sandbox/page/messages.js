// A list of messages, in a channel or a thread. Long histories are drawn piece by piece.
import { dayOf, h, icon } from "./dom.js";
import { fetchOlder } from "./live.js";
import { messageNode } from "./message.js";
import { moveFocus } from "./popup.js";
import * as store from "./store.js";
import { edit, toolbar } from "./tools.js";

const PAGE = 60; // messages drawn at once; older ones follow on scrolling up
const OLDER = 200; // older ones drawn at a time
const AHEAD = 600; // pixels above the window at which older ones are drawn
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
        if (this.list.scrollTop < AHEAD) this.showOlder();
      },
    });
    this.items = h("div");
    this.list.append(this.items);
    this.newer = h("button.newer", { hidden: true, "data-testid": "to-end", onclick: () => this.toEnd() });
    this.list.addEventListener("scroll", () => {
      this.follows = this.isAtEnd();
      this.offerEnd(false);
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

  /** Starts over with another channel or thread; `intro` stands above the first message, `unread` is the first new one. */
  show(channel, items, { intro = null, unread = null } = {}) {
    Object.assign(this, { channel, intro, unread });
    this.tools.remove();
    this.shown.clear();
    const first = Math.max(
      0,
      Math.min(items.length - PAGE, unread ? items.findIndex((item) => item.ts === unread) : Infinity),
    );
    this.older = items.slice(0, first);
    this.list.setAttribute("aria-busy", "true"); // a screen reader needn't read the past aloud
    this.items.replaceChildren();
    for (const item of items.slice(first)) this.place(item, null);
    this.drawIntro();
    this.list.removeAttribute("aria-busy");
    if (unread) this.reveal(unread, { quietly: true });
    else this.toEnd();
  }

  /** More of the past, from the store and then from the server. */
  async showOlder() {
    if (!this.older.length && !this.openThread) return; // a thread is here as a whole
    if (!this.older.length && store.hasOlder(this.channel)) {
      if (this.isFetching) return;
      const { channel } = this;
      this.isFetching = true;
      await fetchOlder(channel);
      this.isFetching = false;
      if (channel !== this.channel) return;
      this.older = this.undrawn();
    }
    if (!this.older.length) return;
    const fromEnd = this.list.scrollHeight - this.list.scrollTop;
    for (const item of this.older.splice(-OLDER).reverse())
      this.place(item, this.items.firstElementChild).classList.add("is-old");
    this.drawIntro();
    this.list.scrollTop = this.list.scrollHeight - fromEnd;
  }

  undrawn() {
    const first = Number(this.items.querySelector(":scope > .message")?.dataset.ts ?? Infinity);
    return store.messagesOf(this.channel).filter((item) => store.isInChannel(item) && Number(item.ts) < first);
  }

  drawIntro() {
    if (this.intro && !this.older.length && !store.hasOlder(this.channel)) this.items.prepend(this.intro);
  }

  /** Brings a message into view, however old it is; false when it isn't there. */
  async reveal(ts, { quietly = false } = {}) {
    if (!this.shown.has(ts) && this.openThread && (await fetchOlder(this.channel, ts))) this.older = this.undrawn();
    while (!this.shown.has(ts) && this.older.some((item) => item.ts === ts)) await this.showOlder();
    const node = this.shown.get(ts);
    if (!node) return false;
    this.follows = false;
    node.scrollIntoView({ block: quietly ? "start" : "center" });
    if (quietly) this.list.scrollTop -= ABOVE_NEWEST;
    else {
      node.classList.add("is-found");
      node.addEventListener("animationend", () => node.classList.remove("is-found"), { once: true });
      node.focus({ preventScroll: true });
    }
    this.follows = this.isAtEnd();
    this.offerEnd(false);
    return true;
  }

  /** A message that is new or has changed. */
  put(item) {
    const node = this.shown.get(item.ts);
    const isNews = !node && this.openThread && !document.hasFocus() && !store.isMine(item);
    if (isNews) this.unread ??= item.ts;
    if (node) node.draw(item);
    else if (this.older.some((old) => old.ts === item.ts))
      this.older = this.older.map((old) => (old.ts === item.ts ? item : old));
    else this.place(item, this.firstAfter(item.ts));
    if (!node && store.isMine(item)) this.toEnd();
    else if (this.follows) this.follow();
    else if (!node) this.offerEnd(true);
  }

  /** Opens this person's newest message for editing; false when there is none. */
  editLast() {
    const mine = [...this.shown.values()].findLast((node) => store.isMine(node.item) && !node.item.is_ephemeral);
    if (!mine) return false;
    mine.scrollIntoView({ block: "nearest" });
    edit(mine, this.channel);
    return true;
  }

  /** Everything from here on is new again; the line that says so stands above it. */
  markUnread(ts) {
    store.markUnread(this.channel, ts);
    const before = this.unread;
    this.unread = ts;
    for (const one of [before, ts]) if (this.shown.has(one)) regroup(this.shown.get(one), ts);
  }

  drop(ts) {
    const node = this.shown.get(ts);
    this.older = this.older.filter((item) => item.ts !== ts);
    if (!node) return;
    this.shown.delete(ts);
    const next = following(node);
    node.remove();
    if (next) regroup(next, this.unread);
  }

  place(item, before) {
    const node = messageNode(item, this);
    this.shown.set(item.ts, node);
    this.items.insertBefore(node, before);
    regroup(node, this.unread);
    const next = following(node);
    if (next) regroup(next, this.unread);
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
    this.offerEnd(false);
  }

  /** The way back down, once the newest message is out of sight. */
  offerEnd(hasNews) {
    const distance = this.end() - this.list.scrollTop;
    this.hasNews = !this.follows && (hasNews || this.hasNews);
    this.newer.hidden = this.follows || (!this.hasNews && distance < this.list.clientHeight);
    this.newer.replaceChildren(this.hasNews ? "New messages" : "Jump to newest", icon("down"));
  }

  /** Stays with the newest message, unless the reader has scrolled up. */
  follow() {
    if (this.follows) this.list.scrollTop = Math.max(this.list.scrollTop, this.end());
  }

  // One toolbar moves to the message under the pointer or the focus; whoever is on it by keyboard keeps it.
  reachFor(node) {
    if (node && this.tools.parentElement !== node && !this.tools.querySelector(":focus-visible, [aria-expanded=true]"))
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

function regroup(node, unread) {
  const before = preceding(node);
  const isNewDay = !before || dayOf(before.dataset.ts) !== dayOf(node.dataset.ts);
  const isNews = node.dataset.ts === unread;
  const goesOn =
    !isNewDay &&
    !isNews &&
    before.dataset.author === node.dataset.author &&
    Number(node.dataset.ts) - Number(before.dataset.ts) < SAME_GROUP;
  node.classList.toggle("is-first", !goesOn);
  for (const line of node.querySelectorAll(":scope > .day, :scope > .new-line")) line.remove();
  if (isNews) node.prepend(h("div.new-line", { role: "separator", "data-testid": "new-line" }, h("span", "New")));
  if (isNewDay) node.prepend(h("div.day", { role: "separator" }, h("span", dayOf(node.dataset.ts))));
}
