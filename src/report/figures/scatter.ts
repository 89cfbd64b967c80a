import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { formatNumber } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type Drawing, type DrawOptions } from "./frame.ts";
import { halo, textWidth } from "./labels.ts";
import type { Scatter } from "./spec.ts";

/** Points named where there is room, and lines named inside the frame. */
export function drawScatter(
  document: Document,
  figure: Scatter,
  { width, id }: DrawOptions,
): SVGSVGElement {
  const { series, lines } = figure;
  const frame = frameOf(width, 22, Math.round(width * (width < 480 ? 0.84 : 0.52)));
  const [x, y] = domains(figure);
  const marks: Plot.Markish[] = lines.map((line) => {
    const at = (v: number) => ("factor" in line ? line.factor * v : line.level);
    return Plot.line(
      x.map((v) => ({ x: v, y: at(v) })),
      {
        x: "x",
        y: "y",
        stroke: paint("ink"),
        strokeWidth: 1.25,
        strokeDasharray: "factor" in line ? "5 4" : "1.5 3.5",
        clip: "frame",
      },
    );
  });
  for (const { name, colour, points } of series)
    marks.push(
      Plot.dot(
        points.map((p) => ({
          ...p,
          title: `${name}${p.label === undefined ? "" : ` ${p.label}`}: ${formatNumber(p.x)}, ${formatNumber(p.y)}`,
        })),
        {
          x: "x",
          y: "y",
          r: 4.5,
          fill: paint(colour),
          stroke: paint("paper"),
          strokeWidth: 1.25,
          title: "title",
        },
      ),
    );
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain: x, scale: "log" },
      y: { label: figure.yLabel, domain: y, scale: "log" },
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  drawNames(document, drawing, figure, x, y);
  return drawing.svg;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function drawNames(
  document: Document,
  drawing: Drawing,
  { series, lines }: Scatter,
  x: readonly [number, number],
  y: readonly [number, number],
): void {
  const { svg: figure, frame } = drawing;
  const size = frame.fontSize - 1;
  const taken: Box[] = series.flatMap(({ points }) =>
    points.map((p) => around(drawing.x(p.x), drawing.y(p.y), 5, 5)),
  );
  const inside = (box: Box) =>
    box.left >= frame.marginLeft &&
    box.right <= frame.width - 2 &&
    box.top >= frame.marginTop - 4 &&
    box.bottom <= frame.height - frame.marginBottom;
  const put = (text: string, places: readonly [number, number][], style: object): void => {
    const half = textWidth(text, size) / 2;
    for (const [cx, cy] of places) {
      const box = around(cx, cy, half, size * 0.55);
      if (!inside(box) || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      const at = { x: cx, y: cy, dy: "0.35em", "text-anchor": "middle", "font-size": size };
      figure.appendChild(svg(document, "text", { ...at, ...style, ...halo }, text));
      return;
    }
  };
  for (const line of lines) {
    const half = textWidth(line.label, size) / 2;
    // From the right end back, below and above the line.
    const places = [0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75].flatMap((back): [number, number][] => {
      const end = frame.width - frame.marginRight;
      const cx = end - half - back * (end - frame.marginLeft);
      const value = x[0] * (x[1] / x[0]) ** ((cx - frame.marginLeft) / (end - frame.marginLeft));
      const at = drawing.y("factor" in line ? line.factor * value : line.level);
      const slope = "factor" in line ? rise(drawing, x, y) * half : 0;
      return [
        [cx, at + size * 0.9 + slope],
        [cx, at - size * 0.9 - slope],
      ];
    });
    put(line.label, places, { fill: paint("ink"), "font-weight": 600 });
  }
  for (const { colour, points } of series)
    for (const { x: px, y: py, label } of points) {
      if (label === undefined) continue;
      const [cx, cy] = [drawing.x(px), drawing.y(py)];
      const beside = 9 + textWidth(label, size) / 2;
      const places: [number, number][] = [
        [cx + beside, cy],
        [cx, cy - 13],
        [cx, cy + 13],
        [cx - beside, cy],
      ];
      put(label, places, { fill: paint(colour) });
    }
}

/** Pixels down for one pixel across along slope 1. */
function rise(drawing: Drawing, x: readonly number[], y: readonly number[]): number {
  const across = Math.abs(drawing.x(x[1]) - drawing.x(x[0])) / Math.log(x[1] / x[0]);
  const up = Math.abs(drawing.y(y[1]) - drawing.y(y[0])) / Math.log(y[1] / y[0]);
  return up / across;
}

function around(cx: number, cy: number, dx: number, dy: number): Box {
  return { left: cx - dx, right: cx + dx, top: cy - dy, bottom: cy + dy };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The points with room around them; lines enter only where they come near. */
function domains({ series, lines }: Scatter): [[number, number], [number, number]] {
  const points = series.flatMap((s) => s.points);
  const x = padded(points.map((p) => p.x));
  const ys = points.map((p) => p.y);
  const [low, high] = padded(ys);
  for (const line of lines) {
    const at = "factor" in line ? x.map((v) => v * line.factor) : [line.level];
    ys.push(...at.filter((v) => v > low / 30 && v < high * 30));
  }
  return [x, padded(ys)];
}

function padded(values: readonly number[]): [number, number] {
  const usable = values.filter((v) => v > 0 && Number.isFinite(v));
  if (usable.length === 0) return [0.1, 10];
  const [low, high] = [Math.min(...usable), Math.max(...usable)];
  const factor = Math.max((high / low) ** 0.08, 1.3);
  return [low / factor, high * factor];
}
