// The blocks of a view, modal or home: redrawn block by block, so that what someone is typing stays.
import { actInTurn } from "./acts.js";
import { renderBlock } from "./blocks.js";
import { h } from "./dom.js";

export class Form {
  constructor() {
    this.node = h("div.form");
    this.entries = new Map(); // "block_id action_id" -> entry, see entering.js
    this.drawn = new Map(); // block_id -> {block, node}
  }

  draw(view) {
    this.view = view;
    const before = this.entries;
    this.entries = new Map();
    const place = {
      id: view.id,
      fields: { view_id: view.id },
      act: actInTurn,
      entries: this.entries,
      held: (block, el) => held(before.get(`${block.block_id} ${el.action_id}`), view.state?.values, block, el),
    };
    const drawn = new Map();
    const nodes = view.blocks.map((block, index) => {
      const key = block.block_id ?? String(index);
      const node = this.redrawn(this.drawn.get(key), block, before) ?? renderBlock(block, place);
      drawn.set(key, { block, node });
      return node;
    });
    this.drawn = drawn;
    this.keepingFocus(() => arrange(this.node, nodes));
  }

  // The node as it is, where nothing has changed but the words around a field.
  redrawn(old, block, before) {
    if (!old) return null;
    const isSame = JSON.stringify(old.block) === JSON.stringify(block);
    if (!isSame && !(old.node.redraw && sameField(old.block, block))) return null;
    if (!isSame) old.node.redraw(block);
    for (const [key, entry] of before)
      if (entry.block.block_id === block.block_id) this.entries.set(key, Object.assign(entry, { block }));
    return old.node;
  }

  // A field that was drawn anew gets the focus and the cursor that its older self had.
  keepingFocus(change) {
    const focused = this.node.contains(document.activeElement) ? document.activeElement : null;
    const { selectionStart: start = null, selectionEnd: end } = focused ?? {};
    const where = focused?.closest("[data-block-id]")?.dataset.blockId;
    const { actionId, value } = focused?.dataset ?? {};
    change();
    if (!focused || focused.isConnected || !actionId) return;
    const same = [...this.node.querySelectorAll(`[data-action-id="${CSS.escape(actionId)}"]`)].filter(
      (node) => node.closest("[data-block-id]")?.dataset.blockId === where,
    );
    const next = same.find((node) => node.dataset.value === value) ?? same[0];
    next?.focus();
    if (start !== null) next?.setSelectionRange?.(start, end);
  }

  /** What the inputs hold: {block_id: value}. */
  values() {
    return Object.fromEntries(this.inputs().map((entry) => [entry.block.block_id, entry.value]));
  }

  /** What keeps it from being submitted: {block_id: words}. */
  problems() {
    const found = this.inputs().map((entry) => [entry.block.block_id, entry.problem()]);
    return Object.fromEntries(found.filter(([, words]) => words));
  }

  inputs() {
    return [...this.entries.values()].filter((entry) => entry.block.type === "input");
  }

  /** Words beside the fields they are about; a field without any loses what stood there. Answers the words without a field. */
  tell(errors = {}) {
    for (const [id, { node }] of this.drawn) {
      const line = node.querySelector(".input-error");
      if (!line) continue;
      line.textContent = errors[id] ?? "";
      const control = node.querySelector("[data-control]");
      if (errors[id]) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    const wrong = this.node.querySelector("[aria-invalid=true]");
    (wrong?.matches(".boxes") ? wrong.querySelector("input") : wrong)?.focus();
    return Object.keys(errors).filter((id) => !this.drawn.get(id)?.node.querySelector(".input-error"));
  }
}

const sameField = (old, block) =>
  JSON.stringify([old.element, old.dispatch_action]) === JSON.stringify([block.element, block.dispatch_action]);

// What this window knows of an input, else what the view's state says; undefined when neither does.
function held(entry, values, block, el) {
  if (entry?.el.type === el.type) return entry.value;
  const state = values?.[block.block_id]?.[el.action_id];
  const [, value] = Object.entries(state ?? {}).find(([name]) => name !== "type") ?? [];
  const isOurs = el.default_to_current_conversation && !value?.length; // only this window knows which one is open
  return state?.type === el.type && !isOurs ? value : undefined;
}

// Puts the nodes in order without moving those that are in place: a node that moves loses the focus.
function arrange(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
