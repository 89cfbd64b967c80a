import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { formatInterval, formatLogTick } from "../format.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type DrawOptions } from "./frame.ts";
import { halo, textWidth } from "./labels.ts";
import type { CriticalFactor } from "./spec.ts";

const rowHeight = 78;

/** A row a measure: each checkpoint's bracket faint, the estimate over all of them strong, on a log axis. */
export function drawCriticalFactor(
  document: Document,
  figure: CriticalFactor,
  { width, id }: DrawOptions,
): SVGSVGElement {
  const { rows, reference } = figure;
  const frame = {
    ...frameOf(width, 24, 78 + rows.length * rowHeight),
    marginLeft: 12,
  };
  const domain = extentX(figure);
  const marks: Plot.Markish[] = [
    Plot.ruleX([reference.x], { stroke: paint("ink"), strokeWidth: 1.25, strokeDasharray: "5 4" }),
  ];
  rows.forEach(({ name, colour, estimate, observations }, i) => {
    const stroke = paint(colour);
    const height = Math.min(0.34 / Math.max(observations.length, 1), 0.07);
    const seen = observations.map((o, j) => ({
      x: o.estimate.value,
      from: o.censored === "below" ? domain[0] : (o.estimate.low ?? o.estimate.value),
      to: o.censored === "above" ? domain[1] : (o.estimate.high ?? o.estimate.value),
      y: i + 0.56 + (j + 0.5) * height,
      title: `${name}, ${o.label}: ${o.censored ? `${o.censored} ` : ""}${formatInterval(o.estimate)}`,
    }));
    const mean = [
      {
        x: estimate.value,
        from: estimate.low ?? estimate.value,
        to: estimate.high ?? estimate.value,
        title: `${name}: ${formatInterval(estimate)}`,
      },
    ];
    const y = i + 0.42;
    marks.push(
      Plot.ruleY(seen, {
        x1: "from",
        x2: "to",
        y: "y",
        stroke,
        strokeOpacity: 0.4,
        title: "title",
      }),
      Plot.dot(seen, { x: "x", y: "y", r: 1.75, fill: stroke, fillOpacity: 0.6, stroke: "none" }),
      Plot.ruleY(mean, { x1: "from", x2: "to", y, stroke, strokeWidth: 3, strokeLinecap: "round" }),
      Plot.dot(mean, {
        x: "x",
        y,
        r: 5,
        fill: stroke,
        stroke: paint("paper"),
        strokeWidth: 1.5,
        title: "title",
      }),
    );
  });
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain, scale: "log", format: formatLogTick },
      y: { label: "", domain: [rows.length, 0], scale: "linear" },
      yAxis: false,
      rules: "x",
    },
    marks,
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  rows.forEach(({ name, colour, estimate }, i) => {
    const text = {
      x: frame.marginLeft,
      y: drawing.y(i + 0.24),
      fill: paint(colour),
      ...halo,
    };
    const value = { fill: paint("muted"), "font-weight": 400, dx: 8 };
    drawing.svg.appendChild(
      svg(
        document,
        "text",
        { ...text, "font-weight": 600, "text-anchor": "start" },
        name,
        svg(document, "tspan", value, formatInterval(estimate)),
      ),
    );
  });
  const at = drawing.x(reference.x);
  const half = textWidth(reference.label, frame.fontSize) / 2;
  const middle = Math.min(Math.max(at, half), frame.width - half);
  drawing.svg.appendChild(
    svg(
      document,
      "text",
      { x: middle, y: frame.marginTop - 10, "text-anchor": "middle", fill: paint("ink") },
      reference.label,
    ),
  );
  return drawing.svg;
}

function extentX({ rows, reference }: CriticalFactor): [number, number] {
  const values = [reference.x];
  for (const { estimate, observations } of rows)
    for (const { value, low = value, high = value } of [
      estimate,
      ...observations.map((o) => o.estimate),
    ])
      values.push(value, low, high);
  const usable = values.filter((v) => Number.isFinite(v) && v > 0);
  return [Math.min(...usable) / 1.25, Math.max(...usable) * 1.25];
}
