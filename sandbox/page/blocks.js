// Block Kit, one function per block type. What can be pressed or filled in is in elements.js.
import { alert, authProvider, card, carousel, iconOf, plan, task } from "./cards.js";
import { h, icon, newId, unknown } from "./dom.js";
import { element } from "./elements.js";
import { markdown } from "./markdown.js";
import * as mrkdwn from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

const LONG = 700; // characters a section shows before "See more", as in Slack
const WIDE = 120; // characters beside which a button takes too much room in a narrow column

/** Blocks of a message, modal or home -> nodes. `place` says where they stand and carries what is pressed (see entering.js). */
export const renderBlocks = (blocks, place) => (blocks ?? []).map((block) => renderBlock(block, place));

/** One block; what this page doesn't know, or can't make sense of, is shown as a box with its JSON. */
export function renderBlock(block, place) {
  let node;
  try {
    node = Object.hasOwn(BLOCKS, block?.type) ? BLOCKS[block.type](block, place) : unknown("Block", block);
  } catch (problem) {
    if (!(problem instanceof TypeError || problem instanceof RangeError)) throw problem;
    node = unknown("Block", block); // it lacks a field that Slack would have asked for
  }
  node.classList.add("block", `block-${String(block?.type).replace(/\W/g, "-")}`);
  if (block?.block_id) node.dataset.blockId = block.block_id;
  return node;
}

const BLOCKS = {
  section: (block, place) =>
    h(
      (block.text?.text.length ?? 0) > WIDE ? "div.is-wide" : "div",
      h(
        "div.section-text",
        block.text ? folded(block.text, block.expand) : null,
        block.fields
          ? h(
              "div.fields",
              block.fields.map((field) => h("div.field", { dir: "auto" }, mrkdwn.textObject(field))),
            )
          : null,
      ),
      block.accessory ? h("div.accessory", element(block.accessory, block, place)) : null,
    ),

  header: (block) =>
    h("h3", { dir: "auto", class: `level-${Number(block.level) || 1}` }, mrkdwn.textObject(block.text)),

  divider: () => h("hr"),

  context: (block) =>
    h(
      "div",
      block.elements.map((item) => (item.type === "image" ? picture(item) : h("span", mrkdwn.textObject(item)))),
    ),

  actions: (block, place) => row(block, place),
  context_actions: (block, place) => row(block, place),
  input,
  image: (block) => h("figure", block.title ? h("figcaption", mrkdwn.textObject(block.title)) : null, picture(block)),
  rich_text: (block) => h("div", richText(block.elements)),
  markdown: (block) => h("div", markdown(block.text)),
  table,
  data_table: dataTable,
  alert,
  card: (block, place) => h("div", card(block, block, place)),
  carousel,
  container,
  task_card: (block) => h("div", task(block)),
  plan,

  auth_provider: authProvider,

  call: ({ call }) =>
    h(
      "div",
      icon("phone"),
      h("strong", mrkdwn.plain(call?.v1?.name) || "Call"),
      call?.v1?.join_url ? mrkdwn.link(call.v1.join_url, "Join") : null,
    ),

  video: (block) =>
    h(
      "figure",
      h("figcaption", h("strong", mrkdwn.link(block.title_url ?? block.video_url, mrkdwn.plain(block.title.text)))),
      h("p.quiet", [block.author_name, block.provider_name].filter(Boolean).join(" · ")),
      block.description ? h("p", mrkdwn.textObject(block.description)) : null,
      h("div.video", icon("play"), picture({ image_url: block.thumbnail_url, alt_text: block.alt_text })),
    ),

  file: (block) =>
    h("div", icon("file"), h("span", h("strong", "Remote file"), h("span.menu-hint", block.external_id))),
};

const row = (block, place) =>
  h(
    "div",
    block.elements.map((item) => element(item, block, place)),
  );

function folded(text, expand) {
  const nodes = h("div.prose", { dir: "auto" }, mrkdwn.textObject(text));
  if (expand || (text.text ?? "").length <= LONG) return nodes;
  nodes.classList.add("is-folded");
  const more = h(
    "button.see-more",
    {
      "aria-expanded": "false",
      onclick: () => {
        const isFolded = nodes.classList.toggle("is-folded");
        more.textContent = isFolded ? "See more" : "See less";
        more.setAttribute("aria-expanded", String(!isFolded));
      },
    },
    "See more",
  );
  return [nodes, more];
}

function input(block, place) {
  const field = element(block.element, block, place);
  const control = field.matches("[data-control]") ? field : (field.querySelector("[data-control]") ?? field);
  const [labelId, hintId, errorId] = [newId("label"), newId("hint"), newId("error")];
  control.id = newId("field");
  control.setAttribute("aria-describedby", `${hintId} ${errorId}`);
  control.setAttribute("aria-labelledby", labelId);
  if (!block.optional) control.setAttribute("aria-required", "true");
  const isLabelled = control.matches("input, textarea");
  const label = h(isLabelled ? "label" : "div", {
    class: "input-label",
    id: labelId,
    for: isLabelled ? control.id : null,
  });
  const hint = h("div.input-hint", { id: hintId });
  const node = h("div", label, field, hint, h("div.input-error", { role: "alert", id: errorId }));
  /** The words around the field, changed while the field stays as it is. */
  node.redraw = (latest) => {
    label.replaceChildren(
      ...mrkdwn.textObject(latest.label),
      ...(latest.optional ? [h("span.optional", " (optional)")] : []),
    );
    hint.replaceChildren(...mrkdwn.textObject(latest.hint));
  };
  node.redraw(block);
  return node;
}

function container(block, place) {
  const title = block.rich_text_title ? richText(block.rich_text_title.elements) : mrkdwn.textObject(block.title);
  const head = [
    iconOf(block),
    h(
      "div.card-titles",
      h("div.card-title", title),
      block.subtitle ? h("div.card-subtitle", mrkdwn.textObject(block.subtitle)) : null,
    ),
  ];
  const width = ["narrow", "wide", "full"].includes(block.width) ? block.width : "standard";
  const props = { class: `container width-${width} ${block.has_header_divider ? "has-divider" : ""}` };
  const children = h("div.container-body", renderBlocks(block.child_blocks, place));
  return block.is_collapsible
    ? h("details", { ...props, open: !block.default_collapsed }, h("summary.container-head", head), children)
    : h("section", props, h("div.container-head", head), children);
}
