// What can be pressed, chosen or typed in blocks.
//
// `place` says where the blocks stand and what to do with them:
//   id                  unique: a message or a view
//   fields              {channel, message_ts} or {view_id}, sent along with every act
//   act(what, fields)   does it
//   stated(block, el)   in views: what the person has filled in already, or undefined
//   inputs              in views: a Map that gathers "block_id" -> {action_id, read(), node}
import { h, icon } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { Choices, openMenu } from "./popup.js";
import * as store from "./store.js";
import { confirmed } from "./confirm.js";

export function element(el, block, place) {
  if (el.visible_to_user_ids && !el.visible_to_user_ids.includes(store.me)) return h("span", { hidden: true });
  const render = ELEMENTS[el.type];
  return render ? render(el, block, place) : h("span.unknown", `Element “${el.type}” isn't drawn here yet`);
}

/** The one control a <label> can point to; groups of several have none. */
export const labelOf = (node) =>
  node.matches("input, select, textarea") ? node : node.querySelector(":scope > .chips > input");

const ELEMENTS = {
  button: (el, block, place) => {
    const props = {
      class: `button ${el.style ?? ""}`,
      "data-action-id": el.action_id,
      "data-value": el.value,
      "aria-label": el.accessibility_label,
    };
    const press = (event) => pressed(event.currentTarget, el, block, place, el.value);
    return el.url
      ? h(
          "a",
          {
            ...props,
            href: /^https?:/i.test(el.url) ? el.url : null,
            target: "_blank",
            rel: "noopener noreferrer",
            onclick: press,
          },
          textObject(el.text),
        )
      : h("button", { ...props, type: "button", onclick: press }, textObject(el.text));
  },

  image: (el) => h("span.image-away", icon("image"), el.alt_text),

  overflow: (el, block, place) => {
    const button = h(
      "button.button.icon-only",
      {
        "data-action-id": el.action_id,
        "aria-label": "More options",
        "aria-haspopup": "menu",
        onclick: () =>
          openMenu(
            button,
            "More options",
            el.options.map((option) => ({
              label: plain(option.text.text),
              hint: option.description && plain(option.description.text),
              data: { "data-value": option.value },
              onpick: () => pressed(button, el, block, place, option.value),
            })),
            { alignEnd: true },
          ),
      },
      icon("more"),
    );
    return button;
  },

  feedback_buttons: (el, block, place) => {
    const here = `${place.id} ${el.action_id}`;
    const sides = [
      [el.positive_button, "up"],
      [el.negative_button, "thumbdown"],
    ].map(([side, drawing]) => {
      const button = h(
        "button.feedback",
        {
          "data-action-id": el.action_id,
          "data-value": side.value,
          title: plain(side.text.text),
          "aria-label": side.accessibility_label ?? plain(side.text.text),
          "aria-pressed": String(store.pressed(here) === side.value),
          onclick: async () => {
            const answer = await busy(button, () =>
              place.act("click", { ...target(el, block, place), value: side.value }),
            );
            if (!answer.ok) return;
            store.press(here, side.value);
            for (const other of sides) other.setAttribute("aria-pressed", String(other === button));
          },
        },
        icon(drawing),
      );
      return button;
    });
    return h("span.feedback-pair", { role: "group" }, sides);
  },

  icon_button: (el, block, place) =>
    h(
      "button.feedback",
      {
        "data-action-id": el.action_id,
        "data-value": el.value,
        title: plain(el.text?.text),
        "aria-label": el.accessibility_label ?? plain(el.text?.text),
        onclick: (event) => pressed(event.currentTarget, el, block, place, el.value),
      },
      icon(el.icon),
    ),

  plain_text_input: (el, block, place) => {
    const field = h(el.multiline ? "textarea" : "input", {
      class: "field-text",
      type: el.multiline ? null : "text",
      rows: el.multiline ? "4" : null,
      "data-action-id": el.action_id,
      placeholder: plain(el.placeholder?.text),
      minlength: el.min_length,
      maxlength: el.max_length,
      autocomplete: "off",
      ...focusFirst(el),
      onchange: () => typed(el, block, place, field.value),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || !dispatchesOn(el, "on_enter_pressed")) return;
        event.preventDefault();
        typed(el, block, place, field.value);
      },
      oninput: () => {
        if (dispatchesOn(el, "on_character_entered")) typed(el, block, place, field.value);
      },
    });
    field.value = place.stated?.(block, el) ?? el.initial_value ?? "";
    return reads(el, block, place, field, () => field.value);
  },

  static_select: (el, block, place) => select(el, block, place, optionsOf(el), el.initial_option?.value),
  external_select: (el, block, place) => select(el, block, place, optionsOf(el), el.initial_option?.value),
  users_select: (el, block, place) => select(el, block, place, people(), el.initial_user),
  conversations_select: (el, block, place) => select(el, block, place, conversations(el), el.initial_conversation),
  channels_select: (el, block, place) => select(el, block, place, publicChannels(), el.initial_channel),

  multi_static_select: (el, block, place) =>
    multiSelect(
      el,
      block,
      place,
      optionsOf(el),
      el.initial_options?.map((option) => option.value),
    ),
  multi_users_select: (el, block, place) => multiSelect(el, block, place, people(), el.initial_users),
  multi_conversations_select: (el, block, place) =>
    multiSelect(el, block, place, conversations(el), el.initial_conversations),
  multi_channels_select: (el, block, place) => multiSelect(el, block, place, publicChannels(), el.initial_channels),

  checkboxes: (el, block, place) =>
    boxes(el, block, place, "checkbox", el.initial_options?.map((option) => option.value) ?? []),
  radio_buttons: (el, block, place) =>
    boxes(el, block, place, "radio", el.initial_option ? [el.initial_option.value] : []),

  datepicker: (el, block, place) => dated(el, block, place, "date", el.initial_date),
  timepicker: (el, block, place) => dated(el, block, place, "time", el.initial_time),
};

// --- Pressing ---

const target = (el, block, place) => ({ ...place.fields, action_id: el.action_id, block_id: block.block_id });

async function pressed(node, el, block, place, value) {
  if (el.confirm && !(await confirmed(el.confirm))) return;
  await busy(node, () => place.act("click", { ...target(el, block, place), value }));
}

async function busy(node, doIt) {
  if (node.getAttribute("aria-busy") === "true") return { ok: false };
  node.setAttribute("aria-busy", "true");
  const answer = await doIt();
  node.removeAttribute("aria-busy");
  return answer;
}

// --- Filling in ---

const focusFirst = (el) => (el.focus_on_load ? { autofocus: true } : {});
const dispatchesOn = (el, trigger) => el.dispatch_action_config?.trigger_actions_on?.includes(trigger);

// An input waits for Submit, the sandbox only learns what it holds; anywhere else a choice is an action at once.
async function typed(el, block, place, value) {
  if (block.type === "input") return place.act("type", { ...target(el, block, place), value });
  if (el.confirm && !(await confirmed(el.confirm))) return null;
  return place.act("select", { ...target(el, block, place), value });
}

function reads(el, block, place, node, read) {
  place.inputs?.set(`${block.block_id} ${el.action_id}`, {
    block_id: block.block_id,
    action_id: el.action_id,
    type: block.type,
    read,
    node,
  });
  return node;
}

// Choices of a select: [{value, label, hint?, group?}].
const option = (item, group) => ({
  value: item.value,
  label: plain(item.text.text),
  hint: item.description && plain(item.description.text),
  group,
});
const optionsOf = (el) => [
  ...(el.options ?? []).map((item) => option(item)),
  ...(el.option_groups ?? []).flatMap((group) => group.options.map((item) => option(item, plain(group.label.text)))),
];
const people = () =>
  [...store.users.values()]
    .filter((user) => !user.is_bot && !user.deleted)
    .map((user) => ({ value: user.id, label: store.person(user.id).name, hint: store.title(user) }));
const publicChannels = () => conversations({ filter: { include: ["public"] } });

function conversations({ filter = {} }) {
  const kind = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");
  return [...store.channels.values()]
    .filter(
      (channel) => !channel.is_archived && (filter.include ?? ["public", "private", "im"]).includes(kind(channel)),
    )
    .filter(
      (channel) =>
        !(filter.exclude_bot_users && channel.is_im) &&
        !(filter.exclude_external_shared_channels && channel.is_ext_shared),
    )
    .map((channel) => ({ value: channel.id, label: channel.is_im ? store.bot.name : `#${channel.name}` }));
}

function select(el, block, place, options, initial) {
  const chosen = place.stated?.(block, el) ?? initial ?? "";
  const node = h(
    "select.field-text",
    { "data-action-id": el.action_id, ...focusFirst(el), onchange: () => typed(el, block, place, node.value || null) },
    h("option", { value: "" }, plain(el.placeholder?.text) || "Choose…"),
  );
  if (block.type !== "input")
    node.setAttribute("aria-label", plain(el.placeholder?.text) || plain(block.text?.text) || "Choose");
  for (const { value, label, group } of options) {
    const shown = h("option", { value, selected: value === chosen }, label);
    if (!group) node.append(shown);
    else {
      if (node.lastElementChild?.label !== group || node.lastElementChild.tagName !== "OPTGROUP")
        node.append(h("optgroup", { label: group }));
      node.lastElementChild.append(shown);
    }
  }
  return reads(el, block, place, node, () => node.value || null);
}

// Chips with a field that filters what is left.
function multiSelect(el, block, place, options, initial = []) {
  const chosen = new Set(place.stated?.(block, el) ?? initial);
  const field = h("input", {
    type: "text",
    "data-action-id": el.action_id,
    placeholder: plain(el.placeholder?.text) || "Choose…",
    autocomplete: "off",
    ...focusFirst(el),
  });
  const chips = h("div.chips.field-text", { onclick: () => field.focus() });
  const isFull = () => chosen.size >= (el.max_selected_items ?? Infinity);
  const change = (edit) => {
    edit();
    draw();
    typed(el, block, place, [...chosen]);
  };
  const choices = new Choices(field, plain(el.placeholder?.text) || "Choices", ({ id }) => {
    field.value = "";
    change(() => chosen.add(id));
    offer();
  });
  const offer = () => {
    const wanted = field.value.trim().toLowerCase();
    const left = isFull()
      ? []
      : options.filter((item) => !chosen.has(item.value) && item.label.toLowerCase().includes(wanted));
    choices.show(
      left.map((item) => ({ id: item.value, label: item.label, hint: item.hint, data: { "data-value": item.value } })),
    );
  };
  const draw = () =>
    chips.replaceChildren(
      ...[...chosen].map((value) => {
        const label = options.find((item) => item.value === value)?.label ?? value;
        return h(
          "span.chip",
          { "data-value": value },
          label,
          h(
            "button",
            { "aria-label": `Remove ${label}`, onclick: () => change(() => chosen.delete(value)) },
            icon("close"),
          ),
        );
      }),
      field,
    );
  field.addEventListener("focus", offer);
  field.addEventListener("click", offer);
  field.addEventListener("input", offer);
  field.addEventListener("keydown", (event) => {
    if (choices.key(event)) return;
    if (event.key === "Backspace" && !field.value && chosen.size) {
      change(() => chosen.delete([...chosen].at(-1)));
      field.focus();
    }
  });
  draw();
  return reads(el, block, place, h("div", chips), () => [...chosen]);
}

function boxes(el, block, place, type, initial) {
  const stated = place.stated?.(block, el);
  const chosen = new Set(stated === undefined ? initial : [stated].flat());
  const name = `${place.id} ${block.block_id} ${el.action_id}`;
  const group = h("div.boxes", { role: type === "radio" ? "radiogroup" : "group" });
  const read = () => {
    const values = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    return type === "radio" ? (values[0] ?? null) : values;
  };
  group.append(
    ...el.options.map((item) =>
      h(
        "label.box",
        h("input", {
          type,
          name,
          value: item.value,
          checked: chosen.has(item.value),
          "data-action-id": el.action_id,
          "data-value": item.value,
          onchange: () => typed(el, block, place, read()),
        }),
        h("span", textObject(item.text), item.description ? h("span.menu-hint", textObject(item.description)) : null),
      ),
    ),
  );
  return reads(el, block, place, group, read);
}

function dated(el, block, place, type, initial) {
  const field = h("input", {
    type,
    class: "field-text field-short",
    "data-action-id": el.action_id,
    ...focusFirst(el),
    onchange: () => typed(el, block, place, field.value || null),
  });
  if (block.type !== "input") field.setAttribute("aria-label", plain(el.placeholder?.text) || type);
  field.value = place.stated?.(block, el) ?? initial ?? "";
  return reads(el, block, place, field, () => field.value || null);
}
