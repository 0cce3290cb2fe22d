// The line to the sandbox: what changes comes in, and after any gap the whole state is fetched again.
import * as store from "./store.js";

let source = null;
let fetching = null;

/** Opens this window as `user`: state first, then every change. */
export async function open(user) {
  source?.close();
  store.become(user);
  source = new EventSource(`/sandbox/live?user=${encodeURIComponent(user)}`);
  source.onopen = fetchState; // also after each reconnect
  source.onerror = () => store.tell("contact", false);
  source.onmessage = (event) => receive(JSON.parse(event.data));
}

async function receive(change) {
  if (fetching) await fetching; // a change during the fetch may be newer than the state that comes back
  if (!store.apply(change)) fetchState();
}

function fetchState() {
  fetching = (async () => {
    try {
      const answer = await fetch(`/sandbox/state?user=${encodeURIComponent(store.me)}`);
      const state = await answer.json();
      if (!state.ok) throw new Error(state.error);
      store.load(state);
      store.tell("contact", true);
    } catch {
      store.tell("contact", false);
    } finally {
      fetching = null;
    }
  })();
  return fetching;
}
