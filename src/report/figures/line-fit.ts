import * as Plot from "@observablehq/plot";
import { formatCount, formatInterval } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type DrawOptions } from "./frame.ts";
import { drawEndLabels, labelMargin } from "./labels.ts";
import type { LineFit, Point } from "./spec.ts";

const symbols = ["circle", "square", "triangle", "diamond"] as const;

/** The shape of the points of series `i`. */
export const markOf = (i: number): (typeof symbols)[number] => symbols[i % symbols.length];

/** Estimates with error bars over the lines they are held against. */
export function drawLineFit(
  document: Document,
  figure: LineFit,
  { width, endLabels = true, id }: DrawOptions,
): SVGSVGElement {
  const { series, lines, xScale = "linear", yScale = "linear" } = figure;
  const texts = endLabels ? [...series.map((s) => s.name), ...lines.map((l) => l.label)] : [];
  const frame = frameOf(width, labelMargin(texts, 12));
  const xDomain = extent(
    [...series.flatMap((s) => s.points.map((p) => p.x)), ...lines.flatMap((l) => l.points.map((p) => p.x))], // prettier-ignore
    xScale,
  );
  const yDomain = extent(
    series.flatMap((s) =>
      s.points.flatMap(({ estimate: { value, low = value, high = value } }) => [value, low, high]),
    ),
    yScale,
  );
  const marks: Plot.Markish[] = [];
  for (const { colour, dashed, points } of lines) {
    const stroke = paint(colour);
    if (points.some((p) => p.low !== undefined))
      marks.push(Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.14, clip: "frame" })); // prettier-ignore
    marks.push(
      Plot.line(points, {
        x: "x",
        y: "y",
        stroke,
        strokeWidth: 1.5,
        clip: "frame",
        ...(dashed === true && { strokeDasharray: "5 4" }),
      }),
    );
  }
  series.forEach(({ name, colour, points }, i) => {
    const stroke = paint(colour);
    const means = points.map(({ x, estimate }) => ({
      x,
      y: estimate.value,
      low: Math.max(estimate.low ?? NaN, yScale === "log" ? yDomain[0] : -Infinity),
      high: estimate.high ?? NaN,
      title: `${name} at ${formatCount(x)}: ${formatInterval(estimate)}`,
    }));
    marks.push(
      Plot.ruleX(means, { x: "x", y1: "low", y2: "high", stroke, strokeWidth: 2, clip: "frame" }),
      Plot.dot(means, {
        x: "x",
        y: "y",
        r: 4.25,
        symbol: markOf(i),
        fill: stroke,
        stroke: paint("paper"),
        strokeWidth: 1.25,
        title: "title",
      }),
    );
  });
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain: xDomain, scale: xScale },
      y: { label: figure.yLabel, domain: yDomain, scale: yScale },
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  if (endLabels) {
    const within = (y: number) => Math.min(Math.max(y, yDomain[0]), yDomain[1]);
    const end = (points: readonly Point[]) => within(points.at(-1)?.y ?? NaN);
    drawEndLabels(document, drawing, [
      ...series.flatMap(({ name, colour, points }) => {
        const last = points.at(-1);
        return last === undefined || name === ""
          ? []
          : [{ text: name, colour, y: drawing.y(within(last.estimate.value)) }];
      }),
      ...lines.flatMap(({ label, colour, points }) =>
        points.length === 0 ? [] : [{ text: label, colour, y: drawing.y(end(points)) }],
      ),
    ]);
  }
  return drawing.svg;
}

/** What holds all numbers, with a margin. */
function extent(values: readonly number[], scale: "linear" | "log"): [number, number] {
  const finite = values.filter((v) => Number.isFinite(v) && (scale === "linear" || v > 0));
  if (finite.length === 0) return scale === "log" ? [0.1, 10] : [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (scale === "log") {
    const factor = high > low ? (high / low) ** 0.06 : 2;
    return [low / factor, high * factor];
  }
  const margin = high > low ? (high - low) * 0.07 : Math.abs(high) || 1;
  return [low - margin, high + margin];
}
