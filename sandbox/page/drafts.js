// What somebody began to write and has not sent: kept for each person, channel and thread, also when the page is closed.
import * as store from "./store.js";

const key = (channel, thread) => `draft ${store.me} ${channel} ${thread ?? ""}`;

export const draftOf = (channel, thread) => localStorage.getItem(key(channel, thread)) ?? "";
export const hasDraft = (channel) => Boolean(draftOf(channel).trim());

export function keepDraft(channel, thread, text) {
  const had = hasDraft(channel);
  if (text) localStorage.setItem(key(channel, thread), text);
  else localStorage.removeItem(key(channel, thread));
  if (had !== hasDraft(channel)) store.tell("channels");
}
