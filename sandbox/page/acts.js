// What the person at this window does, and plain words when it doesn't work out.
import * as store from "./store.js";

let last = Promise.resolve();

/** Does one act as the current person; a failure is told in words and answered as {ok: false}. */
export async function act(what, fields = {}) {
  const sent = { do: what, user: store.me, ...fields };
  let answer;
  try {
    const response = await fetch("/sandbox/act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(sent),
    });
    answer = await response.json();
  } catch {
    answer = { ok: false, error: "no_contact" };
  }
  if (!answer.ok) store.tell("notice", inWords(answer.error, sent));
  return answer;
}

/** The same, but one after the other: what was typed in a modal arrives before the button that was pressed after it. */
export function actInTurn(what, fields) {
  last = last.then(() => act(what, fields));
  return last;
}

const WORDS = {
  no_contact: () => "The sandbox can't be reached. Is it still running?",
  operation_timeout: () => `${store.bot.name} did not answer within 3 seconds`,
  app_not_connected: () => `${store.bot.name} isn't connected, so nobody is there to answer`,
  not_connected: () => `${store.bot.name} isn't connected, so nobody is there to answer`,
  no_app_connected: () => `${store.bot.name} isn't connected, so nobody is there to answer`,
  unknown_command: ({ text }) => `${text.split(/\s/)[0]} is not a command here. Type / to see which there are`,
  action_not_found: () => "That button is no longer there",
  not_in_channel: () => "You aren't a member of this channel",
  channel_not_found: () => "There is no such channel",
  message_not_found: () => "That message is no longer there",
  view_not_found: () => "That window was already closed",
  cant_update_message: () => "Only your own messages can be edited",
  cant_delete_message: () => "Only your own messages can be deleted",
  msg_too_long: () => "That is too long for one message",
};

const inWords = (error, sent) => `${WORDS[error]?.(sent) ?? "That didn't work"} (${error})`;
