import * as Plot from "@observablehq/plot";
import { formatCount, formatInterval } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type DrawOptions } from "./frame.ts";
import { drawEndLabels, drawOnLine, labelMargin, textWidth } from "./labels.ts";
import type { Plateau, Reference } from "./spec.ts";

const symbols = ["circle", "square", "triangle", "diamond"] as const;

/** Levels with intervals against a setting, seeds faint behind, each measure its colour and shape. */
export function drawPlateau(
  document: Document,
  figure: Plateau,
  { width, endLabels = true, id }: DrawOptions,
): SVGSVGElement {
  const { series, band, xScale = "log", yScale = "linear" } = figure;
  const references = referencesOf(figure);
  const beside = references.filter((r) => endLabels || r.label.length <= 4);
  const texts = [...(endLabels ? series.map((s) => s.name) : []), ...beside.map((r) => r.label)];
  const settings = [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].sort(
    (a, b) => a - b,
  );
  const lastName = textWidth(nameOf(figure, settings.at(-1) ?? 1), 12);
  // Names in bold are wider than the estimate, which shows where they are short.
  const room = labelMargin(texts, endLabels ? 12 : 13.5);
  const frame = frameOf(width, Math.max(room, lastName / 2));
  const xDomain = padded(settings[0] ?? 1, settings.at(-1) ?? 1, xScale);
  const yDomain = extentY(figure);
  const between = {
    low: Math.max(band?.low ?? 0, yDomain[0]),
    high: Math.min(band?.high ?? 0, yDomain[1]),
  };
  const marks: Plot.Markish[] = [];
  if (band)
    marks.push(
      Plot.rectY([between], { y1: "low", y2: "high", fill: paint("good"), fillOpacity: 0.1 }),
    );
  for (const { y } of references)
    marks.push(
      Plot.ruleY([y], {
        stroke: paint("ink"),
        strokeWidth: 1.25,
        strokeDasharray: "5 4",
      }),
    );
  series.forEach((s, i) => {
    const apart = width < 480 ? 5 : 8;
    const dx = (i - (series.length - 1) / 2) * apart;
    const stroke = paint(s.colour);
    const dots = s.points.flatMap((p) => (p.seeds ?? []).map((y) => ({ x: p.x, y })));
    const means = s.points.map(({ x, estimate }) => ({
      x,
      y: estimate.value,
      low: Math.max(estimate.low ?? NaN, yScale === "log" ? yDomain[0] : -Infinity),
      high: estimate.high ?? NaN,
      title: `${s.name} at ${nameOf(figure, x)}: ${formatInterval(estimate)}`,
    }));
    marks.push(
      Plot.line(means, { x: "x", y: "y", dx, stroke, strokeOpacity: 0.45, strokeWidth: 1.25 }),
      Plot.dot(dots, { x: "x", y: "y", dx, r: 2, fill: stroke, fillOpacity: 0.4, stroke: "none" }),
      Plot.ruleX(means, { x: "x", y1: "low", y2: "high", dx, stroke, strokeWidth: 2 }),
      Plot.dot(means, {
        x: "x",
        y: "y",
        dx,
        r: 4.25,
        symbol: symbols[i % symbols.length],
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
      x: {
        label: figure.xLabel,
        domain: xDomain,
        scale: xScale,
        ticks: roomy(figure, settings, xDomain, width - frame.marginLeft - frame.marginRight),
        format: (x) => nameOf(figure, x),
      },
      y: { label: figure.yLabel, domain: yDomain, scale: yScale },
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  const ends = endLabels ? series : [];
  drawEndLabels(document, drawing, [
    ...ends.flatMap(({ name, colour, points }) => {
      const last = points.at(-1);
      return last ? [{ text: name, colour, y: drawing.y(last.estimate.value) }] : [];
    }),
    ...beside.map(({ y, label }) => ({ text: label, colour: "ink" as const, y: drawing.y(y) })),
  ]);
  let above = -Infinity;
  for (const { y, label } of references
    .filter((r) => !beside.includes(r))
    .sort((a, b) => b.y - a.y)) {
    const at = drawing.y(y);
    drawOnLine(document, drawing, at, label, at - above < 16);
    above = at;
  }
  return drawing.svg;
}

function nameOf({ xNames = [] }: Plateau, x: number): string {
  return xNames.find((n) => n.x === x)?.label ?? formatCount(x);
}

/** The settings whose names have room, from the last back. */
function roomy(
  figure: Plateau,
  settings: readonly number[],
  [low, high]: readonly [number, number],
  width: number,
): number[] {
  const to = figure.xScale === "linear" ? (x: number) => x : Math.log;
  const place = (x: number) => ((to(x) - to(low)) / (to(high) - to(low))) * width;
  const kept: number[] = [];
  let free = Infinity;
  for (const x of [...settings].reverse()) {
    const half = textWidth(nameOf(figure, x), 12) / 2;
    if (place(x) + half > free) continue;
    kept.unshift(x);
    free = place(x) - half - 4;
  }
  return kept;
}

function padded(low: number, high: number, scale: "linear" | "log"): [number, number] {
  if (scale === "log") {
    const factor = high > low ? (high / low) ** 0.06 : 2;
    return [low / factor, high * factor];
  }
  const margin = high > low ? (high - low) * 0.06 : 0.5;
  return [low - margin, high + margin];
}

function referencesOf({ reference }: Plateau): readonly Reference[] {
  if (reference === undefined) return [];
  return "y" in reference ? [reference] : reference;
}

function extentY(figure: Plateau): [number, number] {
  const { series, band, yScale } = figure;
  const log = yScale === "log";
  const values = [...referencesOf(figure).map((r) => r.y), band?.low, band?.high];
  for (const { points } of series)
    for (const { estimate, seeds = [] } of points) {
      // On a log axis an interval that nears 0 must not flatten the rest.
      const { value, low = value, high } = estimate;
      values.push(value, log ? Math.max(low, value / 4) : low, high, ...seeds);
    }
  const finite = values.filter(
    (v): v is number => v !== undefined && Number.isFinite(v) && (!log || v > 0),
  );
  if (finite.length === 0) return log ? [0.1, 10] : [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  if (log) return [low / 1.2, high * 1.2];
  return [Math.min(0, low * 1.08), high + (high - Math.min(0, low)) * 0.08 || 1];
}
