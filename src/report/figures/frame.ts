import * as Plot from "@observablehq/plot";
import { svg } from "../dom.ts";
import { formatCount, formatLogTick, formatSignedLogTick } from "../format.ts";
import { paint } from "../palette.ts";
import { logTicks, signedLogTicks } from "./ticks.ts";

/** How a figure is drawn; the figure itself is data. */
export interface DrawOptions {
  /** In pixels; 340 is right for a phone and for panels, 720 for a page. */
  readonly width: number;
  /** Names at the right end of the curves; without, the page writes a legend. */
  readonly endLabels?: boolean;
  /** Prefix of the ids inside, unique on a page. */
  readonly id?: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
  readonly fontSize: number;
}

export interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
  /** `symlog`: a signed logarithm, linear within `linearWithin` of 0. */
  readonly scale: "linear" | "log" | "symlog";
  readonly linearWithin?: number;
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly frame: Frame;
  /** From data to pixels. */
  x(value: number): number;
  y(value: number): number;
}

/** Margins and size of a frame `width` wide with `right` pixels for labels. */
export function frameOf(width: number, right: number, height?: number): Frame {
  const narrow = width < 480;
  return {
    width,
    height: height ?? Math.round(narrow ? width * 0.74 : width * 0.48),
    marginTop: 32,
    marginRight: Math.max(right, 22), // half the name of a tick at the end
    marginBottom: 46,
    marginLeft: narrow ? 40 : 48,
    fontSize: 12,
  };
}

/**
 * Marks in a frame with quiet axes: rules across, no ticks, the y axis's name above it. `yAxis: false`
 * leaves the rows to the caller. Marks that may leave the frame carry `clip: "frame"`.
 */
export function drawFrame(
  document: Document,
  frame: Frame,
  axes: {
    readonly x: Axis;
    readonly y: Axis;
    readonly yAxis?: boolean;
    readonly rules?: "x" | "y" | "none";
  },
  marks: readonly Plot.Markish[],
  about: { readonly description: string; readonly id?: string },
): Drawing {
  const { x, y, yAxis = true, rules = "y" } = axes;
  const narrow = frame.width < 480;
  const xTicks = ticksOf(x, narrow ? 4 : 8);
  const yTicks = ticksOf(y, narrow ? 5 : 6);
  const base = frame.height - frame.marginBottom;
  const rule = { stroke: paint("rule"), strokeOpacity: 1 };
  const words = { fill: paint("muted"), fontSize: frame.fontSize, tickSize: 0, label: null };
  // Names go in as text, not as a format: Plot leaves out those of a log axis that d3 thinks too many.
  const named = (axis: Axis) => ({ tickPadding: 8, text: axis.format ?? tickFormat(axis) });
  const figure = Plot.plot({
    document,
    className: "plot",
    width: frame.width,
    height: frame.height,
    marginTop: frame.marginTop,
    marginRight: frame.marginRight,
    marginBottom: frame.marginBottom,
    marginLeft: frame.marginLeft,
    x: { type: x.scale, domain: x.domain, axis: null, ...constantOf(x) },
    y: { type: y.scale, domain: y.domain, axis: null, ...constantOf(y) },
    marks: [
      rules === "y" ? Plot.gridY(yTicks, rule) : null,
      rules === "x" ? Plot.gridX(xTicks, rule) : null,
      ...marks,
      Plot.axisX(xTicks, { ...words, ...named(x) }),
      yAxis ? Plot.axisY(yTicks, { ...words, ...named(y) }) : null,
    ],
  }) as SVGSVGElement & Plot.Plot;
  const name = { fill: paint("muted"), "font-size": frame.fontSize };
  if (yAxis)
    figure.appendChild(
      svg(document, "text", { ...name, x: 0, y: 13, "text-anchor": "start" }, y.label),
    );
  const end = frame.width - frame.marginRight;
  figure.appendChild(
    svg(document, "text", { ...name, x: end, y: base + 38, "text-anchor": "end" }, x.label),
  );
  const [toX, toY] = [figure.scale("x")!, figure.scale("y")!];
  finish(figure, frame, about);
  return {
    svg: figure,
    frame,
    x: (value) => toX.apply(value) as number,
    y: (value) => toY.apply(value) as number,
  };
}

function constantOf({ scale, linearWithin = 1 }: Axis): { constant?: number } {
  return scale === "symlog" ? { constant: linearWithin } : {};
}

function ticksOf(axis: Axis, most: number): number[] {
  if (axis.ticks) return [...axis.ticks];
  const [low, high] = axis.domain;
  if (axis.scale === "symlog") return signedLogTicks(low, high, axis.linearWithin ?? 1, most);
  return axis.scale === "log" ? logTicks(low, high, most) : linearTicks(low, high, most);
}

function linearTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((s) => s * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(+(i * step).toPrecision(12));
  return ticks;
}

function tickFormat({ scale }: Axis): (value: number) => string {
  if (scale === "symlog") return formatSignedLogTick;
  return scale === "log" ? formatLogTick : formatCount;
}

/** One clip path with an id of ours, no style sheet, and words for who cannot see. */
function finish(
  figure: SVGSVGElement,
  frame: Frame,
  { description, id = "figure" }: { readonly description: string; readonly id?: string },
): void {
  figure.querySelector("style")?.remove();
  const [clip, ...others] = Array.from(figure.querySelectorAll("clipPath"));
  for (const other of others) other.remove();
  clip?.setAttribute("id", `${id}-frame`);
  for (const clipped of Array.from(figure.querySelectorAll("[clip-path]")))
    clipped.setAttribute("clip-path", `url(#${id}-frame)`);
  for (const element of Array.from(figure.querySelectorAll("[aria-label], [aria-hidden]"))) {
    element.removeAttribute("aria-label");
    element.removeAttribute("aria-hidden");
  }
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", description);
  figure.setAttribute("font-size", String(frame.fontSize));
  figure.setAttribute("font-family", "var(--sans, system-ui, sans-serif)");
}
