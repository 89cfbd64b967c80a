import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { formatNumber } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type DrawOptions } from "./frame.ts";
import { halo, textWidth } from "./labels.ts";
import type { Contours } from "./spec.ts";

const opacity = 0.085;

/** Contours filled one over the other in one hue, so that higher is deeper, over a key of the levels. */
export function drawContours(
  document: Document,
  figure: Contours,
  { width, id }: DrawOptions,
): SVGSVGElement {
  const { x, y, values, levels, here } = figure;
  const side = Math.min(width - 70, 470);
  const key = 46;
  const base = frameOf(width, 22);
  const frame = {
    ...base,
    height: side + base.marginTop + base.marginBottom + key,
    marginBottom: base.marginBottom + key,
    marginRight: Math.max(width - base.marginLeft - side, 22),
  };
  const flat = y.flatMap((_, j) => x.map((_x, i) => values[i][j] ?? Number.MAX_VALUE));
  const fill = paint("blue");
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain: ends(x), scale: "linear" },
      y: { label: figure.yLabel, domain: ends(y), scale: "linear" },
    },
    [
      Plot.contour(flat, {
        width: x.length,
        height: y.length,
        // Plot takes each value for the middle of its cell.
        x1: x[0] - halfStep(x),
        y1: y[0] - halfStep(y),
        x2: x.at(-1)! + halfStep(x),
        y2: y.at(-1)! + halfStep(y),
        thresholds: [...levels],
        fill,
        fillOpacity: opacity,
        stroke: fill,
        strokeOpacity: 0.55,
        strokeWidth: 0.8,
        clip: "frame",
      }),
      here
        ? Plot.dot([here], {
            x: "x",
            y: "y",
            r: 4.5,
            fill: paint("vermilion"),
            stroke: paint("paper"),
            strokeWidth: 1.5,
          })
        : null,
    ],
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  if (here)
    drawing.svg.appendChild(
      svg(
        document,
        "text",
        {
          x: drawing.x(here.x) + 9,
          y: drawing.y(here.y),
          dy: "0.35em",
          "text-anchor": "start",
          fill: paint("vermilion"),
          "font-weight": 600,
          ...halo,
        },
        here.label,
      ),
    );
  drawKey(document, drawing.svg, levels, {
    left: frame.marginLeft,
    right: frame.width - frame.marginRight,
    top: frame.height - 30,
  });
  return drawing.svg;
}

/** A strip of all fills with the levels between them, as many as have room. */
function drawKey(
  document: Document,
  figure: SVGSVGElement,
  levels: readonly number[],
  { left, right, top }: { readonly left: number; readonly right: number; readonly top: number },
): void {
  const step = (right - left) / (levels.length + 1);
  const at = (i: number) => left + (i + 1) * step;
  levels.forEach((_, i) => {
    figure.appendChild(
      svg(document, "rect", {
        x: at(i),
        y: top,
        width: right - at(i),
        height: 10,
        fill: paint("blue"),
        "fill-opacity": opacity,
      }),
    );
  });
  figure.appendChild(
    svg(document, "rect", {
      x: left,
      y: top,
      width: right - left,
      height: 10,
      fill: "none",
      stroke: paint("rule"),
    }),
  );
  let free = -Infinity;
  levels.forEach((level, i) => {
    const text = formatNumber(level);
    const half = textWidth(text, 11) / 2;
    if (at(i) - half < free || at(i) + half > right) return;
    free = at(i) + half + 8;
    const place = { x: at(i), y: top + 23, "text-anchor": "middle", "font-size": 11 };
    figure.appendChild(svg(document, "text", { ...place, fill: paint("muted") }, text));
  });
}

function halfStep(values: readonly number[]): number {
  return (values.at(-1)! - values[0]) / (values.length - 1) / 2;
}

function ends(values: readonly number[]): [number, number] {
  return [values[0], values.at(-1)!];
}
