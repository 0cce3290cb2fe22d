// The rich_text_input: text with styles, links, lists, quotes and code, sent as a rich_text block.
import { h, icon } from "./dom.js";
import { Entry, focusFirst } from "./entering.js";
import { plain } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const STYLES = {
  B: "bold",
  STRONG: "bold",
  I: "italic",
  EM: "italic",
  S: "strike",
  STRIKE: "strike",
  DEL: "strike",
  U: "underline",
  CODE: "code",
};
const LISTS = { UL: "bullet", OL: "ordered" };

/** The tools above the text: [name, drawing, key with Ctrl or Cmd, what it does]. */
const TOOLS = [
  ["Bold", "bold", "b", () => command("bold")],
  ["Italic", "italic", "i", () => command("italic")],
  ["Strikethrough", "strike", "shift+x", () => command("strikeThrough")],
  ["Link", "link", "shift+u", (editor) => editor.askLink()],
  ["Ordered list", "numbers", "shift+7", () => command("insertOrderedList")],
  ["Bulleted list", "bullets", "shift+8", () => command("insertUnorderedList")],
  ["Quote", "quote", "shift+9", (editor) => editor.wrap("BLOCKQUOTE")],
  ["Code", "code", "shift+c", (editor) => editor.toggleCode()],
  ["Code block", "codeblock", "alt+shift+c", (editor) => editor.wrap("PRE")],
];

// The only way a browser offers to edit with undo; it makes the elements that `readBlocks` knows, and nothing else.
const command = (name, value = null) => document.execCommand(name, false, value);

export const richTextField = (el, block, place) => new Editor(el, block, place).node;

class Editor {
  constructor(el, block, place) {
    this.entry = new Entry(el, block, place, el.initial_value ?? null);
    const triggers = el.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    this.dispatchesTyping = block.dispatch_action && triggers.includes("on_character_entered");
    this.text = h("div.editor-text", {
      contenteditable: "true",
      role: "textbox",
      "aria-multiline": "true",
      "data-action-id": el.action_id,
      "data-control": true,
      "data-placeholder": plain(el.placeholder?.text),
      dir: "auto",
      ...focusFirst(el),
      oninput: () => this.read(this.dispatchesTyping),
      onblur: () => this.entry.enter(this.entry.value, { dispatch: false }),
      onkeydown: (event) => this.key(event),
      onpaste: (event) => {
        event.preventDefault();
        command("insertText", event.clipboardData.getData("text/plain"));
      },
      ondrop: (event) => event.preventDefault(),
    });
    this.text.classList.add(`lines-${Math.min(el.min_lines ?? 4, 10)}`);
    if (this.entry.value) this.text.append(...richText(this.entry.value.elements));
    this.tools = h(
      "div.editor-tools",
      { role: "toolbar", "aria-label": "Formatting" },
      TOOLS.map((tool) => this.tool(tool)),
    );
    this.linkBar = h("div.editor-link", { hidden: true });
    this.node = h("div.editor.field-text", this.tools, this.linkBar, this.text);
    this.showEmpty();
  }

  tool([name, drawing, , act]) {
    return h(
      "button.tool",
      {
        "aria-label": name,
        title: name,
        onmousedown: (event) => event.preventDefault(), // the selection in the text stays
        onclick: () => {
          this.text.focus();
          act(this);
          this.read();
        },
      },
      icon(drawing),
    );
  }

  read(dispatch = false) {
    const elements = readBlocks(this.text);
    this.entry.keep(elements.length ? { type: "rich_text", elements } : null);
    this.showEmpty();
    if (dispatch) this.entry.enter(this.entry.value);
  }

  showEmpty() {
    this.text.classList.toggle("is-empty", !this.text.textContent && !this.text.querySelector("li, pre, blockquote"));
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey)) return;
    const pressed = `${event.altKey ? "alt+" : ""}${event.shiftKey ? "shift+" : ""}${keyOf(event)}`;
    const tool = TOOLS.find(([, , key]) => key === pressed);
    if (!tool) return;
    event.preventDefault();
    tool[3](this);
    this.read();
  }

  /** The lines of the selection become a quote or a code block, or text again. */
  wrap(tag) {
    const isOne = Boolean(this.around(tag));
    command("formatBlock", isOne ? "DIV" : tag);
  }

  toggleCode() {
    const code = this.around("CODE");
    const selection = getSelection();
    if (code) {
      code.replaceWith(...code.childNodes);
    } else if (!selection.isCollapsed) {
      const range = selection.getRangeAt(0);
      const node = h("code", range.toString());
      range.deleteContents();
      range.insertNode(node);
      selection.selectAllChildren(node);
    }
  }

  around(tag) {
    const { anchorNode } = getSelection();
    const found = (anchorNode?.nodeType === Node.TEXT_NODE ? anchorNode.parentElement : anchorNode)?.closest?.(tag);
    return found && this.text.contains(found) ? found : null;
  }

  // A line above the text asks for the address; the text selected before becomes the link.
  askLink() {
    const selection = getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0).cloneRange() : null;
    const field = h("input.field-text", {
      type: "text",
      inputmode: "url",
      "aria-label": "Address of the link",
      placeholder: "https://…",
      onkeydown: (event) => {
        if (event.key === "Enter") save();
        else if (event.key === "Escape") done();
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    });
    const done = () => {
      this.linkBar.hidden = true;
      this.text.focus();
      if (!range) return;
      selection.removeAllRanges();
      selection.addRange(range);
    };
    const save = () => {
      const url = /^[a-z][a-z0-9+.-]*:/i.test(field.value.trim())
        ? field.value.trim()
        : `https://${field.value.trim()}`;
      done();
      if (!/^(https?:\/\/[^\s]+\.?|mailto:[^\s]+@)/i.test(url)) return;
      if (selection.isCollapsed) {
        const link = h("a", { href: url }, url);
        range.insertNode(link);
        selection.collapse(link.parentNode, [...link.parentNode.childNodes].indexOf(link) + 1);
      } else command("createLink", url);
      this.read();
    };
    this.linkBar.replaceChildren(
      field,
      h("button.button", { onclick: done }, "Cancel"),
      h("button.button.primary", { onclick: save }, "Add link"),
    );
    this.linkBar.hidden = false;
    field.focus();
  }
}

// The letter or digit of the key itself: with Shift, digits give signs that differ from keyboard to keyboard.
const keyOf = (event) => event.code.replace(/^(Key|Digit)/, "").toLowerCase();

/** What stands in the editor -> elements of a rich_text block. */
export function readBlocks(root) {
  const found = [];
  let line = [];
  const endLine = () => {
    if (line.length) found.push({ type: "rich_text_section", elements: line });
    line = [];
  };
  for (const node of root.childNodes) {
    const tag = node.nodeName;
    if (tag in LISTS) {
      endLine();
      found.push(...readList(node, 0));
    } else if (tag === "BLOCKQUOTE" || tag === "PRE") {
      endLine();
      const elements = readInline(node, tag === "PRE" ? null : {});
      if (elements.at(-1)?.text === "\n") elements.pop();
      const type = tag === "PRE" ? "rich_text_preformatted" : "rich_text_quote";
      if (elements.length) found.push({ type, elements });
    } else if (tag === "DIV" || tag === "P") {
      endLine();
      if (node.querySelector(":scope > :is(ul, ol, blockquote, pre)")) found.push(...readBlocks(node));
      else line = readInline(node);
      endLine();
    } else line.push(...readInline({ childNodes: [node] }));
  }
  endLine();
  return joined(found);
}

function readList(list, indent) {
  const found = [];
  let items = [];
  const end = () => {
    if (items.length) found.push({ type: "rich_text_list", style: LISTS[list.nodeName], indent, elements: items });
    items = [];
  };
  for (const item of list.children) {
    if (item.nodeName in LISTS) {
      end();
      found.push(...readList(item, indent + 1));
      continue;
    }
    const inner = [...item.childNodes].filter((node) => !(node.nodeName in LISTS));
    items.push({ type: "rich_text_section", elements: readInline({ childNodes: inner }) });
    for (const nested of item.children)
      if (nested.nodeName in LISTS) {
        end();
        found.push(...readList(nested, indent + 1));
      }
  }
  end();
  return found;
}

// Text with its styles; null for code blocks, which have none.
function readInline(node, style = {}) {
  return [...node.childNodes].flatMap((child) => {
    const tag = child.nodeName;
    if (tag === "#text")
      return child.data ? [styled({ type: "text", text: child.data.replaceAll("\u00a0", " ") }, style)] : [];
    if (tag === "BR") return child === node.lastChild ? [] : [{ type: "text", text: "\n" }];
    if (tag === "A") return [styled({ type: "link", url: child.href, text: child.textContent }, style)];
    const inner = readInline(child, style && STYLES[tag] ? { ...style, [STYLES[tag]]: true } : style);
    return tag === "DIV" || tag === "P" ? [...inner, { type: "text", text: "\n" }] : inner;
  });
}

const styled = (element, style) => (style && Object.keys(style).length ? { ...element, style } : element);

// Lines of one kind that follow one another are one block with line breaks, as Slack has it.
function joined(blocks) {
  return blocks.reduce((all, block) => {
    const last = all.at(-1);
    if (block.type === "rich_text_list" || last?.type !== block.type) return [...all, block];
    last.elements.push({ type: "text", text: "\n" }, ...block.elements);
    return all;
  }, []);
}
