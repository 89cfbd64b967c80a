import { h } from "../dom.ts";
import { renderMath } from "../math.ts";
import type { Block, Paragraph } from "../model.ts";
import { unbroken } from "../unbroken.ts";
import { renderFigure, renderPanels } from "./figure.ts";
import { renderInline } from "./text.ts";
import { renderTally, renderVerdicts } from "./verdicts.ts";

/** A block as elements. `id` names it on the page; figures derive the ids inside them from it. */
export function renderBlock(document: Document, block: Block, id: string): HTMLElement[] {
  switch (block.kind) {
    case "text":
      return block.paragraphs.map((p) => h(document, "p", {}, renderInline(document, p)));
    case "note":
      return [h(document, "p", { class: "note" }, renderInline(document, block.text))];
    case "equation":
      return [h(document, "div", { class: "equation" }, renderMath(document, block.math, true))];
    case "figure":
      return [renderFigure(document, block.figure, block.caption, id)];
    case "panels":
      return [renderPanels(document, block.panels, block.caption, id)];
    case "table":
      return [renderTable(document, block)];
    case "verdicts":
      return [renderTally(document, block.claims), renderVerdicts(document, block.claims)];
    case "code":
      return [h(document, "pre", {}, h(document, "code", {}, block.text))];
    case "definitions":
      return [
        h(
          document,
          "dl",
          { class: "definitions" },
          block.items.map(({ term, text }) => [
            h(document, "dt", {}, renderInline(document, term)),
            h(document, "dd", {}, renderInline(document, text)),
          ]),
        ),
      ];
    case "details":
      return [
        h(
          document,
          "details",
          {},
          h(document, "summary", {}, block.summary),
          block.blocks.flatMap((inner, i) => renderBlock(document, inner, `${id}-${i + 1}`)),
        ),
      ];
  }
}

function renderTable(document: Document, table: Extract<Block, { kind: "table" }>): HTMLElement {
  const { columns, rows, caption, narrow } = table;
  const align = (i: number) => ({ class: columns[i].align === "end" ? "end" : null });
  const stacked = narrow === "stack";
  for (const [i, row] of rows.entries())
    if (row.length !== columns.length)
      throw new RangeError(
        `a table row must have ${columns.length} cells, got ${row.length} in row ${i}`,
      );
  return h(
    document,
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "table" },
    h(
      document,
      "table",
      { class: stacked ? "data stack" : "data" },
      caption ? h(document, "caption", {}, renderInline(document, caption)) : null,
      h(
        document,
        "thead",
        {},
        h(
          document,
          "tr",
          {},
          columns.map(({ label }, i) => h(document, "th", { scope: "col", ...align(i) }, label)),
        ),
      ),
      h(
        document,
        "tbody",
        {},
        rows.map((row) =>
          h(
            document,
            "tr",
            {},
            row.map((cell, i) =>
              h(
                document,
                "td",
                { ...align(i), "data-label": stacked ? columns[i].label : null },
                stacked && cell !== ""
                  ? h(document, "span", {}, renderCell(document, cell))
                  : renderCell(document, cell),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

const renderCell = (document: Document, cell: Paragraph) =>
  renderInline(document, typeof cell === "string" ? unbroken(cell) : cell);
