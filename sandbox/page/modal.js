// Modals: one dialog that shows the top of the stack of views; each view keeps what was typed in it.
import { actInTurn } from "./acts.js";
import { h, icon } from "./dom.js";
import { Form } from "./form.js";
import { plain } from "./mrkdwn.js";
import * as store from "./store.js";

export class Modal {
  constructor() {
    this.forms = new Map(); // view id -> Form
    this.title = h("h2", { id: "modal-title", tabindex: "-1" });
    this.body = h("div.modal-body");
    this.foot = h("footer.modal-foot");
    this.dialog = h(
      "dialog.modal",
      {
        "data-testid": "modal",
        "aria-labelledby": "modal-title",
        oncancel: (event) => {
          event.preventDefault();
          this.close(false);
        },
      },
      h(
        "form",
        {
          method: "dialog",
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            this.submit();
          },
        },
        h(
          "header.modal-head",
          this.title,
          h(
            "button.tool",
            { "aria-label": "Close", "data-testid": "modal-x", onclick: () => this.close(true) },
            icon("close"),
          ),
        ),
        this.body,
        this.foot,
      ),
    );
    document.body.append(this.dialog);
  }

  /** Follows the stack of views in the store. */
  draw() {
    const view = store.views.at(-1);
    for (const id of this.forms.keys()) if (!store.views.some((open) => open.id === id)) this.forms.delete(id);
    if (!view) {
      if (this.dialog.open) this.dialog.close();
      this.shown = null;
      return;
    }
    const form = this.forms.get(view.id) ?? new Form();
    this.forms.set(view.id, form);
    form.draw(view);
    this.title.textContent = plain(view.title?.text);
    if (this.shown !== view.id) this.body.replaceChildren(form.node);
    this.drawFoot(view, form);
    if (!this.dialog.open) this.dialog.showModal();
    if (this.shown !== view.id || this.dialog.querySelector(":focus") === null || document.activeElement === this.title)
      this.focusFirst(form);
    this.shown = view.id;
  }

  drawFoot(view, form) {
    const asksSomething = view.submit || view.blocks.some((block) => block.type === "input");
    const close = plain(view.close?.text) || (store.views.length > 1 ? "Back" : asksSomething ? "Cancel" : "Close");
    this.closeButton = h("button.button", { "data-testid": "modal-close", onclick: () => this.close(false) }, close);
    this.submitButton = asksSomething
      ? h(
          "button",
          { type: "submit", class: "button primary", "data-testid": "modal-submit" },
          plain(view.submit?.text) || "Submit",
        )
      : null;
    const hadFocus = this.foot.contains(document.activeElement);
    this.foot.replaceChildren(this.closeButton, ...(this.submitButton ? [this.submitButton] : []));
    if (hadFocus) (this.submitButton ?? this.closeButton).focus();
    this.form = form;
  }

  focusFirst(form) {
    const field = form.node.querySelector("[autofocus]") ?? form.node.querySelector("input, textarea, select");
    (field ?? this.title).focus();
  }

  async submit() {
    const { form, submitButton } = this;
    if (submitButton?.getAttribute("aria-busy") === "true") return;
    form.tell();
    submitButton?.setAttribute("aria-busy", "true");
    const answer = await actInTurn("submit", { view_id: form.view.id, values: form.values() });
    submitButton?.removeAttribute("aria-busy");
    if (answer.response?.response_action === "errors") form.tell(answer.response.errors);
  }

  /** Closes the view on top, or all of the stack. */
  async close(all) {
    if (all || store.views.length === 1) this.dialog.close();
    const answer = await actInTurn("close", { view_id: this.form.view.id, ...(all ? { all } : {}) });
    if (!answer.ok) this.draw();
  }
}
