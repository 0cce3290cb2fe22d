// What is typed, ticked or attached: text fields, checkboxes, radio buttons, dates and files.
import { h, icon, newId } from "./dom.js";
import { Entry, focusFirst } from "./entering.js";
import { plain, textObject } from "./mrkdwn.js";
import * as store from "./store.js";

// --- Text ---

const isEmail = (text) => /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]{2,}$/.test(text);
const isUrl = (text) => /^https?:\/\/[^\s/?#]+\.?[^\s]*$/i.test(text) && URL.canParse(text);

/** Each kind of text field: how a phone's keyboard looks for it, and what Slack says of a text that doesn't fit. */
export const TEXTS = {
  plain_text_input: {
    check: (text, { min_length: least = 0, max_length: most = Infinity }) =>
      text.length < least
        ? `Please use at least ${least} characters.`
        : text.length > most && `Please use at most ${most} characters.`,
  },
  email_text_input: { keys: "email", check: (text) => !isEmail(text) && "Please enter a valid email address." },
  url_text_input: {
    keys: "url",
    check: (text) => !isUrl(text) && "Please enter a valid URL, such as https://example.com.",
  },
  number_input: { keys: "decimal", check: numberProblem },
};

function numberProblem(text, { is_decimal_allowed: decimal, min_value: least, max_value: most }) {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim())) return "Please enter a number.";
  if (!decimal && !/^[+-]?\d+$/.test(text.trim())) return "Please enter a whole number.";
  if (least !== undefined && Number(text) < Number(least)) return `Please enter a number of at least ${least}.`;
  if (most !== undefined && Number(text) > Number(most)) return `Please enter a number of at most ${most}.`;
  return "";
}

export function textField(el, block, place) {
  const { keys, check } = TEXTS[el.type];
  const entry = new Entry(el, block, place, el.initial_value === undefined ? null : String(el.initial_value));
  entry.check = (text) => check(text, el) || "";
  const dispatches = (trigger) =>
    block.dispatch_action && (el.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]).includes(trigger);
  const send = (dispatch) => entry.enter(field.value || null, { dispatch });
  const field = h(el.multiline ? "textarea" : "input", {
    class: "field-text",
    type: el.multiline ? null : "text",
    rows: el.multiline ? "4" : null,
    inputmode: keys,
    "data-action-id": el.action_id,
    "data-control": true,
    placeholder: plain(el.placeholder?.text),
    autocomplete: "off",
    dir: "auto",
    ...focusFirst(el),
    onchange: () => send(false),
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !dispatches("on_enter_pressed")) return;
      event.preventDefault();
      send(true);
    },
    oninput: () => {
      entry.keep(field.value || null);
      if (el.max_length) count();
      if (dispatches("on_character_entered")) send(true);
    },
  });
  field.value = entry.value ?? "";
  const counter = h("span.counter", { "aria-hidden": "true" });
  const count = () => {
    const left = el.max_length - field.value.length;
    counter.textContent = String(left);
    counter.classList.toggle("is-over", left < 0);
  };
  if (!el.max_length) return field;
  count();
  return h("div.counted", field, counter, h("span.unseen", `At most ${el.max_length} characters`));
}

// --- Boxes to tick ---

/** Checkboxes or radio buttons: one choice is an option, several a list of them. */
export function boxes(type) {
  return (el, block, place) => {
    const many = type === "checkbox";
    const entry = new Entry(el, block, place, many ? (el.initial_options ?? []) : (el.initial_option ?? null));
    const name = newId("boxes");
    const group = h("div.boxes", { role: many ? "group" : "radiogroup", "data-control": true });
    const isChosen = (item) => [entry.value ?? []].flat().some((one) => one.value === item.value);
    const inputs = el.options.map((item, index) =>
      h("input", {
        type,
        name,
        checked: isChosen(item),
        "data-action-id": el.action_id,
        "data-value": item.value,
        ...(index ? {} : focusFirst(el)),
        onchange: async () => {
          const ticked = el.options.filter((_, at) => inputs[at].checked);
          if (!(await entry.enter(many ? ticked : (ticked[0] ?? null))))
            el.options.forEach((option, at) => (inputs[at].checked = isChosen(option)));
        },
      }),
    );
    group.append(
      ...el.options.map((item, index) =>
        h(
          "label.box",
          inputs[index],
          h("span", textObject(item.text), item.description ? h("span.menu-hint", textObject(item.description)) : null),
        ),
      ),
    );
    return group;
  };
}

// --- Dates and times ---

const two = (number) => String(number).padStart(2, "0");
const asLocal = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
};
const same = (value) => value;

/** The browser's own pickers: what the field shows, and what Slack's state has for it. */
const DATES = {
  datepicker: { type: "date", least: "1900-01-01", initial: "initial_date", name: "Date", shown: same, read: same },
  timepicker: { type: "time", initial: "initial_time", name: "Time", shown: same, read: same },
  datetimepicker: {
    type: "datetime-local",
    least: "1970-01-02T00:00",
    initial: "initial_date_time",
    name: "Date and time",
    shown: asLocal,
    read: (text) => Math.floor(new Date(text).getTime() / 1000),
  },
};

export function dated(el, block, place) {
  const { type, least, initial, name, shown, read } = DATES[el.type];
  const entry = new Entry(el, block, place, el[initial] ?? null);
  const show = () => {
    field.value = entry.value === null ? "" : shown(entry.value);
  };
  const field = h("input", {
    type,
    class: "field-text field-short",
    min: least, // a year half typed is no date yet
    max: least && (type === "date" ? "9999-12-31" : "2286-11-20T00:00"),
    "data-action-id": el.action_id,
    "data-control": true,
    "aria-label": block.type === "input" ? null : plain(el.placeholder?.text) || name,
    title: plain(el.placeholder?.text) || null,
    ...focusFirst(el),
    onchange: async () => {
      if (!field.validity.valid) return;
      const value = field.value ? read(field.value) : null;
      if (value !== entry.value && !(await entry.enter(value))) show();
    },
  });
  entry.check = () => (field.validity.valid ? "" : `Please enter a ${name.toLowerCase()}.`);
  show();
  return field;
}

// --- Files ---

/** Files are kept by the sandbox as soon as they are chosen; the app finds them in the view it is sent. */
export function fileField(el, block, place) {
  const entry = new Entry(el, block, place, []);
  const most = el.max_files ?? 10;
  const told = h("div.input-hint", { role: "status" });
  const list = h("ul.files");
  const picker = h("input.unseen", {
    type: "file",
    multiple: most > 1,
    accept: el.filetypes?.map((kind) => `.${kind}`).join(","),
    "data-action-id": el.action_id,
    "data-control": true,
    onchange: () => take([...picker.files]),
  });
  let before = Promise.resolve();
  const take = (files) => {
    picker.value = "";
    before = before.then(() => add(files)); // one choice after the other, so that all of them are counted
  };
  const add = async (files) => {
    const kinds = el.filetypes?.map((kind) => kind.toLowerCase());
    const wrong = files.find((file) => kinds && !kinds.includes(file.name.split(".").at(-1).toLowerCase()));
    if (wrong) return say(`${wrong.name} can't be added: only ${kinds.join(", ")}.`);
    if (entry.value.length + files.length > most)
      return say(`Please add at most ${most === 1 ? "one file" : `${most} files`}.`);
    for (const file of files) {
      say(`Uploading ${file.name}…`);
      const kept = await uploaded(file);
      if (!kept.ok) return say(`${file.name} couldn't be uploaded (${kept.error}).`);
      await entry.enter([...entry.value, kept.file]);
    }
    say("");
    return draw();
  };
  const say = (words) => {
    told.textContent = words;
    draw();
  };
  const draw = () =>
    list.replaceChildren(
      ...entry.value.map((file) =>
        h(
          "li.chip",
          icon("file"),
          file.name ?? file.id,
          h(
            "button",
            {
              "aria-label": `Remove ${file.name ?? file.id}`,
              onclick: async () => {
                await entry.enter(entry.value.filter((other) => other !== file));
                draw();
                picker.focus();
              },
            },
            icon("close"),
          ),
        ),
      ),
    );
  entry.check = (files) => (files.length > most ? `Please add at most ${most} files.` : "");
  draw();
  return h(
    "div.drop",
    {
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        take([...event.dataTransfer.files]);
      },
    },
    h("label.button", picker, "Choose a file"),
    h("span.quiet", "or drop it here"),
    list,
    told,
  );
}

async function uploaded(file) {
  const address = `/sandbox/upload?user=${encodeURIComponent(store.me)}&name=${encodeURIComponent(file.name)}`;
  try {
    return await (await fetch(address, { method: "POST", body: file })).json();
  } catch {
    return { ok: false, error: "no_contact" };
  }
}
