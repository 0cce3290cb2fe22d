// What this window knows of the workspace, kept current by live.js. Other modules read it and listen with `on`.

export let me = "";
export let team = { name: "Workspace" };
export let bot = { user_id: "", name: "App" };
export let commands = [];
export let shortcuts = [];
export let prompts = null; // {title?, prompts} for the Messages tab: what the app set, else its manifest
export let tabs = { home: true, messages: true };
export let home = null; // the published App Home
export let views = []; // open modals, top last
export let connected = 0;
export let ready = false;
export let loads = 0; // whole states so far: what was asked of an earlier one doesn't fit the next
export const users = new Map();
export const channels = new Map();
const groups = new Map();
const messages = new Map(); // channel id -> Map of ts -> message, oldest first; ephemerals are among them
const replies = new Map(); // "channel ts" of a thread's root -> Set of the replies' ts
const statuses = new Map(); // "channel ts" -> {status: "is searching …", loading_messages}
const pins = new Map(); // channel id -> [{ts, created_by}]
const older = new Set(); // channels of which the server has more than is here
let lastRead = {}; // channel -> ts of the newest message this person has seen
const MOST_DISMISSED = 200;
let dismissed = new Set(); // private messages this person put away

const listeners = new Map();

export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

// --- Reading ---

const key = (channel, ts) => `${channel} ${ts}`;
export const messagesOf = (channel) => [...(messages.get(channel)?.values() ?? [])];
export const message = (channel, ts) => messages.get(channel)?.get(ts);
export const status = (channel, ts) => statuses.get(key(channel, ts));
export const repliesOf = (channel, ts) =>
  [...(replies.get(key(channel, ts)) ?? [])].map((reply) => message(channel, reply)).filter(Boolean);
export const isReply = (item) => Boolean(item.thread_ts) && item.thread_ts !== item.ts;
export const isMine = (item) => item.user === me && !item.bot_id;
export const isInChannel = (item) => !isReply(item) || item.subtype === "thread_broadcast";
/** What stands in a channel, oldest first, as far back as it is here without a gap. */
export function timelineOf(channel) {
  const items = messagesOf(channel).filter(isInChannel);
  return hasOlder(channel) ? items.slice(items.findIndex((item) => !item.is_ephemeral)) : items;
}
export const pinsOf = (channel) => pins.get(channel) ?? [];
export const pinOf = (channel, ts) => pinsOf(channel).find((pin) => pin.ts === ts);
export const hasOlder = (channel) => older.has(channel);
export const dm = () =>
  [...channels.values()].find(
    (channel) => channel.is_im && channel.members.includes(me) && channel.members.includes(bot.user_id),
  );
/** The others in a conversation without a name of its own. */
export const others = (channel) => channel.members.filter((id) => id !== me).map(person);
export const isConversation = (channel) => Boolean(channel.is_im || channel.is_mpim);
export const groupName = (id) => groups.get(id) ?? id;

/** A person or app by id; someone unknown still has a name to show. */
export function person(id) {
  const user = users.get(id);
  if (user) return { ...user, known: true, name: user.real_name || user.name, handle: user.name };
  if (id && id === bot.user_id) return { ...bot, id, is_bot: true, known: true, handle: bot.name };
  return { id, name: id === "USLACKBOT" ? "Slackbot" : id || "Someone", handle: id, known: false };
}

export function author(item) {
  const by = person(item.user ?? bot.user_id);
  return item.bot_id ? { ...by, is_bot: true, name: item.username || by.name } : by;
}

/** What a channel or conversation is called: `#ask`, `Ben Okafor`, `Ana Duarte, Ben Okafor`. */
export function nameOf(channel) {
  if (channel === "dm" || channel.id === dm()?.id) return bot.name;
  if (!isConversation(channel)) return `#${channel.name}`;
  return (
    others(channel)
      .map((who) => who.name)
      .join(", ") || `${person(me).name} (you)`
  );
}

export function title(user) {
  return user.is_bot ? "App" : [roleOf(user), user.profile?.title || user.title].filter(Boolean).join(" · ");
}

/** What sets somebody apart from an ordinary member. */
export function roleOf(user) {
  if (user.is_bot) return "App";
  if (user.deleted) return "Deactivated";
  if (user.is_stranger) return "From another company";
  if (user.is_restricted || user.is_ultra_restricted) return "Guest";
  return user.is_admin ? "Admin" : "";
}

// --- What is new to this person ---

const isNews = (item) => isInChannel(item) && !item.is_ephemeral && !isMine(item);
const isAfter = (item, ts) => Number(item.ts) > Number(ts ?? 0);

/** The first message of a channel that this person has not seen. */
export const firstUnread = (channel) =>
  messagesOf(channel).find((item) => isNews(item) && isAfter(item, lastRead[channel]))?.ts;

/** How much is new: `isUnread`, and how often this person is meant. Every line of a conversation means them. */
export function news(id) {
  const fresh = messagesOf(id).filter((item) => isNews(item) && isAfter(item, lastRead[id]));
  const mentions = isConversation(channels.get(id) ?? {}) ? fresh : fresh.filter(({ text }) => concernsMe(text));
  return { isUnread: fresh.length > 0, mentions: mentions.length };
}

const concernsMe = (text = "") =>
  text.includes(`<@${me}>`) || text.includes(`<@${me}|`) || /<!(here|channel|everyone)/.test(text);

export function markRead(channel) {
  const newest = messagesOf(channel).findLast((item) => !item.is_local);
  if (!newest || !isAfter(newest, lastRead[channel])) return;
  setRead(channel, newest.ts);
}

/** Everything from this message on is new again. */
export function markUnread(channel, ts) {
  setRead(channel, messagesOf(channel).findLast((item) => !isAfter(item, ts) && item.ts !== ts)?.ts ?? "0");
}

function setRead(channel, ts) {
  lastRead[channel] = ts;
  localStorage.setItem(`read ${me}`, JSON.stringify(lastRead));
  tell("channels");
}

/** The thumb this person pressed; Slack keeps it on the client too. */
export const pressed = (place) => localStorage.getItem(`pressed ${me} ${place}`);
export const press = (place, value) => localStorage.setItem(`pressed ${me} ${place}`, value);

// --- Changing ---

export function become(user) {
  me = user;
}

/** A whole new state, as GET /sandbox/state gives it. */
export function load(state) {
  ({ team, bot, tabs, commands, shortcuts } = state);
  connected = state.connected ?? 0;
  prompts = state.prompts?.[me] ?? { prompts: state.suggested_prompts };
  home = state.homes?.[me] ?? null;
  views = state.views?.[me] ?? [];
  refill(users, state.users);
  refill(channels, state.channels);
  groups.clear();
  for (const group of state.user_groups ?? []) groups.set(group.id, group.handle);
  for (const map of [messages, replies, statuses, older]) map.clear();
  for (const channel of state.older ?? []) older.add(channel);
  pins.clear();
  for (const [channel, list] of Object.entries(state.pins ?? {})) pins.set(channel, list);
  dismissed = new Set(JSON.parse(localStorage.getItem(`dismissed ${me}`) ?? "[]"));
  const posts = Object.entries(state.messages ?? {}).flatMap(([channel, items]) =>
    items.map((item) => [channel, item]),
  );
  const all = [...posts, ...(state.ephemerals ?? []).map((item) => [null, item])];
  for (const [channel, item] of all.sort(([, a], [, b]) => (a.ts ?? a.id) - (b.ts ?? b.id)))
    if (channel) put(channel, item);
    else putEphemeral(item);
  for (const item of state.statuses ?? [])
    if (item.status) statuses.set(key(item.channel, item.thread_ts), item);
  lastRead = JSON.parse(localStorage.getItem(`read ${me}`) ?? "null") ?? newestOfEach();
  ready = true;
  loads += 1;
  tell("loaded");
}

// What a newcomer finds is not news.
const newestOfEach = () =>
  Object.fromEntries([...messages.keys()].map((channel) => [channel, messagesOf(channel).at(-1)?.ts]));

function refill(map, items = []) {
  map.clear();
  for (const item of items) map.set(item.id, item);
}

function put(channel, item) {
  if (!messages.has(channel)) messages.set(channel, new Map());
  messages.get(channel).set(item.ts, item);
  if (!isReply(item)) return;
  const root = key(channel, item.thread_ts);
  replies.set(root, (replies.get(root) ?? new Set()).add(item.ts));
}

function putEphemeral(item) {
  const ts = item.ts ?? item.id ?? item.message_ts;
  if (!dismissed.has(ts))
    put(item.channel, { ...item, ts, user: bot.user_id, bot_id: bot.bot_id ?? "app", is_ephemeral: true });
  return ts;
}

/** A line that Slackbot shows to this person alone; it is gone when the page is opened again, as in Slack. */
export function putSlackbot(channel, thread_ts, text) {
  const ts = (Date.now() / 1000).toFixed(6);
  put(channel, { ts, thread_ts: thread_ts ?? undefined, text, user: "USLACKBOT", is_ephemeral: true, is_local: true });
  tell("message", { channel, ts, isNew: true });
}

/** Puts a private message away for good. */
export function dismiss(channel, ts) {
  dismissed.add(ts);
  localStorage.setItem(`dismissed ${me}`, JSON.stringify([...dismissed].slice(-MOST_DISMISSED)));
  gone(channel, ts);
}

/** Older messages of a channel, as GET /sandbox/history gives them. */
export function putOlder(channel, { messages: page, has_more: hasMore }) {
  const known = messagesOf(channel);
  const all = new Map([...page, ...known].map((item) => [item.ts, item]));
  messages.set(channel, new Map([...all].sort(([a], [b]) => a - b)));
  for (const item of page) put(channel, item);
  if (!hasMore) older.delete(channel);
}

function remove(channel, ts) {
  const item = message(channel, ts);
  if (!item) return;
  messages.get(channel).delete(ts);
  if (isReply(item)) replies.get(key(channel, item.thread_ts))?.delete(ts);
}

// One line of /sandbox/live each.
const CHANGES = {
  message: ({ channel, message: item }) => placed(channel, item),
  message_changed: ({ channel, message: item }) => {
    if (message(channel, item.ts) || !hasOlder(channel)) placed(channel, item); // else it comes with its page, as it is then
  },
  reaction: ({ channel, ts, reactions }) => {
    if (message(channel, ts)) placed(channel, { ...message(channel, ts), reactions });
  },
  message_deleted: ({ channel, ts }) => gone(channel, ts),
  pins: ({ channel, pins: list }) => {
    const before = pinsOf(channel);
    pins.set(channel, list);
    for (const { ts } of [...before, ...list]) if (message(channel, ts)) tell("message", { channel, ts });
    tell("pins", channel);
  },
  ephemeral: ({ ephemeral }) =>
    tell("message", { channel: ephemeral.channel, ts: putEphemeral(ephemeral), isNew: true }),
  ephemeral_changed: ({ ephemeral }) => tell("message", { channel: ephemeral.channel, ts: putEphemeral(ephemeral) }),
  ephemeral_deleted: ({ channel, ts }) => gone(channel, ts),
  view: (change) => {
    views = change.views ?? [];
    tell("views");
  },
  home: (change) => {
    home = change.view ?? null;
    tell("home");
  },
  prompts: (change) => {
    prompts = change;
    tell("prompts");
  },
  status: (change) => {
    const { channel, thread_ts } = change;
    if (change.status) statuses.set(key(channel, thread_ts), change);
    else statuses.delete(key(channel, thread_ts));
    tell("status", { channel, ts: thread_ts });
  },
  channel: ({ channel }) => {
    if (channel.is_private && !channel.members.includes(me)) channels.delete(channel.id);
    else channels.set(channel.id, channel);
    tell("channels");
  },
  user: ({ user }) => {
    users.set(user.id, user);
    tell("people");
  },
  user_groups: (change) => {
    groups.clear();
    for (const group of change.user_groups) groups.set(group.id, group.handle);
  },
  connected: (change) => {
    connected = change.connected;
    tell("connected");
  },
  notice: ({ text }) => tell("told", text),
};

/** Applies one live change; answers false when only the whole state can tell, such as for the first message of a new conversation. */
export function apply(change) {
  if (!(change.type in CHANGES) || (change.message && !channels.has(change.channel))) return false;
  CHANGES[change.type](change);
  return true;
}

function placed(channel, item) {
  const isNew = !message(channel, item.ts);
  put(channel, item);
  tell("message", { channel, ts: item.ts, isNew });
}

function gone(channel, ts) {
  const item = message(channel, ts);
  if (item && repliesOf(channel, ts).length)
    return placed(channel, { ts, thread_ts: ts, user: "USLACKBOT", text: "This message was deleted." });
  remove(channel, ts);
  if (item) tell("gone", { channel, ts, thread_ts: item.thread_ts });
  return undefined;
}

// --- Writing ---

/** A message's text as its author typed it: names instead of ids. */
export function typedText(text = "") {
  return text
    .replace(/<@(\w+)(\|[^>]*)?>/g, (_, id) => `@${person(id).handle}`)
    .replace(/<#(\w+)(\|[^>]*)?>/g, (_, id) => `#${channels.get(id)?.name ?? id}`)
    .replace(/<(https?:[^|>]+)(\|[^>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
