import { renderMark } from "../blocks/figure.ts";
import { svg } from "../dom.ts";
import { drawFigure, legendOf, type LegendItem } from "../figures/draw.ts";
import { textWidth } from "../figures/labels.ts";
import type { Figure } from "../figures/spec.ts";
import { light, paint } from "../palette.ts";
import { serialize } from "../serialize.ts";

const margin = 12;
const row = 20;
const fontSize = 12;

/**
 * A figure as an SVG file that needs no page around it: on paper of its own, in the light colours by
 * value, with a legend above where names are not at the curves.
 */
export function drawPicture(
  document: Document,
  figure: Figure,
  { width = 720, endLabels = true }: { readonly width?: number; readonly endLabels?: boolean } = {},
): string {
  const picture = drawFigure(document, figure, { width, endLabels });
  const named = endLabels && figure.kind !== "spectrum" && figure.kind !== "scatter";
  const legend = named ? [] : laidOut(legendOf(figure), width);
  const rows = (legend.at(-1)?.line ?? -1) + 1;
  const above = margin + rows * row + (rows > 0 ? 6 : 0);
  const height = Number(picture.getAttribute("height"));
  const size = { width: width + 2 * margin, height: above + height + margin };
  picture.setAttribute("viewBox", `${-margin} ${-above} ${size.width} ${size.height}`);
  for (const [name, value] of Object.entries(size)) picture.setAttribute(name, String(value));
  const paper = { x: -margin, y: -above, ...size, rx: 6, fill: paint("paper") };
  picture.insertBefore(svg(document, "rect", paper), picture.firstChild);
  for (const { item, x, line } of legend) {
    const y = margin - above + line * row;
    const mark = renderMark(document, item);
    mark.setAttribute("x", String(x));
    mark.setAttribute("y", String(y + 4));
    const text = { x: x + 26, y: y + 14, "text-anchor": "start", fill: paint("text") };
    picture.append(mark, svg(document, "text", text, item.name));
  }
  for (const element of [picture, ...Array.from(picture.querySelectorAll("*"))])
    for (const name of ["fill", "stroke", "color", "font-family"]) {
      const value = element.getAttribute(name);
      if (value !== null) element.setAttribute(name, byValue(value));
    }
  return `${serialize(picture)}\n`;
}

/** Names in rows as wide as the picture. */
function laidOut(
  items: readonly LegendItem[],
  width: number,
): { readonly item: LegendItem; readonly x: number; readonly line: number }[] {
  let [x, line] = [0, 0];
  return items.map((item) => {
    const wide = 26 + textWidth(item.name, fontSize);
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const at = { item, x, line };
    x += wide + 14;
    return at;
  });
}

/** A role's colour, or the page's letters, as what stands in for them without a page. */
function byValue(value: string): string {
  if (value === paint("paper")) return light.raised; // white, as the pages of most hosts
  return value.replace(/^var\(--[\w-]+, (.+)\)$/, "$1");
}
