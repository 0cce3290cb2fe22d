// Block Kit, one function per block type. What can be pressed or filled in is in elements.js.
import { h, icon } from "./dom.js";
import { element, labelOf } from "./elements.js";
import { markdown } from "./markdown.js";
import * as mrkdwn from "./mrkdwn.js";
import { richText } from "./richtext.js";

const LONG = 700; // characters a section shows before "See more", as in Slack

const WIDE = 120; // characters beside which a button takes too much room in a narrow column

/** Blocks of a message, modal or home -> nodes. `place` says where they stand and carries what is pressed (see elements.js). */
export const renderBlocks = (blocks, place) => (blocks ?? []).map((block) => renderBlock(block, place));

export function renderBlock(block, place) {
  const render = BLOCKS[block.type];
  const node = render ? render(block, place) : unknown(block);
  node.classList.add("block", `block-${block.type}`);
  if (block.block_id) node.dataset.blockId = block.block_id;
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
              block.fields.map((field) => h("div.field", mrkdwn.textObject(field))),
            )
          : null,
      ),
      block.accessory ? h("div.accessory", element(block.accessory, block, place)) : null,
    ),

  header: (block) => h("h3", mrkdwn.textObject(block.text)),

  divider: () => h("hr"),

  context: (block) =>
    h(
      "div",
      block.elements.map((item) => (item.type === "image" ? picture(item) : h("span", mrkdwn.textObject(item)))),
    ),

  actions: (block, place) =>
    h(
      "div",
      block.elements.map((item) => element(item, block, place)),
    ),

  context_actions: (block, place) =>
    h(
      "div",
      block.elements.map((item) => element(item, block, place)),
    ),

  input: (block, place) => {
    const field = element(block.element, block, place);
    const label = h(
      labelOf(field) ? "label" : "div",
      { class: "input-label", id: `label-${block.block_id}` },
      mrkdwn.textObject(block.label),
      block.optional ? h("span.optional", " (optional)") : null,
    );
    const control = labelOf(field);
    if (control) {
      control.id = `field-${block.block_id}`;
      label.htmlFor = control.id;
    } else field.setAttribute("aria-labelledby", label.id);
    return h(
      "div",
      label,
      field,
      block.hint ? h("div.input-hint", mrkdwn.textObject(block.hint)) : null,
      h("div.input-error", { role: "alert", id: `error-${block.block_id}` }),
    );
  },

  image: (block) => h("figure", block.title ? h("figcaption", mrkdwn.textObject(block.title)) : null, picture(block)),

  rich_text: (block) => h("div", richText(block.elements)),

  markdown: (block) => h("div", markdown(block.text)),

  table: (block) =>
    h(
      "div.table-wrap",
      { tabindex: "0", role: "region", "aria-label": "Table" },
      h(
        "table",
        (block.rows ?? []).map((row, index) =>
          h(
            "tr",
            row.map((cell, column) =>
              h(
                index ? "td" : "th",
                {
                  scope: index ? null : "col",
                  class: [
                    `align-${block.column_settings?.[column]?.align ?? "left"}`,
                    block.column_settings?.[column]?.is_wrapped ? "wrapped" : "",
                  ].join(" "),
                },
                cell.type === "rich_text" ? richText(cell.elements) : String(cell.text ?? cell.value ?? ""),
              ),
            ),
          ),
        ),
      ),
    ),
};

function folded(text, expand) {
  const nodes = h("div.prose", mrkdwn.textObject(text));
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

// Only pictures from the sandbox itself are loaded: this page asks nothing of the outside.
function picture(image) {
  const url = image.image_url ?? image.slack_file?.url ?? "";
  const alt = image.alt_text ?? "";
  if (new URL(url || "about:blank", location.href).origin === location.origin)
    return h("img", { src: url, alt, loading: "lazy" });
  return h(
    "span.image-away",
    { title: url },
    icon("image"),
    alt || "Image",
    url ? h("span.image-host", mrkdwn.link(url, hostOf(url))) : null,
  );
}

function hostOf(url) {
  try {
    return new URL(url).host || url;
  } catch {
    return url;
  }
}

function unknown(block) {
  return h(
    "details.unknown",
    h("summary", `Block “${block.type}” isn't drawn here yet`),
    h("pre", JSON.stringify(block, null, 2)),
  );
}
