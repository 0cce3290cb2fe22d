// The blocks in which apps show what they did and found: alerts, cards, tasks and plans.
import { h, icon, newId } from "./dom.js";
import { element } from "./elements.js";
import * as mrkdwn from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText } from "./richtext.js";

const LEVELS = { default: "Notice", info: "Info", warning: "Warning", error: "Error", success: "Success" };

export function alert(block) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return h(
    "div",
    { class: `level-${level}`, role: "note" },
    icon(level),
    h("span.unseen", `${LEVELS[level]}: `),
    h("div.prose", mrkdwn.textObject(block.text)),
  );
}

/** `block` is the one that the app is told of when a button is pressed: the card's own, or the carousel around it. */
export function card(content, block, place) {
  return h(
    "div.card",
    content.hero_image ? h("div.card-hero", picture(content.hero_image)) : null,
    h(
      "div.card-head",
      iconOf(content),
      h(
        "div.card-titles",
        content.title ? h("div.card-title", mrkdwn.textObject(content.title)) : null,
        content.subtitle ? h("div.card-subtitle", mrkdwn.textObject(content.subtitle)) : null,
      ),
    ),
    content.body ? h("div.card-body.prose", mrkdwn.textObject(content.body)) : null,
    content.subtext ? h("div.card-subtitle", mrkdwn.textObject(content.subtext)) : null,
    content.actions?.length
      ? h(
          "div.card-actions",
          content.actions.map((item) => element(item, block, place)),
        )
      : null,
  );
}

/** The picture before a title, or the name of one of Slack's own. */
export const iconOf = ({ icon: image, slack_icon: own }) =>
  image
    ? h("span.card-icon", picture(image))
    : own && h("span.card-icon", { role: "img", "aria-label": own.name, title: own.name }, icon("bolt"));

/** Cards side by side, to be scrolled by hand, by keys or by the two buttons. */
export function carousel(block, place) {
  const cards = block.elements.map((content, index) =>
    h("li", { "aria-label": `${index + 1} of ${block.elements.length}` }, card(content, block, place)),
  );
  let aim = null; // where the row is on its way to: a second press goes on from there
  const forget = () => (aim = null);
  const byHand = { onscrollend: forget, onwheel: forget, onpointerdown: forget, onkeydown: forget };
  const row = h(
    "ul.carousel-row",
    { tabindex: "0", "aria-label": "Cards", onscroll: () => tellEnds(), ...byHand },
    cards,
  );
  const move = (by) => {
    const left = (aim ?? row.scrollLeft) + by * (cards[0].offsetWidth + 12);
    aim = Math.max(0, Math.min(left, row.scrollWidth - row.clientWidth));
    row.scrollTo({ left: aim, behavior: "smooth" });
  };
  const step = (name, drawing, by) => h("button.tool", { "aria-label": name, onclick: () => move(by) }, icon(drawing));
  const [back, on] = [step("Previous card", "left", -1), step("Next card", "right", 1)];
  const tellEnds = () => {
    back.disabled = row.scrollLeft < 4;
    on.disabled = row.scrollLeft + row.clientWidth > row.scrollWidth - 4;
  };
  new ResizeObserver(tellEnds).observe(row);
  return h("div", { role: "group", "aria-label": `${cards.length} cards` }, row, h("div.carousel-steps", back, on));
}

const STATUSES = { pending: "Waiting", in_progress: "In progress", complete: "Done", error: "Failed" };
const DRAWINGS = { pending: "pending", in_progress: "in_progress", complete: "success", error: "error" };

export function task(item) {
  const status = Object.hasOwn(STATUSES, item.status) ? item.status : "pending";
  const more = [
    item.details ? h("div.task-details", richText(item.details.elements)) : null,
    item.output ? h("div.task-output", h("div.task-label", "Output"), richText(item.output.elements)) : null,
    item.sources?.length ? sources(item.sources) : null,
  ].filter(Boolean);
  const head = [
    h("span.task-status", { role: "img", "aria-label": STATUSES[status] }, icon(DRAWINGS[status])),
    h("span.task-title", mrkdwn.plain(item.title)),
  ];
  return more.length
    ? h(
        "details",
        { class: `task is-${status}`, open: status === "error" },
        h("summary", head),
        h("div.task-more", more),
      )
    : h("div", { class: `task is-${status}` }, h("div.task-head", head));
}

const sources = (items) =>
  h(
    "ul.sources",
    { "aria-label": "Sources" },
    items.map((source) => h("li", mrkdwn.link(source.url ?? "", source.text || source.url || ""))),
  );

export function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((item) => item.status === "complete").length;
  const title = newId("plan");
  return h(
    "details.plan",
    { open: true },
    h(
      "summary",
      h("span.plan-title", { id: title }, mrkdwn.plain(block.title)),
      tasks.length ? h("span.quiet", `${done} of ${tasks.length}`) : null,
    ),
    tasks.length ? h("progress", { max: tasks.length, value: done, "aria-labelledby": title }) : null,
    h(
      "ul",
      tasks.map((item) => h("li", task(item))),
    ),
  );
}

/** A service that the app can be connected to. */
export function authProvider(block, place) {
  const [url, verb] = block.is_connected ? [block.disconnect_url, "Disconnect"] : [block.auth_url, "Connect"];
  const identity = [block.connected_identity, block.connected_context]
    .filter(Boolean)
    .map((part) => mrkdwn.plain(part.text));
  return h(
    "div.card-head",
    block.icon_url ? iconOf({ icon: { image_url: block.icon_url, alt_text: "" } }) : null,
    h(
      "div.card-titles",
      h("div.card-title", mrkdwn.textObject(block.name)),
      block.description ? h("div.card-subtitle", mrkdwn.textObject(block.description)) : null,
      block.is_connected ? h("div.card-subtitle", ["Connected", ...identity].join(" · ")) : null,
    ),
    url ? mrkdwn.link(url, verb) : null,
    block.accessory ? element(block.accessory, block, place) : null,
  );
}
