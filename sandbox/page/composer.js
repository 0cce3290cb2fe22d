// Where messages are written: Enter sends, "/" offers commands, "@" people.
import { act } from "./acts.js";
import { avatar, h, icon } from "./dom.js";
import { Choices, openMenu } from "./popup.js";
import * as store from "./store.js";
import { openEmojiMenu } from "./tools.js";

const MOST_OFFERED = 8;
const drafts = new Map(); // "user channel thread" -> text

export class Composer {
  constructor(testid) {
    this.field = h("textarea", {
      rows: "1",
      "data-testid": testid,
      autocomplete: "off",
      dir: "auto",
      oninput: () => this.changed(),
      onkeydown: (event) => this.key(event),
      onclick: () => this.offer(),
    });
    this.hint = h("div.hint", { role: "status", "data-testid": "command-hint" });
    this.choices = new Choices(this.field, "Suggestions", (option) => this.complete(option), { preferAbove: true });
    this.sendButton = tool("Send message", "send", () => this.send(), {
      class: "tool send",
      "data-testid": `${testid}-send`,
    });
    this.shortcutsButton = tool("Shortcuts", "plus", (event) => openShortcuts(event.currentTarget), {
      "data-testid": "shortcuts",
      "aria-haspopup": "menu",
    });
    this.node = h(
      "div.composer",
      this.hint,
      h(
        "div.composer-box",
        this.field,
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
    Object.assign(this, { channel, threadTs, draft: `${store.me} ${channel} ${threadTs ?? ""}` });
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.field.value = drafts.get(this.draft) ?? "";
    this.shortcutsButton.hidden = !store.shortcuts.some((shortcut) => shortcut.type === "global");
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
    drafts.set(this.draft, this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.sendButton.disabled = !this.field.value.trim();
    const command = store.commands.find((one) => this.field.value.startsWith(`${one.command} `));
    this.hint.replaceChildren(
      ...(command
        ? [h("code", `${command.command} ${command.usage_hint ?? ""}`), ` ${command.description ?? ""}`]
        : []),
    );
    if (!quietly) this.offer();
  }

  // What is being written left of the cursor: a command at the very start, or a name after "@".
  offer() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const [, slash] = before.match(/^(\/\S*)$/) ?? [];
    const [, name] = before.match(/(?:^|[\s(])@([\p{L}\p{N}._-]{0,30})$/u) ?? [];
    if (slash !== undefined && !this.threadTs) this.choices.show(commandsLike(slash));
    else if (name !== undefined) this.choices.show(peopleLike(name, this.channel));
    else this.choices.hide();
  }

  complete({ insert }) {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.field.setRangeText(insert, before.search(/[@/][^\s@/]*$/), this.field.selectionStart, "end");
    this.changed();
  }

  key(event) {
    if (this.choices.key(event) || event.isComposing) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { channel, threadTs } = this;
    const isCommand = text.startsWith("/") && !text.startsWith("//");
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
      : await act("message", { channel, text, ...(threadTs ? { thread_ts: threadTs } : {}) });
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

function commandsLike(start) {
  return store.commands
    .filter(({ command }) => command.startsWith(start.toLowerCase()))
    .map((one) => ({
      id: one.command,
      insert: `${one.command} `,
      data: { "data-command": one.command },
      picture: avatar({ ...store.person(store.bot.user_id), is_bot: true }, "small"),
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

function openShortcuts(anchor) {
  openMenu(
    anchor,
    "Shortcuts",
    store.shortcuts
      .filter((shortcut) => shortcut.type === "global")
      .map((shortcut) => ({
        label: shortcut.name,
        hint: shortcut.description,
        picture: icon("bolt"),
        data: { "data-callback-id": shortcut.callback_id },
        onpick: () => act("shortcut", { callback_id: shortcut.callback_id }),
      })),
    { preferAbove: true },
  );
}
