// JSON to read and to take along, and the clipboard.
import { h, icon } from "./dom.js";
import * as store from "./store.js";

/** Copies, and says on the button for a moment that it did. */
export async function copy(text, button = null) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return store.tell("notice", "This browser doesn't let the page copy. Select the text and copy it yourself.");
  }
  if (!button) return store.tell("notice", "Copied.");
  const label = button.textContent;
  button.textContent = "Copied";
  button.addEventListener("blur", () => (button.textContent = label), { once: true });
  return undefined;
}

export const copyButton = (text, label = "Copy") =>
  h("button.button", { "data-testid": "copy", onclick: (event) => copy(text, event.currentTarget) }, label);

/** A dialog with a text to look at and copy; `file` offers it as a download too. */
export function showText(title, text, { about = "", file = "" } = {}) {
  const dialog = h(
    "dialog.modal.modal-wide",
    { "data-testid": "text-dialog", "aria-label": title, onclose: () => dialog.remove() },
    h(
      "header.modal-head",
      h("h2", title),
      h("button.tool", { "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    ),
    h("div.modal-body", about ? h("p.quiet", about) : null, h("pre", { tabindex: "0" }, text)),
    h(
      "footer.modal-foot",
      file
        ? h(
            "a.button",
            { href: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`, download: file },
            "Download",
          )
        : null,
      copyButton(text),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}

export const showJson = (title, value) => showText(title, JSON.stringify(value, null, 2));
