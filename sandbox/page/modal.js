// Modals: one dialog that shows the top of the stack of views; each view keeps what was typed in it.
import { actInTurn, explained } from "./acts.js";
import { avatar, h, icon } from "./dom.js";
import { Form } from "./form.js";
import { plain } from "./mrkdwn.js";
import * as store from "./store.js";

export class Modal {
  constructor() {
    this.forms = new Map(); // view id -> Form
    this.sending = new Set(); // ids of views on their way to the app
    this.closing = new Set(); // ids of views that are being closed
    this.title = h("h2", { id: "modal-title", tabindex: "-1" });
    this.picture = h("span");
    this.body = h("div.modal-body");
    this.banner = h("div.modal-banner", { role: "alert", "data-testid": "modal-banner" });
    this.foot = h("footer.modal-foot");
    this.dialog = h(
      "dialog.modal",
      {
        "data-testid": "modal",
        "aria-labelledby": "modal-title",
        onkeydown: (event) => this.key(event),
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
            if (this.submitButton) this.submit();
          },
        },
        h(
          "header.modal-head",
          this.picture,
          this.title,
          h(
            "button.tool",
            { "aria-label": "Close", "data-testid": "modal-x", onclick: () => this.close(true) },
            icon("close"),
          ),
        ),
        this.body,
        this.banner,
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
    const isOther = this.shown !== view.id;
    this.form = this.forms.get(view.id) ?? new Form();
    this.forms.set(view.id, this.form);
    this.form.draw(view);
    this.title.textContent = plain(view.title?.text);
    this.picture.replaceChildren(avatar({ ...store.bot, is_bot: true }, "small"));
    if (isOther) {
      this.body.replaceChildren(this.form.node);
      this.tell("");
    }
    this.drawFoot(view);
    if (!this.dialog.open) this.dialog.showModal();
    if (isOther) this.body.scrollTop = 0;
    if (isOther || this.dialog.querySelector(":focus") === null || document.activeElement === this.title)
      this.focusFirst();
    this.shown = view.id;
  }

  drawFoot(view) {
    const asksSomething = view.submit || view.blocks.some((block) => block.type === "input");
    const close = plain(view.close?.text) || (store.views.length > 1 ? "Back" : asksSomething ? "Cancel" : "Close");
    const isSending = this.sending.has(view.id);
    const hadFocus = this.foot.contains(document.activeElement);
    const wasSubmit = hadFocus && document.activeElement === this.submitButton;
    this.closeButton = h("button.button", { "data-testid": "modal-close", onclick: () => this.close(false) }, close);
    this.submitButton = asksSomething
      ? h(
          "button",
          {
            type: "submit",
            class: "button primary",
            "data-testid": "modal-submit",
            "aria-busy": isSending ? "true" : null,
            "aria-disabled": isSending ? "true" : null,
          },
          plain(view.submit?.text) || "Submit",
        )
      : null;
    this.foot.replaceChildren(this.closeButton, ...(this.submitButton ? [this.submitButton] : []));
    if (hadFocus) ((wasSubmit && this.submitButton) || this.closeButton).focus();
  }

  focusFirst() {
    const field = this.form.node.querySelector("[autofocus]") ?? this.form.node.querySelector("[data-control]");
    const first = field?.matches(".boxes") ? field.querySelector("input") : field;
    (first ?? this.title).focus();
  }

  key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      this.close(false);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.submitButton) {
      event.preventDefault();
      this.submit();
    }
  }

  async submit() {
    const { form } = this;
    const { id } = form.view;
    if (this.sending.has(id)) return;
    this.tell("");
    const problems = form.problems();
    form.tell(problems);
    if (Object.keys(problems).length) return;
    this.sending.add(id);
    this.drawFoot(form.view);
    const answer = await actInTurn("submit", { view_id: id, values: form.values() });
    this.sending.delete(id);
    if (this.shown !== id) return;
    this.drawFoot(form.view);
    if (!answer.ok) this.tell("We had some trouble connecting. Try again?", reason(answer));
    if (answer.response?.response_action !== "errors") return;
    const unplaced = form.tell(answer.response.errors);
    if (unplaced.length)
      this.tell(
        "The app found something wrong here.",
        unplaced.map((name) => `${name}: ${answer.response.errors[name]}`).join("; "),
      );
  }

  tell(words, why = "") {
    this.banner.replaceChildren(
      ...(words ? [icon("warning"), h("span", words, why ? h("span.menu-hint", why) : null)] : []),
    );
  }

  /** Closes the view on top, or all of the stack. */
  async close(all) {
    const { id } = this.form.view;
    if (this.closing.has(id)) return; // a second press before the first one has done its work
    if (all || store.views.length === 1) this.dialog.close();
    this.closing.add(id);
    const answer = await actInTurn("close", { view_id: id, ...(all ? { all } : {}) });
    this.closing.delete(id);
    if (!answer.ok) this.draw();
  }
}

// For whoever writes the app: what went wrong, beside Slack's own words for everybody.
const reason = (answer) => [explained(`(${answer.error})`), ...(answer.response_metadata?.messages ?? [])].join(" ");
