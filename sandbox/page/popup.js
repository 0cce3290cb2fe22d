// What opens over the page: menus, and lists of choices under a text field. In the top layer, so modals can't cover them.
import { h, newId } from "./dom.js";

const MARGIN = 8;

/** Puts an open popover beside its anchor: below it if there is room, otherwise above. */
export function place(popup, anchor, { preferAbove = false, alignEnd = false, sameWidth = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (sameWidth) popup.style.width = `${box.width}px`;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = box.bottom + 4;
  const above = box.top - height - 4;
  const fitsBelow = below + height + MARGIN <= innerHeight;
  const top = (preferAbove && above >= MARGIN) || !fitsBelow ? Math.max(MARGIN, above) : below;
  const left = alignEnd ? box.right - width : box.left;
  popup.style.top = `${top}px`;
  popup.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
}

// An open modal makes everything outside itself inert, so a popup lives beside what it belongs to.
const homeOf = (anchor) => anchor.closest("dialog") ?? document.body;

/** A menu of items {label, hint?, icon?, picture?, onpick, href?, danger?, checked?, data?}; arrow keys, Escape and a click outside work. */
export function openMenu(anchor, label, items, { grid = false, alignEnd = false, preferAbove = false } = {}) {
  const menu = h("div", {
    class: grid ? "menu menu-grid" : "menu",
    role: "menu",
    "aria-label": label,
    popover: "auto",
  });
  for (const item of items) {
    const node = h(
      item.href ? "a" : "button",
      {
        role: "menuitem",
        tabindex: "-1",
        type: item.href ? null : "button",
        href: item.href,
        title: item.title,
        class: item.danger ? "menu-item danger" : "menu-item",
        "aria-current": item.checked ? "true" : null,
        ...item.data,
        onclick: (event) => {
          if (item.href && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // a second window, as with any link
          event.preventDefault();
          menu.hidePopover();
          item.onpick();
        },
      },
      item.picture,
      h("span.menu-label", item.label, item.hint ? h("span.menu-hint", item.hint) : null),
    );
    menu.append(node);
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.stopPropagation(); // closes the menu, not the modal it is in
    moveFocus(event, [...menu.children]);
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const focusWasHere = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (focusWasHere && anchor.isConnected) anchor.focus();
  });
  homeOf(anchor).append(menu);
  menu.showPopover();
  place(menu, anchor, { alignEnd, preferAbove });
  anchor.setAttribute("aria-expanded", "true");
  (menu.querySelector("[aria-current]") ?? menu.firstElementChild)?.focus();
}

/** Arrow keys, Home and End walk through the nodes. */
export function moveFocus(event, nodes) {
  const at = nodes.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  if (!(event.key in steps) || !nodes.length) return;
  event.preventDefault();
  nodes.at(steps[event.key] % nodes.length).focus();
}

/** Choices for a text field that keeps the focus: the field hands its keys to `key`, which says whether it used them. */
export class Choices {
  constructor(field, label, onpick, { preferAbove = false, anchor = field } = {}) {
    Object.assign(this, { field, anchor, onpick, preferAbove, options: [], nodes: [], at: 0 });
    this.list = h("div.menu.choices", {
      role: "listbox",
      id: newId("choices"),
      "aria-label": label,
      popover: "manual",
    });
    // A text area stays a text box: a combobox has one line, and only a combobox says whether it is open.
    if (field.matches("input")) field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    this.tellOpen(false);
    field.addEventListener("blur", () => this.hide());
  }

  tellOpen(isOpen) {
    if (this.field.matches("input")) this.field.setAttribute("aria-expanded", String(isOpen));
  }

  get isOpen() {
    return this.list.isConnected;
  }

  /** Shows options {id, label, hint?, group?, picture?, data?, isChosen?}, or the note when there are none; neither hides. */
  show(options, note = "") {
    if (!options.length && !note) return this.hide();
    this.options = options;
    this.nodes = options.map((option, index) => this.draw(option, index));
    this.at = Math.max(
      0,
      options.findIndex((option) => option.isChosen),
    );
    this.list.replaceChildren(...this.grouped(), ...(note ? [h("div.menu-note", { role: "status" }, note)] : []));
    if (!this.list.isConnected) {
      homeOf(this.field).append(this.list);
      this.list.showPopover();
      for (const type of ["scroll", "resize"]) addEventListener(type, this, true);
    }
    this.tellOpen(true);
    this.handleEvent();
    this.mark();
    return undefined;
  }

  draw(option, index) {
    return h(
      "div.menu-item",
      {
        role: "option",
        id: `${this.list.id}-${index}`,
        "aria-current": option.isChosen ? "true" : null,
        ...option.data,
        onmousedown: (event) => {
          event.preventDefault();
          this.pick(index);
        },
      },
      option.picture,
      h("span.menu-label", option.label, option.hint ? h("span.menu-hint", option.hint) : null),
    );
  }

  // Options that share a group stand under its name.
  grouped() {
    const shown = [];
    this.options.forEach(({ group }, index) => {
      if (!group) return shown.push(this.nodes[index]);
      if (group !== this.options[index - 1]?.group)
        shown.push(
          h("div", { role: "group", "aria-label": group }, h("div.menu-group", { "aria-hidden": "true" }, group)),
        );
      return shown.at(-1).append(this.nodes[index]);
    });
    return shown;
  }

  /** The page was scrolled or resized below an open list: it stays with its field. */
  handleEvent(event) {
    if (event && this.list.contains(event.target)) return;
    place(this.list, this.anchor, { preferAbove: this.preferAbove, sameWidth: true });
  }

  hide() {
    for (const type of ["scroll", "resize"]) removeEventListener(type, this, true);
    this.options = [];
    this.nodes = [];
    this.list.remove();
    this.tellOpen(false);
    this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (!this.isOpen || event.isComposing) return false;
    const { length } = this.options;
    if (event.key === "Escape") this.hide();
    else if (!length) return false;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : -1) + length) % length;
      this.mark();
    } else if (event.key === "Enter" || event.key === "Tab") this.pick(this.at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  pick(index) {
    const option = this.options[index];
    this.hide();
    this.onpick(option);
  }

  mark() {
    this.nodes.forEach((node, index) => node.setAttribute("aria-selected", String(index === this.at)));
    this.nodes[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.nodes.length) this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }
}
