// What can be done with a message: react, reply, edit, delete, and the app's message shortcuts.
import { act } from "./acts.js";
import { confirmed } from "./confirm.js";
import { h, icon } from "./dom.js";
import { COMMON, EMOJI } from "./emoji.js";
import { copy, showJson } from "./json.js";
import { moveFocus, openMenu } from "./popup.js";
import * as store from "./store.js";

const AT_ONCE = ["white_check_mark", "eyes", "raised_hands"]; // reactions that need one press

/** The toolbar of a message list: it stands on one message at a time. */
export function toolbar(list) {
  const message = () => bar.closest(".message");
  const button = (name, drawing, onclick, props = {}) =>
    h("button.tool", { "aria-label": name, title: name, onclick, ...props }, icon(drawing));
  const bar = h(
    "div.tools",
    { role: "toolbar", "aria-label": "Message actions", onkeydown: (event) => moveFocus(event, [...bar.children]) },
    ...AT_ONCE.map((name) =>
      h(
        "button.tool.quick.hide-ephemeral",
        {
          "aria-label": `React with ${name.replaceAll("_", " ")}`,
          title: `:${name}:`,
          onclick: () => {
            const { item } = message();
            const mine = item.reactions?.some((one) => one.name === name && one.users.includes(store.me));
            react(list.channel, item.ts, name, mine);
          },
        },
        EMOJI[name],
      ),
    ),
    button(
      "Add reaction",
      "smile",
      (event) => {
        const { ts } = message().dataset;
        openEmojiMenu(event.currentTarget, (name) => react(list.channel, ts, name));
      },
      { "data-testid": "react", class: "tool hide-ephemeral" },
    ),
    list.openThread
      ? button("Reply in thread", "reply", () => list.openThread(message().dataset.ts), {
          "data-testid": "reply",
          class: "tool hide-ephemeral",
        })
      : null,
    button(
      "More actions",
      "more",
      (event) => openMenu(event.currentTarget, "Message actions", actionsOn(message(), list), { alignEnd: true }),
      { "data-testid": "message-menu", "aria-haspopup": "menu" },
    ),
  );
  return bar;
}

function actionsOn(node, list) {
  const { item } = node;
  const where = { channel: list.channel, message_ts: item.ts };
  const isPinned = Boolean(store.pinOf(list.channel, item.ts));
  const shortcuts = item.is_ephemeral ? [] : store.shortcuts.filter((shortcut) => shortcut.type === "message");
  return [
    ...shortcuts.map((shortcut) => ({
      label: shortcut.name,
      hint: shortcut.description,
      picture: icon("bolt"),
      data: { "data-callback-id": shortcut.callback_id },
      onpick: () => act("shortcut", { callback_id: shortcut.callback_id, ...where }),
    })),
    ...(item.is_local
      ? []
      : [
          ...(item.is_ephemeral
            ? []
            : [
                {
                  label: isPinned ? "Unpin from channel" : "Pin to channel",
                  picture: icon("pin"),
                  data: { "data-testid": "pin" },
                  onpick: () => act("pin", { ...where, ...(isPinned ? { remove: true } : {}) }),
                },
                {
                  label: "Mark unread from here",
                  picture: icon("eye"),
                  data: { "data-testid": "mark-unread" },
                  onpick: () => list.markUnread(item.ts),
                },
                { label: "Copy link", picture: icon("link"), onpick: () => copy(linkTo(item, list.channel)) },
              ]),
          {
            label: "View blocks",
            hint: "As JSON, to copy",
            picture: icon("code"),
            data: { "data-testid": "view-blocks" },
            onpick: () => showJson("Message as JSON", item),
          },
        ]),
    { label: "Copy text", picture: icon("copy"), onpick: () => copy(store.typedText(item.text)) },
    ...(store.isMine(item) && !item.is_ephemeral
      ? [
          {
            label: "Edit message",
            picture: icon("edit"),
            data: { "data-testid": "edit" },
            onpick: () => edit(node, list.channel),
          },
          {
            label: "Delete message",
            picture: icon("trash"),
            danger: true,
            data: { "data-testid": "delete" },
            onpick: () => remove(item, list.channel),
          },
        ]
      : []),
  ];
}

/** The address of a message in this page. */
export const linkTo = (item, channel) =>
  `${location.origin}/#${channel}/${store.isReply(item) ? item.thread_ts : ""}/${item.ts}`;

export function edit(node, channel) {
  const { item } = node;
  if (node.querySelector(".edit")) return;
  const body = node.querySelector(".body");
  const field = h("textarea.field-text", {
    rows: "3",
    "aria-label": "Edit message",
    onkeydown: (event) => {
      if (event.key === "Escape") done();
      else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  field.value = store.typedText(item.text);
  const done = () => {
    form.remove();
    body.hidden = false;
    node.focus();
  };
  const save = async () => {
    const answer = await act("edit", { channel, message_ts: item.ts, text: field.value });
    if (answer.ok) done();
  };
  const form = h(
    "div.edit",
    field,
    h(
      "div.edit-foot",
      h("button.button", { onclick: done }, "Cancel"),
      h("button.button.primary", { onclick: save }, "Save"),
    ),
  );
  body.hidden = true;
  body.after(form);
  field.focus();
}

async function remove(item, channel) {
  const agreed = await confirmed({
    title: { type: "plain_text", text: "Delete message" },
    text: { type: "plain_text", text: "This can't be undone." },
    confirm: { type: "plain_text", text: "Delete" },
    style: "danger",
  });
  if (agreed) act("delete", { channel, message_ts: item.ts });
}

export const react = (channel, ts, emoji, remove = false) =>
  act("react", { channel, message_ts: ts, emoji, ...(remove ? { remove: true } : {}) });

export function openEmojiMenu(anchor, onpick) {
  openMenu(
    anchor,
    "Emoji",
    COMMON.map((name) => ({
      label: EMOJI[name],
      title: `:${name}:`,
      data: { "data-emoji": name, "aria-label": name.replaceAll("_", " ") },
      onpick: () => onpick(name),
    })),
    { grid: true, alignEnd: true, preferAbove: true },
  );
}
