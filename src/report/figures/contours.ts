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
  const { x, y, values, levels, here, paths = [] } = figure;
  const beside = width >= 480;
  const side = beside ? Math.min(width - 176, 560) : width - 70;
  const key = beside ? 0 : 46;
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
      rules: "none",
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
      ...paths.map(({ colour, points }) =>
        Plot.line(points, {
          x: "x",
          y: "y",
          stroke: paint(colour),
          strokeOpacity: 0.7,
          strokeWidth: 0.9,
          clip: "frame",
        }),
      ),
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
  const { marginLeft: left, marginTop: top } = frame;
  if (beside) drawTallKey(document, drawing.svg, levels, { left: left + side + 20, top, side });
  else drawFlatKey(document, drawing.svg, levels, { left, top: frame.height - 30, side });
  return drawing.svg;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** A strip of all fills, the highest on top, each level at its edge. */
function drawTallKey(
  document: Document,
  figure: SVGSVGElement,
  levels: readonly number[],
  { left, top, side }: Place,
): void {
  const step = Math.min(side / (levels.length + 1), 30);
  const bottom = top + step * (levels.length + 1);
  const at = (i: number) => bottom - (i + 1) * step;
  levels.forEach((level, i) => {
    const fill = { fill: paint("blue"), "fill-opacity": opacity };
    const box = { x: left, y: top, width: 14, height: at(i) - top };
    figure.appendChild(svg(document, "rect", { ...box, ...fill }));
    const place = { x: left + 22, y: at(i), dy: "0.35em", "text-anchor": "start" };
    const style = { fill: paint("muted"), "font-size": 11 };
    figure.appendChild(svg(document, "text", { ...place, ...style }, formatNumber(level)));
  });
  drawRim(document, figure, { x: left, y: top, width: 14, height: bottom - top });
}

/** The same lying, with as many levels as have room. */
function drawFlatKey(
  document: Document,
  figure: SVGSVGElement,
  levels: readonly number[],
  { left, top, side }: Place,
): void {
  const step = side / (levels.length + 1);
  const at = (i: number) => left + (i + 1) * step;
  let free = -Infinity;
  levels.forEach((level, i) => {
    const fill = { fill: paint("blue"), "fill-opacity": opacity };
    const box = { x: at(i), y: top, width: left + side - at(i), height: 10 };
    figure.appendChild(svg(document, "rect", { ...box, ...fill }));
    const text = formatNumber(level);
    const half = textWidth(text, 11) / 2;
    if (at(i) - half < free || at(i) + half > left + side) return;
    free = at(i) + half + 8;
    const place = { x: at(i), y: top + 23, "text-anchor": "middle", "font-size": 11 };
    figure.appendChild(svg(document, "text", { ...place, fill: paint("muted") }, text));
  });
  drawRim(document, figure, { x: left, y: top, width: side, height: 10 });
}

function drawRim(
  document: Document,
  figure: SVGSVGElement,
  box: Readonly<Record<"x" | "y" | "width" | "height", number>>,
): void {
  figure.appendChild(svg(document, "rect", { ...box, fill: "none", stroke: paint("rule") }));
}

function halfStep(values: readonly number[]): number {
  return (values.at(-1)! - values[0]) / (values.length - 1) / 2;
}

function ends(values: readonly number[]): [number, number] {
  return [values[0], values.at(-1)!];
}
