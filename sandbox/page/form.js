// The blocks of a view, modal or home: redrawn block by block, so that what someone is typing stays.
import { actInTurn } from "./acts.js";
import { renderBlock } from "./blocks.js";
import { h, replaceKeepingFocus } from "./dom.js";

export class Form {
  constructor() {
    this.node = h("div.form");
    this.inputs = new Map(); // "block_id action_id" -> {block_id, type, read(), node}
    this.drawn = new Map(); // block_id -> {json, node}
  }

  draw(view) {
    this.view = view;
    const typed = new Map([...this.inputs].map(([key, input]) => [key, input.read()]));
    const before = this.inputs;
    this.inputs = new Map();
    const place = {
      id: view.id,
      fields: { view_id: view.id },
      act: actInTurn,
      inputs: this.inputs,
      stated: (block, el) =>
        typed.get(`${block.block_id} ${el.action_id}`) ?? held(view.state?.values?.[block.block_id]?.[el.action_id]),
    };
    const drawn = new Map();
    const nodes = view.blocks.map((block, index) => {
      const key = block.block_id ?? String(index);
      const json = JSON.stringify(block);
      const old = this.drawn.get(key);
      const isSame = old?.json === json;
      if (isSame)
        for (const [name, input] of before) if (input.block_id === block.block_id) this.inputs.set(name, input);
      const node = isSame ? old.node : renderBlock(block, place);
      drawn.set(key, { json, node });
      return node;
    });
    this.drawn = drawn;
    const isUnmoved =
      nodes.length === this.node.children.length && nodes.every((node, index) => node === this.node.children[index]);
    if (!isUnmoved) this.replace(nodes);
  }

  // Moving a node in the page takes the focus from it; the cursor goes back to where it was.
  replace(nodes) {
    const focused = this.node.contains(document.activeElement) ? document.activeElement : null;
    const caret = focused?.selectionStart;
    replaceKeepingFocus(this.node, ...nodes);
    if (focused?.isConnected && focused !== document.activeElement) focused.focus();
    if (caret !== undefined && caret !== null) document.activeElement?.setSelectionRange?.(caret, caret);
  }

  /** What the inputs hold: {block_id: value}. */
  values() {
    return Object.fromEntries(this.fields().map((input) => [input.block_id, input.read()]));
  }

  /** Words beside the fields they are about, {block_id: words}; a field without any loses what stood there. */
  tell(errors = {}) {
    for (const { block_id, node } of this.fields()) {
      const line = this.node.querySelector(`#${CSS.escape(`error-${block_id}`)}`);
      const control = node.matches("input, select, textarea") ? node : node.querySelector("input");
      line.textContent = errors[block_id] ?? "";
      control?.setAttribute("aria-invalid", String(block_id in errors));
      if (block_id in errors) control?.setAttribute("aria-describedby", line.id);
      else control?.removeAttribute("aria-describedby");
    }
    this.node.querySelector("[aria-invalid=true]")?.focus();
  }

  fields() {
    return [...this.inputs.values()].filter((input) => input.type === "input");
  }
}

// What Slack's view state says of one element, as the plain value that our fields take.
function held(state) {
  const [field, value] = Object.entries(state ?? {}).find(([name]) => name !== "type") ?? [];
  if (field === "selected_options") return value?.map((one) => one.value);
  if (field === "selected_option") return value?.value;
  return value ?? undefined;
}
