// The page of the sandbox: who acts, what is open, and which part is redrawn when something changes.
//
// Hooks that tests may rely on:
//   [data-channel="C0ASK"]            an entry of the sidebar (the app's: its direct message's id, or "dm" before there is one)
//   [data-testid="user-switch"]       opens the menu of people; [data-user="UANA"] in it (and in @ completion)
//   [data-ts="…"]                     a message; .is-ephemeral when only this person sees it
//   [data-testid="composer"], "thread-composer"; with "-send" behind it the button
//   [data-command="/ask"]             a completion of the composer; [data-testid="command-hint"] its usage
//   [data-testid="shortcuts"]         the + menu; [data-callback-id] in it and in a message's menu
//   [data-testid="message-menu"], "react", "reply", "edit", "delete", "replies"   on a message (hover or focus it first)
//   [data-action-id], [data-value]    buttons, fields and choices of blocks; [data-block-id] the block
//   [data-testid="modal"], "modal-submit", "modal-close", "modal-x", "confirm"; .input-error beside each field
//   [data-testid="home"], "tab-home", "tab-messages", "prompt", "status", "thread", "notice", "banner"
// Addresses: ?user=UANA acts as someone; #C0ASK, #C0ASK/<thread ts>, #home, #messages open a place.
import { act, explained } from "./acts.js";
import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { Home } from "./home.js";
import * as live from "./live.js";
import { MessageList, statusLine } from "./messages.js";
import { Modal } from "./modal.js";
import { plain } from "./mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import * as store from "./store.js";

const [app, sidebar, main, aside, notices] = ["app", "sidebar", "main", "thread", "notices"].map((id) =>
  document.getElementById(id),
);
const NOTICE_SECONDS = 10;
const WIDE = matchMedia("(min-width: 761px)");

// --- The parts ---

const head = h("header.head");
const banner = h("div.banner", { "data-testid": "banner", role: "status", hidden: true });
const list = new MessageList({ label: "Messages", openThread: (ts) => openThread(ts, { focus: true }) });
const promptsBar = h("div.prompts");
const composer = new Composer("composer");
const home = new Home();
main.append(head, banner, home.node, list.node, promptsBar, composer.node);

const threadHead = h("header.head");
const threadList = new MessageList({ label: "Thread" });
const threadStatus = h("div.status", { role: "status" });
const threadComposer = new Composer("thread-composer");
aside.dataset.testid = "thread";
aside.append(threadHead, threadList.node, threadStatus, threadComposer.node);
aside.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeThread();
});

const modal = new Modal();

// --- Where we are ---

let open = { channel: null, thread: null, isHome: false }; // what is drawn now
let awaiting = null; // the message just posted here: its thread opens when the app takes it up

function wanted() {
  const [name, thread = null] = location.hash.slice(1).split("/");
  if (name === "home") return { channel: null, thread: null, isHome: true };
  const id = name === "messages" ? (store.dm()?.id ?? "dm") : name;
  const isThere = store.channels.has(id) || id === "dm";
  return { channel: isThere ? id : firstChannel(), thread: isThere ? thread : null, isHome: false };
}

function firstChannel() {
  const names = [...store.channels.values()].filter((channel) => !channel.is_im && !channel.is_archived);
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

/** Draws what the address asks for. */
function goThere({ anew = false } = {}) {
  if (!store.ready) return;
  const next = wanted();
  const isElsewhere = anew || next.channel !== open.channel || next.isHome !== open.isHome;
  const isOtherThread = isElsewhere || next.thread !== open.thread;
  open = next;
  if (isElsewhere) drawPlace();
  if (isOtherThread) drawThread();
  drawSide();
}

function drawPlace() {
  app.classList.remove("shows-sidebar");
  awaiting = null;
  drawHead();
  home.node.hidden = !open.isHome;
  list.node.hidden = composer.node.hidden = open.isHome;
  drawPrompts();
  if (open.isHome) return home.draw();
  const { channel } = open;
  list.show(
    channel,
    store.messagesOf(channel).filter((item) => !store.isReply(item)),
    intro(),
  );
  composer.show(
    channel,
    null,
    isDm(channel) ? `Message ${store.bot.name}` : `Message #${store.channels.get(channel).name}`,
  );
  store.markRead(channel);
  return undefined;
}

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

const drawSide = () => drawSidebar(sidebar, { current: () => (open.isHome ? "home" : open.channel), become });

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
    const members = channel.members?.length ?? channel.num_members;
    head.replaceChildren(
      menu,
      h("h1", { dir: "auto" }, icon(channel.is_private ? "lock" : "hash"), channel.name),
      channel.is_ext_shared ? h("span.tag", icon("shared"), "Shared with another company") : "",
      h("span.topic", { dir: "auto" }, plain(aboutOf(channel))),
      h("span.members", `${members} members`),
    );
  }
  if (hadFocus) head.querySelector("[aria-current]")?.focus();
  document.title = `${open.isHome ? "Home" : isDm(open.channel) ? store.bot.name : `#${channel.name}`} · ${store.team.name}`;
}

const aboutOf = ({ topic, purpose }) =>
  topic?.value ||
  purpose?.value ||
  (typeof topic === "string" && topic) ||
  (typeof purpose === "string" ? purpose : "");

function intro() {
  const channel = store.channels.get(open.channel);
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

function drawThread() {
  const root = open.thread && store.message(open.channel, open.thread);
  aside.hidden = !root;
  app.classList.toggle("shows-thread", Boolean(root));
  if (!root) return threadList.show(null, []);
  const where = isDm(open.channel) ? store.bot.name : `#${store.channels.get(open.channel).name}`;
  threadHead.replaceChildren(
    h("h2", "Thread"),
    h("span.topic", where),
    h(
      "button.tool",
      { "aria-label": "Close thread", "data-testid": "thread-close", onclick: closeThread },
      icon("close"),
    ),
  );
  threadList.show(open.channel, [root, ...store.repliesOf(open.channel, root.ts)]);
  threadComposer.show(open.channel, root.ts, "Reply…");
  return drawThreadStatus();
}

function drawThreadStatus() {
  const text = open.thread && store.status(open.channel, open.thread);
  threadStatus.replaceChildren(...(text ? [statusLine(text)] : []));
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
  goThere({ anew: true });
  drawBanner();
  modal.draw();
  arrive();
});
store.on("message", ({ channel, ts, isNew }) => {
  const item = store.message(channel, ts);
  if (channel === open.channel) {
    if (!store.isReply(item)) list.put(item);
    else if (store.message(channel, item.thread_ts)) list.put(store.message(channel, item.thread_ts));
    if (open.thread && (item.thread_ts ?? ts) === open.thread) threadList.put(item);
    if (isNew && store.isMine(item) && !store.isReply(item)) awaiting = ts;
    if (isNew && store.isReply(item) && !store.isMine(item)) follow(item.thread_ts);
    if (document.hasFocus()) store.markRead(channel);
  }
  if (isNew) drawSide();
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
store.on("channels", drawSide);
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
store.on("told", (text) => notice(explained(text)));
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
