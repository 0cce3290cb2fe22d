// The developer drawer: what went over the wire, trouble on order, and a conversation as a test.
import { confirmed } from "./confirm.js";
import { h, icon } from "./dom.js";
import { copyButton, showText } from "./json.js";
import * as store from "./store.js";

const FIRST = 200; // entries to begin with
const MOST = 600; // rows kept
const WAIT_SECONDS = 25;
const RETRY_SECONDS = 2;
const KINDS = {
  act: "Person",
  envelope: "To the app",
  call: "From the app",
  frame: "Not understood", // what came over the socket and is no acknowledgement
  check: "Address check", // of a request URL, before the first event
};
// What each fault does, and its fields in words. A kind that isn't named here is offered by its own name.
const FAULTS = {
  duplicate: "Deliver the next event more than once",
  noack: "Lose the app's next acknowledgement",
  redeliver: "Deliver the last event once more",
  delay: "Hold a call back",
  error: "Answer a call with an error",
  ratelimit: "Answer a call with “too many requests”",
  drop: "Do a call, but lose its answer",
};
const REASONS = {
  warning: "Warn, close in 10 s",
  refresh_requested: "Ask to reconnect",
  link_disabled: "Switch Socket Mode off",
  too_many_websockets: "Too many sockets",
  close: "Close",
  abort: "Cut",
  silence: "Fall silent",
};

let part = null; // the drawer's own nodes while it is open

/** Opens or closes it; `here()` says which channel, thread and person the export is about. */
export function toggleDrawer(node, here) {
  if (part) return close(node);
  part = { rows: new Map(), stop: new AbortController() };
  node.hidden = false;
  node.dataset.testid = "drawer";
  document.body.classList.add("shows-drawer");
  const list = h("ol.journal", { "data-testid": "journal", tabindex: "0", "aria-label": "Journal, newest first" });
  const filter = h("input.field-text", {
    type: "search",
    placeholder: "Filter, such as chat.postMessage",
    "aria-label": "Filter the journal",
    "data-testid": "filter",
    oninput: () => applyFilter(),
  });
  const kinds = h(
    "div.toggles",
    { role: "group", "aria-label": "Kinds" },
    ...Object.entries({ ...KINDS, error: "Errors only" }).map(([kind, label]) =>
      h(
        "button.toggle",
        {
          "data-kind": kind,
          "aria-pressed": String(kind !== "error"),
          onclick: ({ currentTarget: toggle }) => {
            toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") !== "true"));
            applyFilter();
          },
        },
        label,
      ),
    ),
  );
  Object.assign(part, { node, list, filter, kinds, state: h("span.connection", { role: "status" }), faults: h("div") });
  node.replaceChildren(
    h(
      "header.drawer-head",
      h("h2", "Developer drawer"),
      part.state,
      h(
        "button.tool",
        { "aria-label": "Close the developer drawer", "data-testid": "drawer-close", onclick: () => close(node) },
        icon("close"),
      ),
    ),
    h(
      "div.drawer-body",
      h("section.drawer-journal", { "aria-label": "Journal" }, h("div.drawer-bar", filter, kinds), list),
      h("section.drawer-tools", { "aria-label": "Trouble and tools" }, socketTools(), part.faults, otherTools(here)),
    ),
  );
  drawConnection();
  drawFaults();
  follow(part);
  filter.focus({ preventScroll: true });
}

function close(node) {
  part.stop.abort();
  part = null;
  node.hidden = true;
  node.replaceChildren();
  document.body.classList.remove("shows-drawer");
  document.querySelector('[data-testid="drawer-toggle"]')?.focus();
}

store.on("connected", drawConnection);
store.on("loaded", drawConnection);

function drawConnection() {
  if (!part) return;
  const count = store.connected;
  part.state.classList.toggle("is-up", count > 0);
  part.state.textContent = count
    ? `${store.bot.name} is connected${count > 1 ? `, ${count} sockets` : ""}`
    : `${store.bot.name} isn't connected`;
}

// --- The journal ---

async function follow(mine) {
  const read = async (since, wait) => {
    const query = `/sandbox/journal?since=${since}&wait=${wait}`;
    return (await fetch(query, { signal: mine.stop.signal })).json();
  };
  let since = null;
  while (part === mine) {
    try {
      since ??= Math.max(0, (await read(1e9, 0)).next - FIRST);
      const { entries, next } = await read(since, WAIT_SECONDS);
      since = next < since ? 0 : next; // the sandbox was started anew
      for (const entry of entries) put(entry);
      if (entries.some((entry) => entry.fault || entry.kind !== "act")) drawFaults();
    } catch {
      if (part === mine) await new Promise((resolve) => setTimeout(resolve, RETRY_SECONDS * 1000));
    }
  }
}

// An envelope is one row however often it was sent; everything else has a row of its own.
function put(entry) {
  const key = entry.envelope_id ? `${entry.kind} ${entry.envelope_id}` : `${entry.kind} ${entry.n}`;
  const old = part.rows.get(key);
  const row = rowOf(entry, old?.querySelector("details").open);
  part.rows.set(key, row);
  if (old) old.replaceWith(row);
  else part.list.prepend(row);
  fit(row);
  if (part.rows.size > MOST) {
    const [oldest] = part.rows.keys();
    part.rows.get(oldest).remove();
    part.rows.delete(oldest);
  }
}

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 2,
});

function rowOf(entry, isOpen) {
  const { name, about, outcome, ms, isError } = told(entry);
  const details = h(
    "details",
    {
      open: Boolean(isOpen),
      ontoggle: () => {
        if (details.open && !details.querySelector("pre")) details.append(detailOf(entry));
      },
    },
    h(
      "summary",
      h("time.quiet", TIME.format(new Date(entry.at))),
      h(`span.kind.kind-${entry.kind in KINDS ? entry.kind : "other"}`, KINDS[entry.kind] ?? entry.kind),
      h("code.entry-what", name),
      h("span.entry-about", { dir: "auto" }, about),
      h("span.entry-outcome", outcome),
      h("span.entry-ms", typeof ms === "number" ? `${ms} ms` : ""),
    ),
  );
  if (isOpen) details.append(detailOf(entry));
  const row = h("li", { class: isError ? "is-error" : "", "data-testid": "entry", "data-kind": entry.kind }, details);
  row.words = `${name} ${about} ${outcome} ${entry.act ?? ""}`.toLowerCase();
  return row;
}

function told(entry) {
  if (entry.kind === "call") {
    const isError = entry.answer?.ok === false || entry.status >= 400 || Boolean(entry.fault);
    const outcome =
      entry.answer?.ok === false ? entry.answer.error : entry.status === 200 ? "ok" : String(entry.status);
    const { channel, user, user_id: id, text, view_id: view } = entry.arguments ?? {};
    const about = [channel, user ?? id, view, short(text)].filter((one) => typeof one === "string" && one).join(" · ");
    return {
      name: entry.method,
      about,
      outcome: entry.fault ? `${outcome} (${entry.fault})` : outcome,
      ms: entry.ms,
      isError,
    };
  }
  if (entry.kind === "envelope") {
    const tries = entry.attempts?.length > 1 ? `, sent ${entry.attempts.length}×` : "";
    const words = {
      sent: "waiting for its acknowledgement",
      acked: "acknowledged",
      failed: "failed",
      gave_up: "given up",
    };
    const reason = entry.reason ? `: ${entry.reason.replaceAll("_", " ")}` : "";
    const { event, user, command, text } = entry.payload ?? {};
    const about = [event?.user ?? user?.id, command, short(event?.text ?? text)].filter(
      (one) => typeof one === "string" && one,
    );
    return {
      name: entry.name,
      about: about.join(" · "),
      outcome: `${words[entry.state] ?? entry.state}${reason}${tries}`,
      ms: entry.acked_ms,
      isError: ["failed", "gave_up"].includes(entry.state) || entry.attempts?.length > 1,
    };
  }
  if (entry.kind === "act") {
    const { do: what, user, channel, text, action_id: action, emoji, callback_id: callback } = entry.arguments ?? {};
    const about = [store.person(user).name, channel, short(text ?? action ?? emoji ?? callback)]
      .filter(Boolean)
      .join(" · ");
    return { name: String(what), about, outcome: entry.act, isError: false };
  }
  const { kind, state, reason, text, url } = entry; // a frame, a check, or a kind that isn't known here
  return {
    name: String(state ?? kind),
    about: url ?? short(text),
    outcome: reason ?? "",
    isError: state === "failed" || state === "ignored",
  };
}

const short = (text) => (typeof text === "string" ? store.typedText(text).replace(/\s+/g, " ").slice(0, 80) : "");

function detailOf(entry) {
  const json = JSON.stringify(entry, null, 2);
  return h(
    "div.entry-detail",
    h(
      "div.entry-tools",
      copyButton(json, "Copy JSON"),
      entry.kind === "envelope"
        ? h(
            "button.button",
            {
              "data-testid": "again",
              onclick: () => order({ fault: "redeliver", envelope_id: entry.envelope_id }, "Delivered again."),
            },
            "Deliver again",
          )
        : null,
    ),
    h("pre", { tabindex: "0" }, json),
  );
}

function applyFilter() {
  for (const row of part.rows.values()) fit(row);
}

function fit(row) {
  const pressed = (kind) => part.kinds.querySelector(`[data-kind="${kind}"]`)?.getAttribute("aria-pressed") !== "false";
  const onlyErrors = part.kinds.querySelector('[data-kind="error"]').getAttribute("aria-pressed") === "true";
  const wanted = part.filter.value.trim().toLowerCase();
  row.hidden =
    !pressed(row.dataset.kind) || (onlyErrors && !row.classList.contains("is-error")) || !row.words.includes(wanted);
}

// --- Trouble ---

/** Orders a fault and says what came of it. */
async function order(fault, done) {
  const answer = await send("/sandbox/faults", fault);
  if (answer.ok) store.tell("notice", done);
  else
    store.tell("notice", `That didn't work: ${answer.message ?? answer.error?.replaceAll("_", " ") ?? "no contact"}.`);
  drawFaults();
}

async function send(path, body) {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(path, options)
    .then((response) => response.json())
    .catch(() => ({ ok: false }));
}

function socketTools() {
  return h(
    "fieldset",
    h("legend", "Drop the socket"),
    h(
      "div.toggles",
      Object.entries(REASONS).map(([reason, label]) =>
        h(
          "button.button",
          {
            "data-testid": "disconnect",
            "data-reason": reason,
            title: reason,
            onclick: () => order({ fault: "disconnect", reason }, `Done: ${reason}.`),
          },
          label,
        ),
      ),
    ),
  );
}

let known = null; // the kinds of fault that the sandbox knows, with their fields

async function drawFaults() {
  const mine = part;
  const answer = await fetch("/sandbox/faults")
    .then((response) => response.json())
    .catch(() => null);
  if (!answer?.ok || part !== mine) return;
  known = answer.kinds;
  if (!mine.faultForm) {
    mine.faultForm = faultForm();
    mine.active = h("div.active-faults", { role: "status" });
    mine.faults.append(h("fieldset", h("legend", "Order trouble"), mine.faultForm, mine.active));
  }
  mine.active.replaceChildren(
    ...(answer.faults.length
      ? [
          h(
            "ul",
            answer.faults.map((fault) => h("li", wordsOf(fault))),
          ),
          h(
            "button.button",
            { onclick: () => order({ fault: "clear" }, "Nothing more will go wrong.") },
            "Call it off",
          ),
        ]
      : [h("p.quiet", "Nothing is ordered.")]),
  );
}

function wordsOf({ fault, ...fields }) {
  const set = Object.entries(fields).filter(([, value]) => value !== null && value !== false);
  return `${fault}: ${set.map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ")}`;
}

function faultForm() {
  const names = Object.keys(known).filter((kind) => !["clear", "disconnect"].includes(kind));
  const choice = h(
    "select.field-text",
    { "aria-label": "Kind of trouble", "data-testid": "fault", onchange: () => drawFields() },
    names.map((kind) => h("option", { value: kind }, FAULTS[kind] ?? kind)),
  );
  const fields = h("div.fault-fields");
  const drawFields = () =>
    fields.replaceChildren(...Object.entries(known[choice.value]).map(([name, value]) => faultField(name, value)));
  drawFields();
  const submit = (event) => {
    event.preventDefault();
    const body = { fault: choice.value };
    for (const input of fields.querySelectorAll("input")) {
      if (input.type === "checkbox") body[input.name] = input.checked;
      else if (input.value !== "") body[input.name] = input.type === "number" ? Number(input.value) : input.value;
    }
    order(body, body.fault === "redeliver" ? "Delivered again." : "Ordered.");
  };
  return h(
    "form.fault-form",
    { onsubmit: submit },
    choice,
    fields,
    h("button.button.primary", { type: "submit", "data-testid": "fault-order" }, "Order"),
  );
}

function faultField(name, value) {
  const label = name.replaceAll("_", " ");
  if (typeof value === "boolean")
    return h("label.check", h("input", { type: "checkbox", name, checked: value }), label);
  const type = typeof value === "number" ? "number" : "text";
  return h(
    "label",
    label,
    h("input.field-text", { type, name, step: "any", value: value ?? "", placeholder: value === null ? "any" : "" }),
  );
}

// --- The rest ---

function otherTools(here) {
  return h(
    "fieldset",
    h("legend", "This workspace"),
    h(
      "div.toggles",
      h(
        "button.button",
        { "data-testid": "export", onclick: () => exportHere(here()) },
        "Export this conversation as a test",
      ),
      h("button.button.danger", { "data-testid": "reset", onclick: reset }, "Reset…"),
    ),
  );
}

async function exportHere({ channel, thread, user }) {
  if (!channel) return store.tell("notice", "Open a channel or a thread first.");
  const query = new URLSearchParams({ channel, user, ...(thread ? { thread } : {}) });
  const answer = await fetch(`/sandbox/dialogue?${query}`)
    .then((response) => response.json())
    .catch(() => ({}));
  if (!answer.ok) return store.tell("notice", answer.message ?? "There is nothing to export here.");
  return showText(thread ? "This thread as a test" : "This channel as a test", answer.python, {
    about: "Save it as tests/conversations/test_exported.py and run it with pytest.",
    file: "test_exported.py",
  });
}

async function reset() {
  const agreed = await confirmed({
    title: { type: "plain_text", text: "Reset the workspace?" },
    text: {
      type: "plain_text",
      text: `Everything written here is gone and the week of ${store.team.name} begins anew. What ${store.bot.name} itself has stored stays.`,
    },
    confirm: { type: "plain_text", text: "Reset" },
    style: "danger",
  });
  if (!agreed) return;
  const answer = await send("/sandbox/reset", {});
  store.tell("notice", answer.ok ? "The workspace is as it was at the beginning." : "The sandbox can't be reached.");
}
