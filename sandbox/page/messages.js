// A list of messages, in a channel or a thread. However long the history, only what is near the window is in the page.
import { dayOf, h, icon } from "./dom.js";
import { fetchOlder } from "./live.js";
import { messageNode } from "./message.js";
import { moveFocus } from "./popup.js";
import * as store from "./store.js";
import { edit, toolbar } from "./tools.js";

const PAGE = 60; // messages drawn at first
const STEP = 100; // messages drawn at a time on scrolling
const MOST = 300; // messages in the page; beyond that, those at the far end are taken out
const AHEAD = 800; // pixels outside the window at which more are drawn
const BEFORE_NEWS = 10; // messages drawn above the first new one
const SAME_GROUP = 5 * 60; // seconds within which one author's messages share a heading
const ABOVE_NEWEST = 40; // pixels of what came before, left in view above a long message
const NEAR_END = 80; // pixels from the bottom at which the list follows what comes in

export class MessageList {
  /** `openThread(ts)` is left out inside a thread. */
  constructor({ label, openThread }) {
    this.openThread = openThread;
    this.shown = new Map(); // ts -> node
    this.read = () => [];
    this.list = h("div.messages", {
      role: "log",
      "aria-label": label,
      "aria-live": "polite",
      tabindex: "0",
      onkeydown: (event) => this.key(event),
      onscroll: () => {
        this.follows = this.isAtEnd();
        this.offerEnd(false);
        this.drawNear();
      },
    });
    this.items = h("div");
    this.list.append(this.items);
    this.newer = h("button.newer", { hidden: true, "data-testid": "to-end", onclick: () => this.toEnd() });
    new ResizeObserver(() => {
      this.follow(); // the composer grew, or a thread opened beside
      this.drawNear();
    }).observe(this.list);
    this.tools = toolbar(this);
    for (const type of ["mouseover", "focusin"])
      this.list.addEventListener(type, (event) => this.reachFor(event.target.closest(".message")));
    this.list.addEventListener("mouseleave", () => {
      if (!this.tools.contains(document.activeElement)) this.tools.remove();
    });
    this.node = h("div.messages-wrap", this.list, this.newer);
  }

  /**
   * Starts over with the messages that `read()` gives, oldest first; `intro` stands above the first of all, `unread` is
   * the first new one. A list that `isSame` as before, drawn anew, stays where its reader was.
   */
  async show(channel, read, { intro = null, unread = null, isSame = false } = {}) {
    const place = isSame && !this.follows ? this.place() : null;
    const stays = isSame && this.follows;
    Object.assign(this, { channel, read, intro, unread });
    if (place && (await this.bring(place.ts, { anew: true }))) return this.putBack(place);
    if (read !== this.read) return undefined; // somewhere else by now
    const items = read();
    const news = unread && !stays ? items.findIndex((item) => item.ts === unread) : -1;
    this.draw(items, news < 0 ? items.length : Math.min(items.length - PAGE, news - BEFORE_NEWS));
    if (news < 0) this.toEnd();
    else this.reveal(unread, { quietly: true });
    return this.drawNear();
  }

  /** Draws a page of messages that begins with the one at `from`. */
  draw(items, from) {
    const first = Math.max(0, Math.min(from, items.length - PAGE));
    this.tools.remove();
    this.shown.clear();
    this.list.setAttribute("aria-busy", "true"); // a screen reader needn't read the past aloud
    this.items.replaceChildren();
    this.insert(items.slice(first, first + PAGE), null);
    this.hasNewer = first + PAGE < items.length;
    this.drawIntro();
    this.list.removeAttribute("aria-busy");
  }

  /** Draws more where the reader gets near to what is in the page. */
  drawNear() {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    if (!clientHeight) return; // it is hidden
    if (scrollTop < AHEAD) this.showOlder();
    if (scrollHeight - clientHeight - scrollTop < AHEAD) this.showNewer();
  }

  /** More of the past, from the store and then from the server. */
  async showOlder() {
    const { channel, read } = this;
    let older = this.beyond(-1);
    if (!older.length && this.openThread && store.hasOlder(channel)) {
      if (this.fetching === channel) return undefined;
      this.fetching = channel;
      await fetchOlder(channel);
      if (this.fetching === channel) this.fetching = null;
      if (read !== this.read) return this.drawNear();
      older = this.beyond(-1);
    }
    if (!older.length) return undefined;
    this.keepingPlace(() => {
      this.insert(older.slice(-STEP), this.items.firstElementChild);
      this.takeOut(() => this.items.lastElementChild, () => (this.hasNewer = true));
    });
    return this.drawNear();
  }

  showNewer() {
    const newer = this.hasNewer ? this.beyond(1) : [];
    this.hasNewer = newer.length > STEP;
    if (!newer.length) return;
    this.keepingPlace(() => {
      this.insert(newer.slice(0, STEP), null);
      this.takeOut(() => this.first());
      regroup(this.first(), this.unread);
    });
  }

  /** What comes before (-1) or after (1) the messages in the page. */
  beyond(side) {
    const edge = Number((side < 0 ? this.first() : this.items.lastElementChild)?.dataset.ts ?? NaN);
    return this.read().filter((item) => Math.sign(Number(item.ts) - edge) === side);
  }

  first() {
    return this.items.querySelector(":scope > .message");
  }

  /** Takes messages out at the far end; one that somebody is writing in stays. */
  takeOut(far, onTaken = () => {}) {
    const inUse = document.activeElement?.closest(".message");
    while (this.shown.size > MOST) {
      const node = far();
      if (node === inUse || node.querySelector(".edit")) return;
      this.shown.delete(node.dataset.ts);
      node.remove();
      onTaken();
    }
  }

  /** Does something to the list without moving what its reader looks at. */
  keepingPlace(change) {
    const place = this.place();
    change();
    this.drawIntro();
    this.putBack(place);
  }

  /** The topmost message in view, and how far from the list's upper edge its words are. */
  place() {
    const { scrollTop } = this.list;
    const node = [...this.shown.values()].reduce(
      (top, one) => (one.offsetTop + one.offsetHeight > scrollTop && !(top?.offsetTop < one.offsetTop) ? one : top),
      null,
    );
    return node && { ts: node.dataset.ts, top: this.topOf(node) };
  }

  putBack(place) {
    const node = this.shown.get(place?.ts);
    if (node) this.list.scrollTop += this.topOf(node) - place.top;
  }

  topOf(node) {
    return node.querySelector(":scope > .content").getBoundingClientRect().top - this.list.getBoundingClientRect().top;
  }

  drawIntro() {
    const isWhole = !(this.openThread && store.hasOlder(this.channel)) && !this.beyond(-1).length;
    if (!this.intro || isWhole === this.intro.isConnected) return;
    if (isWhole) this.items.prepend(this.intro);
    else this.intro.remove();
  }

  /** Sees to it that a message is in the page, however old it is; false when there is none. */
  async bring(ts, { anew = false } = {}) {
    const { channel, read } = this;
    const find = () => read().findIndex((item) => item.ts === ts);
    if (find() < 0 && this.openThread) await fetchOlder(channel, ts);
    const at = read === this.read ? find() : -1;
    if (at >= 0 && (anew || !this.shown.has(ts))) this.draw(read(), at - PAGE / 2);
    return at >= 0;
  }

  /** Brings a message into view; false when it isn't there. */
  async reveal(ts, { quietly = false } = {}) {
    if (!this.shown.has(ts) && !(await this.bring(ts))) return false;
    const node = this.shown.get(ts);
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
  put(item, isNew = false) {
    const node = this.shown.get(item.ts);
    if (isNew && this.openThread && !document.hasFocus() && !store.isMine(item)) this.unread ??= item.ts;
    if (node) node.draw(item);
    else if (this.isInPage(item.ts)) this.insert([item], this.firstAfter(item.ts));
    if (isNew && store.isMine(item)) this.toEnd();
    else if (this.follows) {
      if (this.shown.size > MOST + STEP)
        this.keepingPlace(() => {
          this.takeOut(() => this.first());
          regroup(this.first(), this.unread);
        });
      this.follow();
    } else if (isNew) this.offerEnd(true);
  }

  /** Whether a message of this time belongs among those in the page. */
  isInPage(ts) {
    const first = this.first();
    if (!first) return true;
    const isAfterFirst = Number(ts) > Number(first.dataset.ts);
    return isAfterFirst && (!this.hasNewer || Number(ts) < Number(this.items.lastElementChild.dataset.ts));
  }

  /** Opens this person's newest message for editing; false when there is none. */
  editLast() {
    if (this.hasNewer) this.toEnd();
    const nodes = [...this.items.querySelectorAll(":scope > .message")];
    const mine = nodes.findLast((node) => store.isMine(node.item) && !node.item.is_ephemeral);
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
    if (!node) return;
    this.shown.delete(ts);
    const next = following(node);
    node.remove();
    if (next) regroup(next, this.unread);
  }

  insert(items, before) {
    const nodes = items.map((item) => messageNode(item, this));
    for (const node of nodes) this.shown.set(node.dataset.ts, node);
    const all = document.createDocumentFragment(); // one change of the page instead of a hundred
    all.append(...nodes);
    this.items.insertBefore(all, before);
    for (const node of [...nodes, nodes.at(-1) && following(nodes.at(-1))]) if (node) regroup(node, this.unread);
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
    return !this.hasNewer && this.list.scrollTop > this.end() - NEAR_END;
  }

  toEnd() {
    if (this.hasNewer) this.draw(this.read(), Infinity);
    this.follows = true;
    this.list.scrollTop = this.end();
    this.offerEnd(false);
  }

  /** The way back down, once the newest message is out of sight. */
  offerEnd(hasNews) {
    const distance = this.end() - this.list.scrollTop;
    this.hasNews = !this.follows && (hasNews || this.hasNews);
    this.newer.hidden = this.follows || (!this.hasNews && !this.hasNewer && distance < this.list.clientHeight);
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
      if (this.hasNewer) this.toEnd();
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
