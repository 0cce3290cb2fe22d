// A question before something is done: the confirm object of buttons, and our own before deleting.
import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

/** Resolves to true when the person agrees. */
export function confirmed({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog.modal.modal-small",
      {
        "data-testid": "confirm",
        role: "alertdialog",
        "aria-label": plain(title?.text),
        onclose: () => {
          dialog.remove();
          resolve(dialog.returnValue === "yes");
        },
      },
      h("header.modal-head", h("h2", textObject(title))),
      h("div.modal-body.prose", textObject(text)),
      h(
        "footer.modal-foot",
        h("button.button", { onclick: () => dialog.close("no") }, deny ? textObject(deny) : "Cancel"),
        h(
          "button",
          {
            class: `button ${style === "danger" ? "danger" : "primary"}`,
            autofocus: true,
            onclick: () => dialog.close("yes"),
          },
          confirm ? textObject(confirm) : "Yes",
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
