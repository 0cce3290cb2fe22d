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
const EMPTY = "\u200b"; // holds the cursor where there is no text yet
const BLOCKS = ["DIV", "P", "UL", "OL", "BLOCKQUOTE", "PRE"];
const LISTS = { UL: "bullet", OL: "ordered" };

/** The tools above the text: [name, drawing, key with Ctrl or Cmd, what it does]. */
const TOOLS = [
  ["Bold", "bold", "b", () => command("bold")],
  ["Italic", "italic", "i", () => command("italic")],
  ["Strikethrough", "strike", "shift+x", () => command("strikeThrough")],
  ["Link", "link", "shift+u", (editor) => editor.askLink()],
  ["Ordered list", "numbers", "shift+7", () => list("insertOrderedList")],
  ["Bulleted list", "bullets", "shift+8", () => list("insertUnorderedList")],
  ["Quote", "quote", "shift+9", (editor) => editor.wrap("BLOCKQUOTE")],
  ["Code", "code", "shift+c", (editor) => editor.toggleCode()],
  ["Code block", "codeblock", "alt+shift+c", (editor) => editor.wrap("PRE")],
];

// The only way a browser offers to edit with undo; it makes the elements that `readBlocks` knows, and nothing else.
const command = (name, value = null) => document.execCommand(name, false, value);

// A browser puts the cursor at the beginning of the new item; who has typed goes on at its end.
function list(name) {
  const { anchorOffset, isCollapsed } = getSelection();
  command(name);
  if (isCollapsed && anchorOffset) getSelection().modify("move", "forward", "lineboundary");
}

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
    const around = this.around(tag);
    if (!around) return command("formatBlock", tag);
    const lines = h("div", ...around.childNodes);
    around.replaceWith(lines);
    return getSelection().collapse(lines, lines.childNodes.length);
  }

  /** The selection becomes code, or text again; with nothing selected, what is typed next does. */
  toggleCode() {
    const selection = getSelection();
    const around = this.around("CODE");
    if (around && !selection.isCollapsed) around.replaceWith(...around.childNodes);
    else if (around) {
      around.after(EMPTY); // right behind it the cursor would still be in it
      selection.collapse(around.nextSibling, 1);
    } else if (selection.rangeCount) {
      const range = selection.getRangeAt(0);
      const node = h("code", range.toString() || EMPTY);
      range.deleteContents();
      range.insertNode(node);
      selection.selectAllChildren(node);
      if (node.textContent === EMPTY) selection.collapseToEnd();
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
  let line = null; // of text that stands in no element of its own
  const add = (type, elements) => {
    if (type === found.at(-1)?.type) found.at(-1).elements.push({ type: "text", text: "\n" }, ...elements);
    else found.push({ type, elements });
  };
  const endLine = () => {
    if (line) add("rich_text_section", line);
    line = null;
  };
  for (const node of root.childNodes) {
    const tag = node.nodeName;
    if (!BLOCKS.includes(tag)) {
      line = [...(line ?? []), ...readInline({ childNodes: [node] })];
      continue;
    }
    endLine();
    if (tag in LISTS) found.push(...readList(node, 0));
    else if (tag === "PRE") add("rich_text_preformatted", readInline(node, null));
    else if (tag === "BLOCKQUOTE") add("rich_text_quote", readInline(node));
    else if (node.querySelector(":scope > :is(ul, ol, blockquote, pre)")) found.push(...readBlocks(node));
    else add("rich_text_section", readInline(node));
  }
  endLine();
  return found
    .map((block) => (block.type === "rich_text_list" ? block : { ...block, elements: tidied(block.elements) }))
    .filter((block) => block.elements.length);
}

// Neighbours of one style are one text; space at both ends goes.
function tidied(elements) {
  const joined = elements.reduce((all, element) => {
    const last = all.at(-1);
    const isSame = last?.type === "text" && element.type === "text" && styleOf(last) === styleOf(element);
    return isSame ? [...all.slice(0, -1), { ...last, text: last.text + element.text }] : [...all, element];
  }, []);
  if (joined[0]?.type === "text") joined[0].text = joined[0].text.replace(/^\n+/, "");
  if (joined.at(-1)?.type === "text") joined.at(-1).text = joined.at(-1).text.trimEnd();
  return joined.filter((element) => element.type !== "text" || element.text);
}

const styleOf = ({ style }) => JSON.stringify(style ?? {});

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
    items.push({ type: "rich_text_section", elements: tidied(readInline({ childNodes: inner })) });
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
      return child.data
        ? [styled({ type: "text", text: child.data.replaceAll("\u00a0", " ").replaceAll(EMPTY, "") }, style)]
        : [];
    if (tag === "BR") return child === node.lastChild ? [] : [{ type: "text", text: "\n" }];
    if (tag === "A") return [styled({ type: "link", url: child.href, text: child.textContent }, style)];
    const inner = readInline(child, style && STYLES[tag] ? { ...style, [STYLES[tag]]: true } : style);
    return tag === "DIV" || tag === "P" ? [...inner, { type: "text", text: "\n" }] : inner;
  });
}

const styled = (element, style) => (style && Object.keys(style).length ? { ...element, style } : element);
