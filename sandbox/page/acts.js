// What the person at this window does, and plain words when it doesn't work out.
import * as store from "./store.js";

let last = Promise.resolve();

/** Does one act as the current person; a failure is told in words and answered as {ok: false}. */
export async function act(what, fields = {}) {
  const sent = { do: what, user: store.me, follow: false, ...fields };
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
  if (!answer.ok && !isToldBySlack(what, answer.error)) store.tell("notice", inWords(answer.error));
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
  dispatch_failed: () => `${store.bot.name} isn't connected, so nobody is there to answer`,
  action_not_found: () => "That button is no longer there",
  not_in_channel: () => "You aren't a member of this channel",
  channel_not_found: () => "There is no such channel",
  message_not_found: () => "That message is no longer there",
  view_not_found: () => "That window was already closed",
  already_reacted: () => "You already reacted with this one",
  cant_update_message: () => "Only your own messages can be edited",
  cant_delete_message: () => "Only your own messages can be deleted",
  msg_too_long: () => "That is too long for one message",
};

const inWords = (error) => `${WORDS[error]?.() ?? "That didn't work"} (${error})`;

// A modal tells of its own submission. Of a command that failed the sandbox itself tells the person, as Slack does; see `explained`.
const isToldBySlack = (what, error) =>
  what === "submit" ||
  (what === "command" && ["unknown_command", "operation_timeout", "dispatch_failed"].includes(error));

/** Slack's words about a command that failed, with what they mean. */
export function explained(text) {
  if (/ is not a valid command\.$/.test(text))
    return `${text} In Slack, all messages that start with the “/” character are taken as commands. To send a message that starts with one, put a space before it.`;
  const error = Object.keys(WORDS).find((code) => text.includes(code));
  return error ? `${text} ${WORDS[error]()}.` : text;
}
