// A bot made with Slack's own library for JavaScript: it knows nothing of Patchbay.

import bolt from "@slack/bolt";

const app = new bolt.App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const plain = (text) => ({ type: "plain_text", text });
const press = { type: "button", action_id: "press", text: plain("Press"), value: "7" };
const asked = {
  type: "input",
  block_id: "name",
  label: plain("Name"),
  element: { type: "plain_text_input", action_id: "typed" },
};
const form = {
  type: "modal",
  callback_id: "form",
  title: plain("Who?"),
  submit: plain("Send"),
  blocks: [asked],
};

app.command("/foreign", async ({ command, ack, say, respond, client }) => {
  await ack();
  if (command.text === "form")
    await client.views.open({ trigger_id: command.trigger_id, view: form });
  else if (command.text === "whisper") await respond({ text: "psst", response_type: "ephemeral" });
  else
    await say({
      text: `You said ${command.text}`,
      blocks: [{ type: "actions", elements: [press] }],
    });
});

app.action("press", async ({ ack, action, respond, body }) => {
  await ack();
  await respond({
    replace_original: true,
    text: `${body.user.name} pressed ${action.value}`,
    blocks: [],
  });
});

app.view("form", async ({ ack, view, body, client }) => {
  const name = view.state.values.name.typed.value;
  if (name === "nobody") return ack({ response_action: "errors", errors: { name: "Not you." } });
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `Hello ${name}` });
});

app.event("app_home_opened", async ({ event, client }) => {
  const blocks = [{ type: "section", text: plain("At home") }];
  await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
});

app.message("ping", async ({ message, client }) => {
  await client.chat.postMessage({ channel: message.channel, thread_ts: message.ts, text: "pong" });
});

await app.start();
