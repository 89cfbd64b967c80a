import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { paint } from "../palette.ts";
import { downsample } from "./downsample.ts";
import { drawFrame, frameOf, type Drawing, type DrawOptions } from "./frame.ts";
import { drawEndLabels, drawOnLine, halo, labelMargin } from "./labels.ts";
import type { Point, Threshold, TimeSeries } from "./spec.ts";

/** Curves against step, with error bands, thresholds (which may change with a schedule) and names. */
export function drawTimeSeries(
  document: Document,
  figure: TimeSeries,
  { width, endLabels = true, id }: DrawOptions,
): SVGSVGElement {
  const { series, thresholds = [], window, events = [], yScale = "linear" } = figure;
  const named = endLabels ? series.filter((s) => s.weight !== "thin" && s.name !== "") : [];
  const beside = thresholds.filter((t) => endLabels || t.label.length <= 4);
  const texts = [...named.map((s) => s.name), ...beside.map((t) => t.label)];
  const frame = frameOf(width, labelMargin(texts, 12));
  const xDomain = extentX(figure);
  const yDomain = figure.yDomain ?? extentY(figure);
  const within = limiter(yDomain, yScale);
  const lines = series.map((s) => ({
    ...s,
    points: downsample(s.points, Math.ceil(width / (s.weight === "thin" ? 4 : 2))).map(within),
  }));
  const marks: Plot.Markish[] = [];
  if (window)
    marks.push(
      Plot.rect([window], {
        x1: "from",
        x2: "to",
        fill: paint("faint"),
        fillOpacity: 0.28,
        clip: "frame",
      }),
    );
  for (const line of lines)
    if (line.points.some((p) => p.low !== undefined && p.high !== undefined))
      marks.push(
        Plot.areaY(line.points, {
          x: "x",
          y1: "low",
          y2: "high",
          fill: paint(line.colour),
          fillOpacity: 0.16,
          clip: "frame",
        }),
      );
  for (const event of events)
    marks.push(Plot.ruleX([event.x], { stroke: paint("muted"), strokeDasharray: "1 3" }));
  for (const threshold of thresholds)
    marks.push(
      Plot.line(stepPoints(threshold, xDomain), {
        x: "x",
        y: "y",
        curve: "step-after",
        stroke: paint("ink"),
        strokeWidth: 1.25,
        strokeDasharray: "5 4",
        clip: "frame",
      }),
    );
  for (const line of [...lines.filter(isThin), ...lines.filter((s) => !isThin(s))])
    marks.push(
      Plot.line(line.points, {
        x: "x",
        y: "y",
        stroke: paint(line.colour),
        strokeWidth: isThin(line) ? 1 : 1.75,
        strokeOpacity: isThin(line) ? 0.35 : 1,
        ...(line.dashed ? { strokeDasharray: "6 3" } : {}),
        clip: "frame",
      }),
    );
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain: xDomain, scale: "linear" },
      y: { label: figure.yLabel, domain: yDomain, scale: yScale },
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  const clamped = (y: number) => drawing.y(Math.min(Math.max(y, yDomain[0]), yDomain[1]));
  drawEndLabels(document, drawing, [
    ...named.flatMap((s) => {
      const last = s.points.findLast((p) => Number.isFinite(p.y));
      return last ? [{ text: s.name, colour: s.colour, y: clamped(last.y) }] : [];
    }),
    ...beside.map((t) => ({
      text: t.label,
      colour: "ink" as const,
      y: clamped(stepPoints(t, xDomain).at(-1)!.y),
    })),
  ]);
  for (const t of thresholds.filter((t) => !beside.includes(t)))
    drawOnLine(document, drawing, clamped(stepPoints(t, xDomain).at(-1)!.y), t.label);
  if (window) drawWord(document, drawing, (window.from + window.to) / 2, window.label, "middle");
  for (const event of events) drawWord(document, drawing, event.x, event.label, "start");
  if (series.some((s) => s.points.some((p) => p.y > yDomain[1]))) drawCutNote(document, drawing);
  return drawing.svg;
}

function isThin(s: { readonly weight?: "thin" | "normal" }): boolean {
  return s.weight === "thin";
}

function extentX({ series }: TimeSeries): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { points } of series)
    for (const { x } of points) {
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  if (!(high >= low)) return [0, 1];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

function extentY({ series, thresholds = [], yScale }: TimeSeries): [number, number] {
  const log = yScale === "log";
  let low = Infinity;
  let high = -Infinity;
  const take = (y: number) => {
    if (!Number.isFinite(y) || (log && y <= 0)) return;
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const { points } of series) for (const { y } of points) take(y);
  for (const { value } of thresholds)
    if (typeof value === "number") take(value);
    else for (const { y } of value) take(y);
  if (!(high >= low)) return log ? [0.1, 10] : [0, 1];
  if (log) return high > low ? [low / 1.15, high * 1.15] : [low / 3, high * 3];
  const margin = (high - Math.min(low, 0)) * 0.06 || 0.5;
  return [Math.min(0, low - (low < 0 ? margin : 0)), high + margin];
}

/** Values far outside the frame are brought near it, or become gaps where they have no place at all. */
function limiter(
  [low, high]: readonly [number, number],
  scale: "linear" | "log",
): (p: Point) => Point {
  const log = scale === "log";
  const floor = log ? low / (high / low) ** 2 : low - 20 * (high - low);
  const roof = log ? high * (high / low) ** 2 : high + 20 * (high - low);
  const limit = (y: number) => Math.min(Math.max(y, floor), roof);
  return ({ x, y, low: from, high: to }) => ({
    x,
    y: Number.isNaN(y) || (log && y <= 0) ? NaN : limit(y),
    ...(from !== undefined && to !== undefined && !Number.isNaN(y)
      ? { low: limit(from), high: limit(to) }
      : {}),
  });
}

function stepPoints(
  { value }: Threshold,
  [from, to]: readonly [number, number],
): { x: number; y: number }[] {
  if (typeof value === "number")
    return [
      { x: from, y: value },
      { x: to, y: value },
    ];
  const inside = value.filter((p) => p.x <= to);
  return [...inside, { x: to, y: inside.at(-1)?.y ?? NaN }];
}

function drawWord(
  document: Document,
  drawing: Drawing,
  at: number,
  word: string,
  anchor: "middle" | "start",
): void {
  const place = {
    x: drawing.x(at) + (anchor === "start" ? 4 : 0),
    y: drawing.frame.marginTop - 6,
  };
  const style = { "text-anchor": anchor, fill: paint("muted"), ...halo };
  drawing.svg.appendChild(
    svg(document, "text", { ...place, ...style, "font-size": drawing.frame.fontSize - 1 }, word),
  );
}

function drawCutNote(document: Document, { svg: figure, frame }: Drawing): void {
  const place = { x: frame.width - frame.marginRight, y: 13, "text-anchor": "end" };
  const style = { fill: paint("muted"), "font-size": frame.fontSize - 1, "font-style": "italic" };
  figure.appendChild(svg(document, "text", { ...place, ...style }, "cut at the frame"));
}
