// The page of the sandbox: who acts, what is open, and which part is redrawn when something changes.
//
// Hooks that tests may rely on:
//   [data-channel="C0ASK"]            an entry of the sidebar (the app's: its direct message's id, or "dm" before there is one)
//   [data-testid="user-switch"]       opens the menu of people; [data-user="UANA"] in it (and in @ completion)
//   [data-ts="…"]                     a message; .is-ephemeral when only this person sees it
//   [data-testid="composer"], "thread-composer"; with "-send" behind it the button
//   [data-command="/ask"], [data-channel-name="ideas"], [data-emoji]   completions; [data-testid="command-hint"] a command's usage
//   [data-testid="shortcuts"]         the + menu; [data-callback-id] in it and in a message's menu
//   [data-testid="message-menu"], "react", "reply", "replies"   on a message (hover or focus it first)
//   [data-testid="edit"], "delete", "pin", "mark-unread", "view-blocks"   in its menu; "dismiss" on a private one
//   [data-action-id], [data-value]    buttons, fields and choices of blocks; [data-block-id] the block
//   [data-testid="modal"], "modal-submit", "modal-close", "modal-x", "confirm"; .input-error beside each field
//   [data-testid="home"], "tab-home", "tab-messages", "prompt", "status", "thread", "notice", "banner", "new-line", "to-end"
//   [data-testid="profile"], "switcher", "look", "tour", "tour-next", "tour-skip", "text-dialog", "copy", "to-channel", "upload"
//   [data-testid="drawer"], and in it "journal", "entry", "filter", "again", "disconnect", "fault", "reset", "export"
// Addresses: ?user=UANA acts as someone; #C0ASK opens a channel, #C0ASK/<thread ts> a thread, #C0ASK/[thread ts]/<ts> shows a
// message; #home and #messages are the app's tabs.
import { act, explained } from "./acts.js";
import { Composer } from "./composer.js";
import { avatar, h, icon } from "./dom.js";
import { toggleDrawer } from "./drawer.js";
import { Home } from "./home.js";
import * as live from "./live.js";
import { drawStatus } from "./message.js";
import { MessageList } from "./messages.js";
import { Modal } from "./modal.js";
import { plain } from "./mrkdwn.js";
import { letProfiles, openProfile } from "./people.js";
import { openMenu } from "./popup.js";
import { drawRail } from "./rail.js";
import { drawSidebar } from "./sidebar.js";
import * as store from "./store.js";
import { openSwitcher } from "./switcher.js";
import { offerTour, startTour } from "./tour.js";

const [app, rail, sidebar, main, aside, drawer, notices] = [
  ...["app", "rail", "sidebar", "main", "thread", "drawer", "notices"],
].map((id) => document.getElementById(id));
const NOTICE_SECONDS = 10;
const WIDE = matchMedia("(min-width: 761px)");

// --- The parts ---

const head = h("header.head");
const banner = h("div.banner", { "data-testid": "banner", role: "status", hidden: true });
const list = new MessageList({ label: "Messages", openThread: (ts) => openThread(ts, { focus: true }) });
const promptsBar = h("div.prompts");
const composer = new Composer("composer", { editLast: () => list.editLast() });
const closed = h("div.closed"); // in place of the composer where this person can't write
const home = new Home();
main.append(head, banner, home.node, list.node, promptsBar, composer.node, closed);

const threadHead = h("header.head");
const threadList = new MessageList({ label: "Thread" });
const threadStatus = h("div.status", { role: "status" });
const threadComposer = new Composer("thread-composer", { editLast: () => threadList.editLast() });
aside.dataset.testid = "thread";
aside.append(threadHead, threadList.node, threadStatus, threadComposer.node);
aside.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeThread();
});

const modal = new Modal();

// --- Where we are ---

let open = { channel: null, thread: null, found: null, isHome: false, user: null }; // what is drawn now, and for whom
let awaiting = null; // the message just posted here: its thread opens when the app takes it up

function wanted() {
  const [name, thread, found = null] = location.hash.slice(1).split("/");
  if (name === "home" && store.tabs.home) return { channel: null, thread: null, found: null, isHome: true };
  const id = ["dm", "messages", "home"].includes(name) ? (store.dm()?.id ?? "dm") : name;
  const isThere = store.channels.has(id) || id === "dm";
  if (!isThere) return { channel: firstChannel(), thread: null, found: null, isHome: false };
  return { channel: id, thread: thread || null, found, isHome: false };
}

function firstChannel() {
  const names = [...store.channels.values()].filter(
    (channel) => !store.isConversation(channel) && !channel.is_archived,
  );
  return (
    (
      names.find(
        (channel) =>
          channel.members?.includes(store.bot.user_id) &&
          channel.members.includes(store.me) &&
          channel.name !== "general",
      ) ?? names[0]
    )?.id ?? "dm"
  );
}

const isDm = (channel) => channel === "dm" || channel === store.dm()?.id;

/** Draws what the address asks for; `isNews` when it is drawn anew because something else changed. */
function goThere({ anew = false, isNews = false } = {}) {
  if (!store.ready) return;
  const before = open;
  open = { ...wanted(), user: store.me };
  const isSameUser = open.user === before.user;
  const isSamePlace = isSameUser && open.channel === before.channel && open.isHome === before.isHome;
  const isSameThread = isSamePlace && open.thread === before.thread;
  if (anew || isNews || !isSamePlace) drawPlace(isNews && isSamePlace);
  if (anew || isNews || !isSameThread) drawThread(isNews && isSameThread);
  drawSide();
  if (open.found && !(isNews && isSameThread && open.found === before.found)) show(open);
}

/** Brings the message that the address names into view. */
async function show({ channel, thread, found }) {
  if (thread && !store.message(channel, thread) && (await live.fetchOlder(channel, thread))) drawThread();
  const isThere = await (thread ? threadList : list).reveal(found);
  if (!isThere && channel === open.channel) notice("That message is no longer there.");
}

function drawPlace(isSame) {
  if (!isSame) {
    app.classList.remove("shows-sidebar");
    awaiting = null;
  }
  drawHead();
  home.node.hidden = !open.isHome;
  list.node.hidden = open.isHome;
  drawPrompts();
  drawWriting();
  if (open.isHome) return home.draw();
  const { channel } = open;
  list.show(channel, () => store.timelineOf(channel), {
    intro: intro(),
    unread: store.firstUnread(channel) ?? (isSame ? list.unread : null),
    isSame,
  });
  store.markRead(channel);
  return undefined;
}

/** The composer, or why there is none. */
function drawWriting() {
  const channel = store.channels.get(open.channel);
  const reason = open.isHome ? "" : whyClosed(channel);
  composer.node.hidden = open.isHome || Boolean(reason);
  closed.hidden = !reason;
  closed.replaceChildren(
    reason,
    channel && !channel.is_archived && !channel.members.includes(store.me)
      ? h("button.button.primary", { onclick: () => act("join", { channel: channel.id }) }, "Join channel")
      : "",
  );
  if (composer.node.hidden) return;
  composer.show(open.channel, null, `Message ${placeName()}`);
}

function whyClosed(channel) {
  if (!channel) return "";
  if (channel.is_archived) return `${store.nameOf(channel)} is archived: it can be read, nobody can write in it.`;
  if (isDm(channel.id) && store.tabs.messages === false) return `${store.bot.name} takes no messages here.`;
  if (!channel.members.includes(store.me)) return `You are looking at ${store.nameOf(channel)} without being in it.`;
  return "";
}

const placeName = () => (isDm(open.channel) ? store.bot.name : store.nameOf(store.channels.get(open.channel)));

function openThread(ts, { focus = false } = {}) {
  location.hash = `#${open.channel}/${ts}`;
  goThere();
  if (focus) threadComposer.focus();
}

function closeThread() {
  const root = open.thread;
  location.hash = `#${open.channel}`;
  goThere();
  (list.shown.get(root) ?? composer.field).focus();
}

function become(user) {
  const address = new URL(location.href);
  address.searchParams.set("user", user);
  history.pushState(null, "", address);
  start();
}

// --- Drawing the parts ---

const jump = () => openSwitcher({ go, message: converse });
const drawSide = () => drawSidebar(sidebar, { current: () => (open.isHome ? "home" : open.channel), become, jump });
const drawTools = () => drawRail(rail, { jump, tour: () => startTour(tourStage), drawer: develop });
const develop = () => toggleDrawer(drawer, () => ({ channel: open.channel, thread: open.thread, user: store.me }));

function go(hash) {
  if (location.hash === hash) goThere({ anew: true });
  else location.hash = hash;
}

/** Opens the conversation with somebody, beginning it if there is none. */
async function converse(id) {
  if (id === store.bot.user_id) return go("#messages");
  const there = [...store.channels.values()].find(
    (channel) =>
      channel.is_im &&
      channel.members.includes(store.me) &&
      (id === store.me || channel.members.includes(id)) &&
      channel.members.length === (id === store.me ? 1 : 2),
  );
  if (there) return go(`#${there.id}`);
  const answer = await act("direct_message", { target: id });
  if (!answer.ok) return undefined;
  if (!store.channels.has(answer.channel.id)) await live.fetchState();
  return go(`#${answer.channel.id}`);
}
letProfiles(become, converse);

function drawHead() {
  const hadFocus = head.contains(document.activeElement);
  const channel = store.channels.get(open.channel);
  const menu = h(
    "button.tool.only-narrow",
    {
      "aria-label": "Channels and people",
      onclick: () => {
        app.classList.add("shows-sidebar");
        sidebar.querySelector("a, button")?.focus();
      },
    },
    icon("menu"),
  );
  if (open.isHome || isDm(open.channel)) {
    const tab = (hash, testid, label, isOpen) =>
      h("a.tab", { href: hash, "data-testid": testid, "aria-current": isOpen ? "page" : null }, label);
    head.replaceChildren(
      menu,
      h("h1", store.bot.name),
      h(
        "nav.tabs",
        { "aria-label": store.bot.name },
        store.tabs.home && tab("#home", "tab-home", "Home", open.isHome),
        store.tabs.messages && tab("#messages", "tab-messages", "Messages", !open.isHome),
      ),
    );
  } else {
    const isConversation = store.isConversation(channel);
    head.replaceChildren(
      menu,
      h(
        "h1",
        { dir: "auto" },
        isConversation ? "" : icon(channel.is_private ? "lock" : "hash"),
        isConversation ? store.nameOf(channel) : channel.name,
      ),
      channel.is_ext_shared ? h("span.tag", icon("shared"), h("span.wide", "Shared with another company")) : "",
      channel.is_archived ? h("span.tag", "Archived") : "",
      h("span.topic", { dir: "auto" }, plain(aboutOf(channel))),
      pinsButton(),
      h(
        "button.members",
        {
          "data-testid": "members",
          "aria-haspopup": "menu",
          onclick: (event) => openMembers(event.currentTarget, channel),
        },
        icon("people"),
        String(channel.members.length),
        h("span.unseen", " members"),
      ),
    );
  }
  if (hadFocus) head.querySelector("[aria-current]")?.focus();
  drawTitle();
}

function drawTitle() {
  const count = [...store.channels.keys()].reduce((sum, id) => sum + store.news(id).mentions, 0);
  document.title = `${count ? `(${count}) ` : ""}${open.isHome ? "Home" : placeName()} · ${store.team.name}`;
}

function pinsButton() {
  const pinned = store.pinsOf(open.channel);
  if (!pinned.length) return "";
  const openPins = async (event) => {
    const anchor = event.currentTarget;
    const { channel } = open;
    for (const { ts } of pinned) if (!store.message(channel, ts)) await live.fetchOlder(channel, ts);
    const items = pinned.map(({ ts }) => store.message(channel, ts)).filter(Boolean);
    openMenu(
      anchor,
      "Pinned messages",
      items.map((item) => ({
        label: store.author(item).name,
        hint: plain(store.typedText(item.text)).slice(0, 160),
        picture: icon("pin"),
        onpick: () => go(`#${channel}/${store.isReply(item) ? item.thread_ts : ""}/${item.ts}`),
      })),
      { alignEnd: true },
    );
  };
  return h(
    "button.members",
    { "data-testid": "pins", "aria-haspopup": "menu", onclick: openPins },
    icon("pin"),
    String(pinned.length),
    h("span.unseen", " pinned"),
  );
}

function openMembers(anchor, channel) {
  openMenu(
    anchor,
    "Members",
    channel.members.map(store.person).map((who) => ({
      label: who.id === store.me ? `${who.name} (you)` : who.name,
      hint: store.title(who),
      picture: avatar(who, "small"),
      data: { "data-user": who.id },
      onpick: () => openProfile(anchor, who.id),
    })),
    { alignEnd: true },
  );
}

const aboutOf = ({ topic, purpose }) =>
  topic?.value ||
  purpose?.value ||
  (typeof topic === "string" && topic) ||
  (typeof purpose === "string" ? purpose : "");

function intro() {
  const channel = store.channels.get(open.channel);
  if (channel && store.isConversation(channel) && !isDm(open.channel))
    return h(
      "div.intro",
      h("h2", { dir: "auto" }, store.nameOf(channel)),
      h("p", "Only the people named here see this conversation. The app isn't in it."),
    );
  if (isDm(open.channel))
    return h(
      "div.intro",
      h("h2", store.bot.name),
      h("p", `This is between you and ${store.bot.name}. Ask it something.`),
    );
  return h(
    "div.intro",
    h("h2", { dir: "auto" }, `#${channel.name}`),
    h("p", { dir: "auto" }, `This is where #${channel.name} begins. `, plain(aboutOf(channel))),
  );
}

function drawPrompts() {
  const offered = !open.isHome && isDm(open.channel) ? (store.prompts?.prompts ?? []) : [];
  promptsBar.hidden = !offered.length;
  promptsBar.replaceChildren(
    h("span.quiet", store.prompts?.title ?? "Try"),
    ...offered.map((prompt) =>
      h(
        "button.prompt",
        {
          "data-testid": "prompt",
          title: prompt.message,
          onclick: () => act("message", { channel: open.channel, text: prompt.message }),
        },
        plain(prompt.title),
      ),
    ),
  );
}

function drawThread(isSame = false) {
  const root = open.thread && store.message(open.channel, open.thread);
  aside.hidden = !root;
  app.classList.toggle("shows-thread", Boolean(root));
  if (!root) return threadList.show(null, () => []);
  threadHead.replaceChildren(
    h("h2", "Thread"),
    h("span.topic", placeName()),
    h(
      "button.tool",
      { "aria-label": "Close thread", "data-testid": "thread-close", onclick: closeThread },
      icon("close"),
    ),
  );
  const { channel } = open;
  const read = () => [store.message(channel, root.ts), ...store.repliesOf(channel, root.ts)].filter(Boolean);
  threadList.show(channel, read, { isSame });
  threadComposer.node.hidden = Boolean(whyClosed(store.channels.get(open.channel)));
  threadComposer.show(open.channel, root.ts, "Reply…");
  return drawThreadStatus();
}

function drawThreadStatus() {
  drawStatus(threadStatus, open.thread && store.status(open.channel, open.thread));
}

function drawBanner(inContact = true) {
  const text = !inContact
    ? "Lost contact with the sandbox. Trying again…"
    : store.connected
      ? ""
      : `${store.bot.name} isn't connected yet. What you write stays here; it starts answering once it is.`;
  banner.hidden = !text;
  banner.textContent = text;
}

function notice(text) {
  const line = h(
    "div.notice",
    { "data-testid": "notice" },
    h("span", text),
    h("button.tool", { "aria-label": "Dismiss", onclick: () => line.remove() }, icon("close")),
  );
  (modal.dialog.open ? modal.dialog : document.body).append(notices); // an open modal hides everything outside it
  for (const old of [...notices.children]) if (old.firstChild.textContent === text) old.remove();
  notices.append(line);
  setTimeout(() => line.remove(), NOTICE_SECONDS * 1000);
}

// --- What changes ---

store.on("loaded", () => {
  goThere({ isNews: true });
  drawTools();
  drawBanner();
  modal.draw();
  arrive();
  if (isNewcomer) offerTour(tourStage);
});
store.on("message", ({ channel, ts, isNew }) => {
  const item = store.message(channel, ts);
  if (!item) return; // put away by this person
  if (channel === open.channel) {
    if (store.isInChannel(item)) list.put(item, isNew);
    if (store.isReply(item) && store.message(channel, item.thread_ts)) list.put(store.message(channel, item.thread_ts));
    if (open.thread && (item.thread_ts ?? ts) === open.thread) threadList.put(item, isNew);
    if (isNew && store.isMine(item) && !store.isReply(item)) awaiting = ts;
    if (isNew && store.isReply(item) && !store.isMine(item)) follow(item.thread_ts);
    if (document.hasFocus()) store.markRead(channel);
  }
  if (isNew) drawSide();
  if (isNew) drawTitle();
});
store.on("gone", ({ channel, ts, thread_ts: root }) => {
  if (channel !== open.channel) return;
  list.drop(ts);
  threadList.drop(ts);
  if (root && root !== ts && store.message(channel, root)) list.put(store.message(channel, root));
  if (ts === open.thread) closeThread();
});
store.on("status", ({ channel, ts }) => {
  if (channel !== open.channel) return;
  list.shown.get(ts)?.drawStatus();
  if (store.status(channel, ts)) follow(ts);
  drawThreadStatus();
  list.follow();
});
store.on("channels", () => {
  if (!store.ready) return;
  drawSide();
  if (!open.channel) return;
  const isOver = open.channel === "dm" ? store.dm() : !store.channels.has(open.channel);
  if (isOver) return goThere(); // the first message opened it, or this person was taken out of it
  drawHead();
  if (list.channel) drawWriting();
});
store.on("people", () => {
  drawTools();
  goThere({ isNews: true }); // the name stands on every message
});
store.on("pins", (channel) => {
  if (channel === open.channel) drawHead();
});
store.on("home", () => {
  if (open.isHome) home.draw();
});
store.on("views", () => {
  modal.draw();
  if (!modal.dialog.open) document.body.append(notices);
});
store.on("prompts", drawPrompts);
store.on("connected", () => {
  drawBanner();
  arrive();
});
store.on("contact", (inContact) => drawBanner(inContact));
store.on("notice", notice);
store.on("told", (text) => {
  if (!open.channel || open.channel === "dm") return notice(explained(text));
  const inThread = aside.contains(document.activeElement) ? open.thread : null;
  return store.putSlackbot(open.channel, inThread, explained(text));
});
store.on("nobody", async () => become(await firstPerson()));
addEventListener("hashchange", () => {
  const { channel } = open;
  goThere();
  arrive();
  if (open.channel && open.channel !== channel && WIDE.matches) composer.focus(); // a phone's keyboard would cover the page
});
addEventListener("popstate", () => {
  if (new URL(location.href).searchParams.get("user") !== store.me) start();
});
addEventListener("focus", () => {
  if (open.channel) store.markRead(open.channel);
});
app.addEventListener(
  "click",
  (event) => {
    if (event.target === app || event.target.closest("main")) app.classList.remove("shows-sidebar");
  },
  true,
);
sidebar.addEventListener("keydown", (event) => {
  if (event.key === "Escape") app.classList.remove("shows-sidebar");
});

// The answer to what was just posted here opens beside it, where there is room.
function follow(root) {
  if (root !== awaiting || !WIDE.matches || open.thread === root) return;
  awaiting = null;
  openThread(root);
}

// --- Keys and links ---

const REGIONS = [rail, sidebar, list.list, composer.field, threadList.list, threadComposer.field, drawer];

document.addEventListener("keydown", (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "k") jump();
  else if (isCommand && event.key === ".") develop();
  else if (event.key === "F6") nextRegion(event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
});

/** F6 walks through the parts of the page, as in Slack. */
function nextRegion(step) {
  if (modal.dialog.open) return;
  const there = REGIONS.filter((node) => node.checkVisibility());
  const at = there.findIndex((node) => node.contains(document.activeElement));
  const next = there.at((at + step + (at < 0 && step < 0 ? 1 : 0)) % there.length);
  const inside = next.querySelector('[tabindex="0"]') ?? next.querySelector("button, a, input, textarea");
  (next.matches('[tabindex="0"], textarea') ? next : inside)?.focus();
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (open.isHome ? home.node : list.list).focus();
});

// A message's address as the app knows it (chat.getPermalink) opens here, not in a new window.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href*="/archives/"]');
  const found = link && new URL(link.href).pathname.match(/^\/archives\/(\w+)\/p(\d{7,})$/);
  if (!found || !store.channels.has(found[1]) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const ts = found[2].replace(/(\d{6})$/, ".$1");
  const root = new URL(link.href).searchParams.get("thread_ts");
  go(`#${found[1]}/${root && root !== ts ? root : ""}/${ts}`);
});

// Slack tells the app when someone opens its Home or Messages tab.
let arrived = "";
async function arrive() {
  const tab = open.isHome ? "open_home" : isDm(open.channel) ? "open_messages" : "";
  const visit = tab && store.connected ? `${store.me} ${tab}` : "";
  const isNew = visit && visit !== arrived;
  arrived = visit;
  const { channel } = isNew ? await act(tab) : {};
  if (channel && !store.channels.has(channel)) live.fetchState(); // the first visit begins the conversation
}

// --- Starting ---

const isNewcomer = !location.hash && !location.search; // whoever comes by a link to a place knows where to go

// What the tour shows and does.
const tourStage = {
  parts: {
    composer: () => composer.node,
    sidebar: () => sidebar,
    rail: () => rail,
    you: () => sidebar.querySelector(".you"),
  },
  ask: (text) => {
    go(`#${firstChannel()}`);
    composer.fill(`@${store.person(store.bot.user_id).handle} ${text}`);
  },
};

async function start() {
  const asked = new URL(location.href).searchParams.get("user");
  live.open(asked ?? localStorage.getItem("user") ?? (await firstPerson()));
  if (!asked) history.replaceState(null, "", `?user=${store.me}${location.hash}`);
  localStorage.setItem("user", store.me);
}

async function firstPerson() {
  const { users = [] } = await (await fetch("/sandbox/state")).json();
  return users.find((user) => !user.is_bot)?.id ?? "";
}

start();
