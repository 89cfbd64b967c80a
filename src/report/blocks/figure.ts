import { h, svg } from "../dom.ts";
import { drawFigure, legendOf, type LegendItem } from "../figures/draw.ts";
import type { Figure } from "../figures/spec.ts";
import { paint } from "../palette.ts";
import type { Paragraph } from "../model.ts";
import { renderInline } from "./text.ts";

const wide = 736;
const narrow = 344;

/**
 * A figure twice, wide and narrow, of which the page shows the one that fits: a chart that is only
 * scaled down has letters that no phone can show. Names are at the curves, or above where narrow.
 */
export function renderFigure(
  document: Document,
  figure: Figure,
  caption: Paragraph,
  id: string,
): HTMLElement {
  return h(
    document,
    "figure",
    { id },
    h(
      document,
      "div",
      { class: "wide" },
      figure.kind === "spectrum" || figure.kind === "scatter"
        ? renderLegend(document, legendOf(figure))
        : null,
      drawFigure(document, figure, { width: wide, id: `${id}-wide` }),
    ),
    h(
      document,
      "div",
      { class: "narrow" },
      renderLegend(document, legendOf(figure)),
      drawFigure(document, figure, { width: narrow, endLabels: false, id: `${id}-narrow` }),
    ),
    h(document, "figcaption", {}, renderInline(document, caption)),
  );
}

/** Small multiples under one legend. */
export function renderPanels(
  document: Document,
  panels: readonly { readonly title: string; readonly figure: Figure }[],
  caption: Paragraph,
  id: string,
): HTMLElement {
  const items = new Map(
    panels.flatMap(({ figure }) => legendOf(figure).map((item) => [item.name, item] as const)),
  );
  const columns = panels.length % 3 === 0 ? 3 : 2;
  return h(
    document,
    "figure",
    { id, class: columns === 3 ? "breakout" : null },
    renderLegend(document, [...items.values()]),
    h(
      document,
      "div",
      { class: columns === 3 ? "panels three" : "panels" },
      panels.map(({ title, figure }, i) =>
        h(
          document,
          "div",
          { class: "panel" },
          h(document, "h4", {}, title),
          drawFigure(document, figure, { width: narrow, endLabels: false, id: `${id}-${i + 1}` }),
        ),
      ),
    ),
    h(document, "figcaption", {}, renderInline(document, caption)),
  );
}

function renderLegend(document: Document, items: readonly LegendItem[]): HTMLElement | null {
  if (items.length === 0) return null;
  return h(
    document,
    "ul",
    { class: "legend" },
    items.map((item) => h(document, "li", {}, renderMark(document, item), item.name)),
  );
}

const outlines = {
  circle: "M10,2a4,4 0 1 0 .01,0Z",
  square: "M6.5,2.5h7v7h-7Z",
  triangle: "M10,1.5l4.5,8h-9Z",
  diamond: "M10,1l4,5l-4,5l-4,-5Z",
} as const;

/** What stands before a name in a legend. */
export function renderMark(document: Document, { colour, mark }: LegendItem): SVGElement {
  const line = mark === "line" || mark === "dashed";
  return svg(
    document,
    "svg",
    { viewBox: "0 0 20 12", width: 20, height: 12, "aria-hidden": "true" },
    line
      ? svg(document, "path", {
          d: "M1,6h18",
          stroke: paint(colour),
          "stroke-width": 2.5,
          "stroke-dasharray": mark === "dashed" ? "5 3" : null,
        })
      : svg(document, "path", { d: outlines[mark], fill: paint(colour) }),
  );
}
