import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { formatNumber } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type Drawing, type DrawOptions } from "./frame.ts";
import { halo, spread, textWidth } from "./labels.ts";
import type { Spectrum } from "./spec.ts";

/** Densities with their bands over marked eigenvalues. */
export function drawSpectrum(
  document: Document,
  figure: Spectrum,
  { width, id }: DrawOptions,
): SVGSVGElement {
  const { series, yDomain, linearWithin } = figure;
  const frame = frameOf(width, 22);
  const floor = yDomain[0];
  const marks: Plot.Markish[] = [];
  for (const { colour, points } of series) {
    const within = points.map(({ x, y, low = y, high = y }) => ({
      x,
      y: Math.max(y, floor / 100),
      low: Math.max(low, floor / 100),
      high: Math.max(high, floor / 100),
    }));
    const at = { x: "x", clip: "frame" } as const;
    marks.push(
      Plot.areaY(within, {
        ...at,
        y1: floor / 100,
        y2: "y",
        fill: paint(colour),
        fillOpacity: series.length === 1 ? 0.1 : 0.05,
      }),
      Plot.areaY(within, {
        ...at,
        y1: "low",
        y2: "high",
        fill: paint(colour),
        fillOpacity: 0.22,
      }),
      Plot.line(within, { ...at, y: "y", stroke: paint(colour), strokeWidth: 1.5 }),
    );
  }
  for (const { name, colour, eigenvalues } of series) {
    const seen = eigenvalues.map(({ value, label }) => ({
      value,
      title: `${name}${label === undefined ? "" : `, ${label}`}: ${formatNumber(value, 4)}`,
    }));
    const stroke = paint(series.length === 1 ? "vermilion" : colour);
    marks.push(
      Plot.ruleX(seen, { x: "value", stroke, strokeOpacity: 0.55, strokeWidth: 1.25 }),
      Plot.dot(seen, {
        x: "value",
        y: floor,
        r: 4,
        fill: stroke,
        stroke: paint("paper"),
        strokeWidth: 1.25,
        title: "title",
      }),
    );
  }
  const drawing = drawFrame(
    document,
    frame,
    {
      x: {
        label: figure.xLabel,
        domain: extentX(figure),
        ...(linearWithin === undefined ? { scale: "linear" } : { scale: "symlog", linearWithin }),
      },
      y: { label: figure.yLabel, domain: yDomain, scale: "log" },
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  drawNames(document, drawing, figure);
  return drawing.svg;
}

/** Names of eigenvalues in a row under the top of the frame, pushed apart. */
function drawNames(document: Document, drawing: Drawing, { series }: Spectrum): void {
  const { frame, svg: figure } = drawing;
  const names = series
    .flatMap(({ colour, eigenvalues }) =>
      eigenvalues.flatMap(({ value, label }) =>
        label === undefined
          ? []
          : [{ label, colour: series.length === 1 ? "vermilion" : colour, x: drawing.x(value) }],
      ),
    )
    .sort((a, b) => a.x - b.x);
  if (names.length === 0) return;
  const half = Math.max(...names.map(({ label }) => textWidth(label, frame.fontSize))) / 2;
  const end = frame.width - 2;
  const places = spread(
    names.map(({ x }) => x),
    2 * half + 8,
    frame.marginLeft + half,
    end - half,
  );
  names.forEach(({ label, colour }, i) => {
    const place = { x: places[i], y: frame.marginTop - 5, "text-anchor": "middle" };
    const style = { fill: paint(colour), "font-weight": 600, ...halo };
    figure.appendChild(svg(document, "text", { ...place, ...style }, label));
  });
}

function extentX({ series }: Spectrum): [number, number] {
  const values = series.flatMap(({ points, eigenvalues }) => [
    ...points.map(({ x }) => x),
    ...eigenvalues.map(({ value }) => value),
  ]);
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (!(high > low)) [low, high] = [low - 1 || -1, high + 1 || 1];
  return [low, high];
}
