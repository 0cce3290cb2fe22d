// What can be pressed in blocks, and the table of all elements. `place` is explained in entering.js.
import { confirmed } from "./confirm.js";
import { h, icon, unknown } from "./dom.js";
import { richTextField } from "./editor.js";
import { busy, target } from "./entering.js";
import { boxes, dated, fileField, textField } from "./fields.js";
import { plain, textObject } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { select } from "./pickers.js";
import { openMenu } from "./popup.js";
import * as store from "./store.js";

/** One element of a block; of what this page doesn't know, its JSON. */
export function element(el, block, place) {
  if (el?.visible_to_user_ids && !el.visible_to_user_ids.includes(store.me)) return h("span", { hidden: true });
  return Object.hasOwn(ELEMENTS, el?.type) ? ELEMENTS[el.type](el, block, place) : unknown("Element", el);
}

const ELEMENTS = {
  button,
  workflow_button: (el) =>
    h(
      "button",
      {
        class: `button ${styleOf(el)}`,
        "data-action-id": el.action_id,
        "aria-label": el.accessibility_label,
        onclick: () => store.tell("notice", "Slack would start a workflow here. The sandbox has none."),
      },
      textObject(el.text),
    ),
  image: picture,
  overflow,
  feedback_buttons: feedbackButtons,
  icon_button: iconButton,
  plain_text_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  number_input: textField,
  rich_text_input: richTextField,
  file_input: fileField,
  checkboxes: boxes("checkbox"),
  radio_buttons: boxes("radio"),
  datepicker: dated,
  timepicker: dated,
  datetimepicker: dated,
  ...Object.fromEntries(
    ["static", "external", "users", "conversations", "channels"]
      .flatMap((kind) => [`${kind}_select`, `multi_${kind}_select`])
      .map((name) => [name, select]),
  ),
};

const styleOf = ({ style }) => (["primary", "danger"].includes(style) ? style : "");

async function pressed(node, el, block, place, value) {
  if (el.confirm && !(await confirmed(el.confirm))) return false;
  return (await busy(node, () => place.act("click", { ...target(el, block, place), value }))).ok;
}

const isPage = (url) => /^https?:\/\//i.test(url ?? "");

// A button with an address opens it, and the app hears of that, too.
function button(el, block, place) {
  const press = async () => {
    if (el.url && el.confirm) {
      if ((await pressed(node, el, block, place, el.value)) && isPage(el.url)) open(el.url, "_blank", "noopener");
    } else pressed(node, el, block, place, el.value);
  };
  const isLink = isPage(el.url) && !el.confirm;
  const node = h(
    isLink ? "a" : "button",
    {
      class: `button ${styleOf(el)}`,
      "data-action-id": el.action_id,
      "data-value": el.value,
      "aria-label": el.accessibility_label,
      ...(isLink ? { href: el.url, target: "_blank", rel: "noopener noreferrer" } : {}),
      onclick: press,
    },
    textObject(el.text),
  );
  return node;
}

function overflow(el, block, place) {
  const node = h(
    "button.button.icon-only",
    {
      "data-action-id": el.action_id,
      "aria-label": "More options",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () =>
        openMenu(
          node,
          "More options",
          el.options.map((option) => ({
            label: plain(option.text.text),
            hint: option.description && plain(option.description.text),
            data: { "data-value": option.value },
            onpick: () => {
              if (isPage(option.url)) open(option.url, "_blank", "noopener");
              pressed(node, el, block, place, option.value);
            },
          })),
          { alignEnd: true },
        ),
    },
    icon("more"),
  );
  return node;
}

function feedbackButtons(el, block, place) {
  const here = `${place.id} ${el.action_id}`;
  const sides = [
    [el.positive_button, "up"],
    [el.negative_button, "thumbdown"],
  ].map(([side, drawing]) => {
    const node = h(
      "button.feedback",
      {
        "data-action-id": el.action_id,
        "data-value": side.value,
        title: plain(side.text.text),
        "aria-label": side.accessibility_label ?? plain(side.text.text),
        "aria-pressed": String(store.pressed(here) === side.value),
        onclick: async () => {
          if (!(await pressed(node, el, block, place, side.value))) return;
          store.press(here, side.value);
          for (const other of sides) other.setAttribute("aria-pressed", String(other === node));
        },
      },
      icon(drawing),
    );
    return node;
  });
  return h("span.feedback-pair", { role: "group", "aria-label": "Feedback" }, sides);
}

const ICONS = { trash: "trash", edit: "edit", pencil: "edit", copy: "copy" };

function iconButton(el, block, place) {
  const node = h(
    "button.feedback",
    {
      "data-action-id": el.action_id,
      "data-value": el.value,
      title: plain(el.text.text),
      "aria-label": el.accessibility_label ?? plain(el.text.text),
      onclick: () => pressed(node, el, block, place, el.value),
    },
    icon(ICONS[el.icon] ?? "bolt"),
  );
  return node;
}
