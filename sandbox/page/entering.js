// How what a person enters reaches the app. An entry holds what one input has, in the form of Slack's own state.
//
// `place` says where blocks stand and what to do with them:
//   id                  unique: a message or a view
//   fields              {channel, message_ts} or {view_id}, sent along with every act
//   act(what, fields)   does it
//   held(block, el)     in views: what was filled in already, or undefined
//   entries             in views: a Map that gathers "block_id action_id" -> entry
import { confirmed } from "./confirm.js";
import * as store from "./store.js";

export const target = (el, block, place) => ({ ...place.fields, action_id: el.action_id, block_id: block.block_id });

// What was chosen in messages stays chosen when they are drawn anew, as Slack's own client has it.
const chosen = new Map();

export class Entry {
  constructor(el, block, place, initial = null) {
    Object.assign(this, { el, block, place });
    this.key = `${block.block_id} ${el.action_id}`;
    const before = place.held ? place.held(block, el) : chosen.get(this.where());
    this.value = before === undefined ? initial : before;
    place.entries?.set(this.key, this);
  }

  where() {
    return `${store.me} ${this.place.id} ${this.key}`;
  }

  /** Takes a value: an input waits for Submit, anywhere else it is an action at once. Answers whether the person agreed. */
  async enter(value, { dispatch = true } = {}) {
    const { el, block, place } = this;
    const isInput = block.type === "input";
    if (!isInput && el.confirm && !(await confirmed(el.confirm))) return false;
    this.keep(value);
    place.act(isInput ? "type" : "select", { ...target(el, block, place), value, ...(dispatch ? {} : { dispatch }) });
    return true;
  }

  /** Remembers what is being typed, before anybody hears of it. */
  keep(value) {
    this.value = value;
    if (!this.place.held) chosen.set(this.where(), value);
  }

  /** What keeps it from being submitted, in words; empty when nothing does. */
  problem() {
    const isEmpty = this.value === null || this.value === "" || this.value.length === 0;
    if (isEmpty) return this.block.optional ? "" : "Please complete this required field.";
    return this.check?.(this.value) ?? "";
  }
}

/** Does it once at a time; meanwhile the button says that it is busy. */
export async function busy(node, doIt) {
  if (node.getAttribute("aria-busy") === "true") return { ok: false };
  node.setAttribute("aria-busy", "true");
  try {
    return await doIt();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

export const focusFirst = (el) => (el.focus_on_load ? { autofocus: true } : {});
