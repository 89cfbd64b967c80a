import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { paint } from "../palette.ts";
import { drawFrame, frameOf, type DrawOptions } from "./frame.ts";
import { halo, textWidth } from "./labels.ts";
import type { Bars } from "./spec.ts";

const rowHeight = 38;
const fontSize = 12;

/** A bar a row with its interval, its name above and its amount in words at the right. */
export function drawBars(
  document: Document,
  figure: Bars,
  { width, id }: DrawOptions,
): SVGSVGElement {
  const { rows, colour } = figure;
  const frame = {
    ...frameOf(width, 22, 58 + rows.length * rowHeight),
    marginTop: 8,
    marginLeft: 12,
  };
  const domain = extentX(figure);
  const bars = rows.map(({ estimate, name, text, total }, i) => {
    const { value, low = value, high = value } = estimate;
    return {
      from: Math.min(Math.max(0, domain[0]), domain[1]),
      value,
      low,
      high,
      y1: i + 0.54,
      y2: i + 0.88,
      y: i + 0.71,
      fill: paint(total === true ? "ink" : colour),
      title: `${name}: ${text}`,
    };
  });
  const sure = bars.filter(({ low, high }) => high > low);
  const drawing = drawFrame(
    document,
    frame,
    {
      x: { label: figure.xLabel, domain, scale: "linear" },
      y: { label: "", domain: [rows.length, 0], scale: "linear" },
      yAxis: false,
      rules: "x",
    },
    [
      Plot.rect(bars, {
        x1: "from",
        x2: "value",
        y1: "y1",
        y2: "y2",
        fill: "fill",
        fillOpacity: 0.75,
        title: "title",
      }),
      Plot.ruleY(sure, { x1: "low", x2: "high", y: "y", stroke: paint("text"), strokeWidth: 1.5 }),
      Plot.ruleX([0], { stroke: paint("faint") }),
    ],
    { description: figure.description, ...(id === undefined ? {} : { id }) },
  );
  const right = frame.width - frame.marginRight;
  const style = { "font-size": fontSize, ...halo };
  rows.forEach(({ name, text, total }, i) => {
    const y = drawing.y(i + 0.4);
    const room = right - frame.marginLeft - textWidth(text, fontSize) - 14;
    const bold = total === true ? { "font-weight": 650 } : {};
    drawing.svg.appendChild(
      svg(
        document,
        "text",
        { x: frame.marginLeft, y, "text-anchor": "start", fill: paint("text"), ...style, ...bold },
        shorten(name, room),
      ),
    );
    drawing.svg.appendChild(
      svg(
        document,
        "text",
        { x: right, y, "text-anchor": "end", fill: paint("muted"), ...style },
        text,
      ),
    );
  });
  return drawing.svg;
}

/** The middle of a long name left out: its two ends tell most. */
function shorten(name: string, room: number): string {
  const letters = Array.from(name);
  const most = Math.max(5, Math.floor(room / textWidth("m", fontSize)));
  if (letters.length <= most) return name;
  const head = Math.floor((most - 1) * 0.4);
  return `${letters.slice(0, head).join("")}…${letters.slice(head + 1 - most).join("")}`;
}

function extentX({ rows, xDomain }: Bars): [number, number] {
  const values = [0, ...(xDomain ?? [])];
  for (const { estimate } of rows)
    values.push(estimate.value, estimate.low ?? NaN, estimate.high ?? NaN);
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return high > low ? [low, high] : [0, 1];
}
