// A Bolt app as anybody would write it: only SLACK_API_URL makes it speak to the sandbox.
import bolt from "@slack/bolt";

const { App, LogLevel } = bolt;
const app = new App({
  token: "xoxb-test",
  appToken: "xapp-test",
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
const plain = (text) => ({ type: "plain_text", text });
const form = (metadata) => ({
  type: "modal",
  callback_id: "form",
  private_metadata: metadata,
  title: plain("Form"),
  submit: plain("Send"),
  blocks: [
    {
      type: "input",
      block_id: "why",
      label: plain("Why?"),
      element: { type: "plain_text_input", action_id: "words" },
    },
  ],
});
const button = { type: "button", action_id: "open", text: plain("Open"), value: "7" };

app.command("/ask", async ({ ack, command, respond }) => {
  await ack(`Looking for ${command.text}`);
  await respond({ text: `Found ${command.text}`, replace_original: true });
});

app.event("app_mention", async ({ event, say }) => {
  await say({ text: "Here.", thread_ts: event.ts, blocks: [{ type: "actions", elements: [button] }] });
});

app.action("open", async ({ ack, body, action, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form(action.value) });
});

app.shortcut("ask_guides", async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form("shortcut") });
});

app.view("form", async ({ ack, view, body, client }) => {
  const words = view.state.values.why.words.value;
  if (words === "bad") return await ack({ response_action: "errors", errors: { why: "Not this" } });
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `${view.private_metadata}: ${words}` });
});

// A direct message is answered as a stream, word by word.
app.message(async ({ message, client, context }) => {
  if (message.channel_type !== "im" || message.subtype || message.bot_id) return;
  const { channel, ts, user } = message;
  const stream = client.chatStream({
    channel,
    thread_ts: ts,
    recipient_user_id: user,
    recipient_team_id: context.teamId,
    buffer_size: 8,
  });
  for (const word of ["You ", "said: ", `**${message.text}**`]) await stream.append({ markdown_text: word });
  await stream.stop();
});

await app.start();
