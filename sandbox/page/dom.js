// Building the page: text from Slack goes in as text nodes only, never as HTML.

/**
 * An element: h("p.quiet", { id: "x", onclick: press }, "text", …). Properties may be left out; `on…` ones are
 * listeners, false and null ones are skipped, true is an empty attribute.
 */
export function h(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (tag === "button") node.type = "button"; // the browser's own default would submit a form
  const isProps = rest[0]?.constructor === Object;
  for (const [key, value] of Object.entries(isProps ? rest[0] : {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.classList.add(...classes);
  const children = rest.slice(isProps ? 1 : 0).flat(Infinity);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  shared: "M9 7 4 12l5 5M15 7l5 5-5 5M4 12h16",
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5a4.2 4.2 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0m0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.1",
  reply: "M4 5h16v11H11l-4 4v-4H4z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  down: "M6 9l6 6 6-6",
  up: "M7 11v9H4v-9zM7 11l4-7c1.4 0 2.3 1 2.3 2.4L13 10h5.5a1.8 1.8 0 0 1 1.8 2.1l-1.2 6.4a1.8 1.8 0 0 1-1.8 1.5H7",
  thumbdown:
    "M17 13V4h3v9zM17 13l-4 7c-1.4 0-2.3-1-2.3-2.4L11 14H5.5a1.8 1.8 0 0 1-1.8-2.1l1.2-6.4A1.8 1.8 0 0 1 6.7 4H17",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15.5 9.5h.01",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  clip: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.3 4.3l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2L14 7.7",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.3",
  people:
    "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 5.5a3.5 3.5 0 0 1 0 6.5M17 14.3c2.5.6 4 2.8 4 5.7",
  copy: "M8 8h11v12H8zM5 16V4h11",
  check: "M5 12.5 10 17.5 19.5 7",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.5v.5",
  warning: "M12 4 2.8 20h18.4zM12 10v4.5M12 17v.5",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 9l6 6M15 9l-6 6",
  success: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.5l3 3 5.5-6.5",
  default: "M5 10v4h3l6 4V6l-6 4zM17 9.5a4 4 0 0 1 0 5",
  pending: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  in_progress: "M12 3a9 9 0 0 1 9 9",
  phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1",
  play: "M8 5v14l11-7z",
  bold: "M7 4h6a4 4 0 0 1 0 8H7zM7 12h7a4 4 0 0 1 0 8H7z",
  italic: "M10 4h8M6 20h8M14 4l-4 16",
  strike: "M4 12h16M16 7a4 3 0 0 0-4-3c-3 0-4 1.5-4 3.2M8 17a4 3 0 0 0 4 3c3 0 4.5-1.5 4.5-3.5",
  quote: "M5 5v14M10 8h10M10 12h10M10 16h6",
  codeblock: "M4 4h16v16H4zM10 9l-3 3 3 3M14 9l3 3-3 3",
  bullets: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  numbers: "M10 6h10M10 12h10M10 18h10M4 4.5h1.5V9M4 15h2.5L4 19.5h2.5",
};

/** A line drawing in the colour of the text around it; always beside a label, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    class: `icon icon-${name}`,
    "aria-hidden": "true",
  }))
    svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.bolt);
  svg.append(path);
  return svg;
}

let ids = 0;

/** An id no other node has, for labels and descriptions to point to. */
export const newId = (what) => `${what}-${(ids += 1)}`;

/** What Slack may send and this page doesn't draw: its name, and all of it to look at. */
export const unknown = (what, thing) =>
  h(
    "details.unknown",
    h("summary", `${what} “${thing?.type}” isn't drawn here`),
    h("pre", JSON.stringify(thing, null, 2)),
  );

/** Initials on a colour that stays with the id: every person looks the same in every window. */
export function avatar(person, size = "") {
  const name = person.name || "?";
  const initials = person.is_bot
    ? name.slice(0, 1)
    : name
        .split(/\s+/)
        .map((word) => [...word][0])
        .slice(0, 2)
        .join("");
  const hue = [...(person.id ?? name)].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 9973, 7) % 10;
  return h(
    "span",
    { class: `avatar hue-${hue} ${person.is_bot ? "avatar-app" : ""} ${size}`, "aria-hidden": "true" },
    initials.toUpperCase(),
  );
}

/** Replaces the children, and puts the focus back on the same control if it was inside. */
export function replaceKeepingFocus(parent, ...children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.actionId;
  const value = focused?.dataset.value;
  parent.replaceChildren(...children);
  if (!key || parent.contains(document.activeElement)) return;
  const same = [...parent.querySelectorAll("[data-action-id]")].filter((node) => node.dataset.actionId === key);
  (same.find((node) => node.dataset.value === value) ?? same[0])?.focus();
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

export const moment = (ts) => new Date(Number(ts) * 1000);
export const timeOf = (ts) => TIME.format(moment(ts));
export const fullTimeOf = (ts) => FULL.format(moment(ts));

export function dayOf(ts, [today, yesterday] = ["Today", "Yesterday"]) {
  const date = moment(ts);
  const days = Math.round((new Date(new Date().toDateString()) - new Date(date.toDateString())) / 86_400_000);
  return days === 0 ? today : days === 1 ? yesterday : DAY.format(date);
}
