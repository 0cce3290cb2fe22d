// The table and data_table blocks.
import { h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** A table that scrolls sideways where it is too wide; `name` is what a screen reader calls it. */
export const scrolled = (name, table) =>
  h("div.table-wrap", { tabindex: "0", role: "region", "aria-label": name }, table);

export const table = (block) =>
  h(
    "div",
    scrolled("Table", h("table", h("thead", rowOf(block, block.rows[0], true)), bodyOf(block, block.rows.slice(1)))),
  );

const bodyOf = (block, rows) =>
  h(
    "tbody",
    rows.map((row) => rowOf(block, row, false)),
  );

function rowOf(block, row, isHead) {
  return h(
    "tr",
    row.map((cell, column) => {
      const isRowHead = !isHead && column === block.row_header_column_index;
      const { align, is_wrapped: isWrapped } = block.column_settings?.[column] ?? {};
      return h(
        isHead || isRowHead ? "th" : "td",
        {
          scope: isHead ? "col" : isRowHead ? "row" : null,
          class: `align-${["center", "right"].includes(align) ? align : "left"} ${isWrapped ? "wrapped" : ""}`,
        },
        shown(cell),
      );
    }),
  );
}

const shown = (cell) => (cell.type === "rich_text" ? richText(cell.elements) : String(cell.text ?? cell.value ?? ""));

const PAGE = 5; // rows of a data_table shown at once, unless the app says otherwise

/** A caption, a head to sort by, and pages. */
export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? PAGE;
  let order = null; // {column, sign}
  let start = 0;
  const body = h("tbody");
  const from = h("span.quiet", { role: "status" });
  const step = (name, drawing, by) =>
    h("button.tool", { "aria-label": name, onclick: () => draw(start + by * size) }, icon(drawing));
  const [back, on] = [step("Previous rows", "left", -1), step("Next rows", "right", 1)];
  const heads = head.map((cell, column) =>
    h(
      "th",
      { scope: "col" },
      h(
        "button.sorter",
        {
          onclick: () => {
            order = { column, sign: order?.column === column ? -order.sign : 1 };
            draw(0);
          },
        },
        shown(cell),
        icon("down"),
      ),
    ),
  );
  const draw = (at) => {
    start = at;
    const sorted = order ? rows.toSorted((a, b) => order.sign * compared(a[order.column], b[order.column])) : rows;
    body.replaceChildren(...bodyOf(block, sorted.slice(start, start + size)).children);
    from.textContent = `${start + 1}–${Math.min(start + size, rows.length)} of ${rows.length}`;
    back.disabled = start === 0;
    on.disabled = start + size >= rows.length;
    heads.forEach((node, column) => {
      if (order?.column === column) node.setAttribute("aria-sort", order.sign > 0 ? "ascending" : "descending");
      else node.removeAttribute("aria-sort");
    });
  };
  draw(0);
  const pages = h("div.pages", from, back, on);
  pages.hidden = rows.length <= size;
  return h(
    "div",
    scrolled(plain(block.caption), h("table", h("caption", plain(block.caption)), h("thead", h("tr", heads)), body)),
    pages,
  );
}

const NATURAL = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compared(a, b) {
  if (a?.type === "raw_number" && b?.type === "raw_number") return a.value - b.value;
  return NATURAL.compare(words(a), words(b));
}

const words = (cell) => (cell ? h("span", shown(cell)).textContent : "");
