// The line to the sandbox: what changes comes in, and after any gap the whole state is fetched again.
import * as store from "./store.js";

const RETRY_SECONDS = 2;
const NEWEST = 60; // messages of each channel to start with; older ones come as somebody scrolls up
const PAGE = 200;
const MANY = 1000; // at a time, on the way to one that is far back
let source = null;
let fetching = null;

/** Opens this window as `user`: state first, then every change. */
export function open(user) {
  source?.close();
  store.become(user);
  source = new EventSource(`/sandbox/live?user=${encodeURIComponent(user)}`);
  source.onopen = fetchState; // also after each reconnect
  source.onerror = () => {
    store.tell("contact", false);
    if (source.readyState === EventSource.CLOSED) refused(user); // otherwise it tries again by itself
  };
  source.onmessage = (event) => receive(JSON.parse(event.data));
}

async function refused(user) {
  const answer = await fetchState();
  if (answer?.error === "user_not_found") store.tell("nobody");
  else
    setTimeout(() => {
      if (user === store.me) open(user);
    }, RETRY_SECONDS * 1000);
}

async function receive(change) {
  if (fetching) await fetching; // a change during the fetch may be newer than the state that comes back
  if (!store.apply(change)) fetchState();
}

/** The whole state, anew. */
export function fetchState() {
  fetching = (async () => {
    try {
      const answer = await fetch(`/sandbox/state?user=${encodeURIComponent(store.me)}&newest=${NEWEST}`);
      const state = await answer.json();
      if (state.ok) {
        store.load(state);
        store.tell("contact", true);
      }
      return state;
    } catch {
      store.tell("contact", false);
      return null;
    } finally {
      fetching = null;
    }
  })();
  return fetching;
}

/** A page of a channel's older messages into the store, or all back to `until`; true when there were some. */
export async function fetchOlder(channel, until = null) {
  const user = store.me;
  let came = false;
  while (store.hasOlder(channel)) {
    if (fetching) await fetching;
    const { loads } = store;
    const before = store.timelineOf(channel)[0]?.ts ?? "";
    const query = new URLSearchParams({ user, channel, before, count: until ? MANY : PAGE });
    const answer = await fetch(`/sandbox/history?${query}`)
      .then((response) => response.json())
      .catch(() => ({}));
    if (!answer.ok || user !== store.me) return came;
    if (loads !== store.loads) continue; // a page of the past before last would leave a gap
    store.putOlder(channel, answer);
    came = true;
    if (!until || store.message(channel, until)) return came;
  }
  return came;
}
