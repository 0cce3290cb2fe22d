// Selects: one field that filters what is offered, as in Slack; with several to choose, each becomes a chip before it.
import { act } from "./acts.js";
import { avatar, h, icon } from "./dom.js";
import { Entry, focusFirst, target } from "./entering.js";
import { plain } from "./mrkdwn.js";
import { Choices } from "./popup.js";
import * as store from "./store.js";

const TYPING_PAUSE = 200; // milliseconds without a key before an app is asked for options

// Each kind of select: what can be chosen, where the app says what is chosen at first, and the item for a value of the state.
// An item is {value, label, raw} with hint, group or picture; `raw` is what Slack's state has: an option, or an id.
const KINDS = {
  static: { offered: (el) => optionItems(el), initial: "initial_option", item: optionItem },
  external: { initial: "initial_option", item: optionItem },
  users: {
    offered: () => [...store.users.values()].filter(isPerson).map(userItem),
    initial: "initial_user",
    item: idItem,
  },
  conversations: { offered: conversationItems, initial: "initial_conversation", item: idItem },
  channels: {
    offered: () => conversationItems({ filter: { include: ["public"] } }),
    initial: "initial_channel",
    item: idItem,
  },
};

const isPerson = (user) => !user.is_bot && !user.deleted;

function optionItem(option, group) {
  const hint = option.description && plain(option.description.text);
  return { value: option.value, label: plain(option.text.text), hint, group, raw: option };
}

const optionItems = ({ options, option_groups: groups }) => [
  ...(options ?? []).map((option) => optionItem(option)),
  ...(groups ?? []).flatMap((group) => group.options.map((option) => optionItem(option, plain(group.label.text)))),
];

const userItem = (user) => {
  const person = store.person(user.id);
  return { value: user.id, label: person.name, hint: store.title(user), picture: avatar(person, "tiny"), raw: user.id };
};

const conversationItem = (channel) => ({
  value: channel.id,
  label: nameOf(channel),
  picture: channel.is_private && !channel.is_im ? icon("lock") : null,
  raw: channel.id,
});

function nameOf(channel) {
  const others = [channel.user, ...(channel.members ?? [])].filter((id) => id && id !== store.me);
  return channel.is_im || channel.is_mpim
    ? [...new Set(others)].map((id) => store.person(id).name).join(", ")
    : `${channel.is_private ? "" : "#"}${channel.name}`;
}

const kindOf = (channel) =>
  channel.is_im ? "im" : channel.is_mpim ? "mpim" : channel.is_private ? "private" : "public";

function conversationItems({ filter = {} }) {
  const isWithBot = (channel) =>
    channel.is_im && store.person(channel.user === store.me ? store.bot.user_id : channel.user).is_bot;
  return [...store.channels.values()]
    .filter((channel) => !channel.is_archived && (filter.include ?? [kindOf(channel)]).includes(kindOf(channel)))
    .filter((channel) => !(filter.exclude_bot_users && isWithBot(channel)))
    .filter((channel) => !(filter.exclude_external_shared_channels && channel.is_ext_shared))
    .map(conversationItem);
}

function idItem(id) {
  const channel = store.channels.get(id);
  if (channel) return conversationItem(channel);
  const user = store.users.get(id);
  return user ? userItem(user) : { value: id, label: id, raw: id };
}

/** The channel behind what is open, for selects that start with it. */
const currentChannel = () => {
  const [id] = location.hash.slice(1).split("/");
  return store.channels.has(id) ? id : id === "messages" ? (store.dm()?.id ?? null) : null;
};

export function select(el, block, place) {
  const many = el.type.startsWith("multi_");
  return new Picker(el, block, place, KINDS[el.type.replace("multi_", "").replace("_select", "")], many).node;
}

class Picker {
  constructor(el, block, place, kind, many) {
    Object.assign(this, { el, many, kind, block, place, wanted: "", asked: 0 });
    this.name = plain(el.placeholder?.text) || (many ? "Choose some" : "Choose one");
    this.entry = new Entry(el, block, place, this.initial());
    const { value } = this.entry;
    if (
      el.default_to_current_conversation &&
      block.type === "input" &&
      value?.length &&
      place.held?.(block, el) === undefined
    )
      this.entry.enter(value, { dispatch: false }); // the app finds it in the state from the start
    this.most = many ? (el.max_selected_items ?? Infinity) : 1;
    this.field = h("input", {
      type: "text",
      "data-action-id": el.action_id,
      "data-control": true,
      "aria-label": block.type === "input" ? null : this.name,
      placeholder: this.name,
      autocomplete: "off",
      ...focusFirst(el),
      onfocus: () => this.field.select(),
      onclick: () => this.open(),
      oninput: () => this.search(this.field.value),
      onkeydown: (event) => this.key(event),
      onblur: () => this.settle(),
    });
    this.chips = h("span.chips");
    this.clearer = h("button.clear", { "aria-label": "Clear", onclick: () => this.choose([]) }, icon("close"));
    this.node = h(
      many ? "div.field-text.picker.has-chips" : "div.field-text.picker",
      {
        onmousedown: (event) => {
          if (event.target === this.field) return;
          event.preventDefault(); // the focus stays, so that a button pressed here is still there when it is let go
          if (event.target.closest("button")) return;
          this.field.focus();
          this.open();
        },
      },
      this.chips,
      this.field,
      this.clearer,
      icon("down"),
    );
    this.choices = new Choices(this.field, this.name, ({ item }) => this.pick(item), { anchor: this.node });
    this.draw();
  }

  initial() {
    const { el, kind, many } = this;
    const current = el.default_to_current_conversation ? currentChannel() : null;
    if (many) return el[`${kind.initial}s`] ?? (current ? [current] : []);
    return el[kind.initial] ?? current;
  }

  get items() {
    return [this.entry.value ?? []].flat().map((value) => this.kind.item(value));
  }

  draw() {
    const { items, many } = this;
    const chip = (item, index) =>
      h(
        "span.chip",
        { "data-value": item.value },
        item.picture,
        item.label,
        h("button", { "aria-label": `Remove ${item.label}`, onclick: () => this.remove(index) }, icon("close")),
      );
    this.chips.replaceChildren(...(many ? items.map(chip) : []));
    this.field.placeholder = many && items.length ? "" : this.name;
    this.clearer.hidden = many || !items.length || !this.block.optional;
    this.showChosen();
  }

  showChosen() {
    this.field.value = this.many ? "" : (this.items[0]?.label ?? "");
  }

  remove(index) {
    this.field.focus();
    return this.choose(this.items.filter((_, at) => at !== index));
  }

  pick(item) {
    const rest = this.items.filter(({ value }) => value !== item.value);
    if (!this.many) return this.choose([item]);
    return this.choose(rest.length < this.items.length ? rest : [...rest, item]);
  }

  async choose(items) {
    const raws = items.map(({ raw }) => raw);
    const agreed = this.entry.enter(this.many ? raws : (raws[0] ?? null));
    this.draw();
    if (!(await agreed)) this.draw();
  }

  key(event) {
    if (event.key === "Tab") return this.choices.hide(); // leaves without choosing
    if (this.choices.key(event)) return undefined;
    if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) {
      event.preventDefault();
      this.open();
    } else if (event.key === "Backspace" && this.many && !this.field.value && this.items.length) {
      this.choose(this.items.slice(0, -1));
    }
    return undefined;
  }

  /** Left without choosing: the field shows again what is chosen. */
  settle() {
    this.asked += 1; // options on their way have nobody left to choose
    clearTimeout(this.pause);
    this.showChosen();
  }

  open() {
    if (!this.choices.isOpen) this.search("");
  }

  search(text) {
    this.wanted = text.trim();
    if (this.items.length >= this.most && this.many)
      return this.choices.show([], `That's all: ${this.most} can be chosen.`);
    if (this.kind.offered) return this.offer(this.kind.offered(this.el).filter(({ label }) => this.fits(label)));
    return this.ask();
  }

  fits(label) {
    return label.toLowerCase().includes(this.wanted.toLowerCase());
  }

  offer(items) {
    const chosen = new Set(this.items.map(({ value }) => value));
    this.choices.show(
      items.map((item) => ({
        ...item,
        id: item.value,
        item,
        isChosen: chosen.has(item.value),
        data: { "data-value": item.value },
      })),
      items.length ? "" : "No results",
    );
  }

  // The app is asked for the options that fit, once the person pauses.
  ask() {
    clearTimeout(this.pause);
    const least = this.el.min_query_length ?? 3;
    if (this.wanted.length < least)
      return this.choices.show([], least === 1 ? "Type to search" : `Type at least ${least} characters to search`);
    const asked = (this.asked += 1);
    this.choices.show([], "Searching…");
    this.pause = setTimeout(async () => {
      const answer = await act("suggest", { ...target(this.el, this.block, this.place), value: this.wanted });
      if (asked !== this.asked) return;
      if (answer.ok) this.offer(optionItems(answer.response ?? {}));
      else this.choices.show([], "The options couldn't be loaded. Try again.");
    }, TYPING_PAUSE);
    return undefined;
  }
}
