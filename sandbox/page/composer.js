// Where messages are written: Enter sends, "/" offers commands, "@" people, "#" channels, ":" emoji.
import { act } from "./acts.js";
import { avatar, h, icon } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { EMOJI } from "./emoji.js";
import { Choices, openMenu } from "./popup.js";
import * as store from "./store.js";
import { openEmojiMenu } from "./tools.js";

const MOST_OFFERED = 8;
const MAX_FILE_BYTES = 2_900_000;
// Slack's own, which every workspace has.
const BUILT_IN = [
  { command: "/invite", usage_hint: "@someone", description: "Add somebody to this channel" },
  { command: "/remove", usage_hint: "@someone", description: "Take somebody out of this channel" },
];

export class Composer {
  /** `editLast()` opens the newest own message for editing, for the arrow up in an empty field. */
  constructor(testid, { editLast }) {
    this.editLast = editLast;
    this.field = h("textarea", {
      rows: "1",
      disabled: true, // until there is a place to write in
      "data-testid": testid,
      autocomplete: "off",
      dir: "auto",
      oninput: () => this.changed(),
      onkeydown: (event) => this.key(event),
      onclick: () => this.offer(),
      onpaste: (event) => this.takeFiles(event, event.clipboardData.files),
    });
    this.hint = h("div.hint", { role: "status", "data-testid": "command-hint" });
    this.choices = new Choices(this.field, "Suggestions", (option) => this.complete(option), { preferAbove: true });
    this.sendButton = tool("Send message", "send", () => this.send(), {
      class: "tool send",
      "data-testid": `${testid}-send`,
    });
    this.shortcutsButton = tool("Shortcuts and files", "plus", (event) => this.openShortcuts(event.currentTarget), {
      "data-testid": "shortcuts",
      "aria-haspopup": "menu",
    });
    this.picker = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "data-testid": "upload",
      "aria-label": "File to upload",
      onchange: () => this.upload([...this.picker.files]),
    });
    this.alsoBox = h("input", { type: "checkbox", "data-testid": "to-channel" });
    this.also = h("label.also", this.alsoBox, h("span"));
    this.node = h(
      "div.composer",
      {
        ondragover: (event) => event.preventDefault(),
        ondrop: (event) => this.takeFiles(event, event.dataTransfer.files),
      },
      this.hint,
      h(
        "div.composer-box",
        this.field,
        this.also,
        this.picker,
        h(
          "div.composer-foot",
          this.shortcutsButton,
          tool("Mention someone", "at", () => this.insert("@")),
          tool("Emoji", "smile", (event) => openEmojiMenu(event.currentTarget, (name) => this.insert(`:${name}: `))),
          h("span.keys", h("kbd", "Shift"), "+", h("kbd", "Enter"), " for a new line"),
          this.sendButton,
        ),
      ),
    );
  }

  show(channel, threadTs, placeholder) {
    const draft = draftOf(channel, threadTs);
    const goesOn = channel === this.channel && threadTs === this.threadTs && draft === this.field.value;
    Object.assign(this, { channel, threadTs });
    this.field.disabled = false;
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    const place = store.channels.get(channel);
    this.also.hidden = !threadTs || !place;
    this.also.lastChild.textContent = `Also send ${place && store.isConversation(place) ? "to the conversation" : `to #${place?.name}`}`;
    if (goesOn) return; // what is being written, and what is offered for it, stays
    this.field.value = draft;
    this.alsoBox.checked = false;
    this.choices.hide();
    this.changed({ quietly: true });
  }

  focus() {
    this.field.focus();
  }

  insert(text) {
    this.field.focus();
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.changed();
  }

  fill(text) {
    this.field.value = text;
    this.field.focus();
    this.changed({ quietly: true });
  }

  changed({ quietly = false } = {}) {
    keepDraft(this.channel, this.threadTs, this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.sendButton.disabled = !this.field.value.trim();
    const command = allCommands().find((one) => this.field.value.startsWith(`${one.command} `));
    this.hint.replaceChildren(
      ...(command
        ? [h("code", `${command.command} ${command.usage_hint ?? ""}`), ` ${command.description ?? ""}`]
        : []),
    );
    if (!quietly) this.offer();
  }

  // What is being written left of the cursor: a command at the very start, or a name after "@", "#" or ":".
  offer() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const [, slash] = before.match(/^(\/\S*)$/) ?? [];
    const [, sign, name] = before.match(/(?:^|[\s(])([@#:])([\p{L}\p{N}+._-]{0,30})$/u) ?? [];
    if (slash !== undefined && !this.threadTs) this.choices.show(commandsLike(slash));
    else if (sign === "@") this.choices.show(peopleLike(name, this.channel));
    else if (sign === "#") this.choices.show(channelsLike(name));
    else if (sign === ":" && name.length > 1) this.choices.show(emojiLike(name));
    else this.choices.hide();
  }

  complete({ insert }) {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.field.setRangeText(insert, before.search(/[@#:/][^\s@#:/]*$/), this.field.selectionStart, "end");
    this.changed();
  }

  key(event) {
    if (this.choices.key(event) || event.isComposing) return;
    if (event.key === "ArrowUp" && !this.field.value && this.editLast()) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }

  openShortcuts(anchor) {
    const shortcuts = store.shortcuts
      .filter((shortcut) => shortcut.type === "global")
      .map((shortcut) => ({
        label: shortcut.name,
        hint: shortcut.description,
        picture: icon("bolt"),
        data: { "data-callback-id": shortcut.callback_id },
        onpick: () => act("shortcut", { callback_id: shortcut.callback_id }),
      }));
    const file = { label: "Upload a file", picture: icon("clip"), onpick: () => this.picker.click() };
    openMenu(anchor, "Shortcuts and files", [...shortcuts, file], { preferAbove: true });
  }

  takeFiles(event, files) {
    if (!files.length) return;
    event.preventDefault();
    this.upload([...files]);
  }

  async upload(chosen) {
    this.picker.value = "";
    const { channel, threadTs } = this;
    for (const file of chosen) {
      if (file.size > MAX_FILE_BYTES) {
        store.tell("notice", `${file.name} is too large: the sandbox takes files up to 3 MB.`);
        continue;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      const text = this.field.value.trim();
      const answer = await act("upload", {
        channel,
        name: file.name,
        base64,
        ...(text ? { text } : {}),
        ...(threadTs ? { thread_ts: threadTs } : {}),
      });
      if (answer.ok && text) this.fill("");
    }
  }

  async send() {
    const written = this.field.value;
    const text = written.trim();
    if (!text) return;
    const { channel, threadTs } = this;
    const isCommand = /^\/[^/]/.test(written); // with a space before it, it is a message
    if (isCommand && threadTs) {
      store.tell(
        "notice",
        `Commands such as ${text.split(/\s/)[0]} don't work in threads, in Slack neither. Use it in the channel.`,
      );
      return;
    }
    this.fill("");
    const answer = isCommand
      ? await act("command", { channel, text })
      : await act("message", {
          channel,
          text,
          ...(threadTs ? { thread_ts: threadTs } : {}),
          ...(threadTs && this.alsoBox.checked ? { reply_broadcast: true } : {}),
        });
    this.alsoBox.checked = false;
    // What didn't arrive comes back; a command that timed out did arrive.
    if (
      !answer.ok &&
      answer.error !== "operation_timeout" &&
      !this.field.value &&
      this.channel === channel &&
      this.threadTs === threadTs
    )
      this.fill(text);
  }
}

const tool = (label, drawing, onclick, props = {}) =>
  h("button.tool", { "aria-label": label, title: label, onclick, ...props }, icon(drawing));

const allCommands = () => [...store.commands, ...BUILT_IN];

function commandsLike(start) {
  return allCommands()
    .filter(({ command }) => command.startsWith(start.toLowerCase()))
    .map((one) => ({
      id: one.command,
      insert: `${one.command} `,
      data: { "data-command": one.command },
      picture: BUILT_IN.includes(one)
        ? icon("bolt")
        : avatar({ ...store.person(store.bot.user_id), is_bot: true }, "small"),
      label: `${one.command} ${one.usage_hint ?? ""}`,
      hint: one.description,
    }));
}

function peopleLike(start, channel) {
  const wanted = start.toLowerCase();
  const members = store.channels.get(channel)?.members ?? [];
  const app = store.person(store.bot.user_id);
  const everyone = [
    { ...app, id: store.bot.user_id, is_bot: true },
    ...[...store.users.keys()].filter((id) => id !== store.bot.user_id).map((id) => store.person(id)),
  ];
  return everyone
    .filter(
      (who) =>
        !who.deleted &&
        [who.name, who.handle, ...who.name.split(" ")].some((name) => name?.toLowerCase().startsWith(wanted)),
    )
    .sort((a, b) => Number(members.includes(b.id)) - Number(members.includes(a.id)))
    .slice(0, MOST_OFFERED)
    .map((who) => ({
      id: who.id,
      insert: `@${who.handle} `,
      data: { "data-user": who.id },
      picture: avatar(who, "small"),
      label: who.name,
      hint: store.title(who),
    }));
}

function channelsLike(start) {
  return [...store.channels.values()]
    .filter(
      (channel) => !store.isConversation(channel) && !channel.is_archived && channel.name.includes(start.toLowerCase()),
    )
    .sort((a, b) => b.name.startsWith(start) - a.name.startsWith(start) || a.name.localeCompare(b.name))
    .slice(0, MOST_OFFERED)
    .map((channel) => ({
      id: channel.id,
      insert: `#${channel.name} `,
      data: { "data-channel-name": channel.name },
      picture: icon(channel.is_private ? "lock" : "hash"),
      label: channel.name,
    }));
}

function emojiLike(start) {
  return Object.keys(EMOJI)
    .filter((name) => name.includes(start.toLowerCase()))
    .sort((a, b) => b.startsWith(start) - a.startsWith(start))
    .slice(0, MOST_OFFERED)
    .map((name) => ({
      id: name,
      insert: `:${name}: `,
      data: { "data-emoji": name },
      picture: EMOJI[name],
      label: `:${name}:`,
    }));
}
