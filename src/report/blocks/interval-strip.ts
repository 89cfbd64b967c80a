import { h, svg } from "../dom.ts";
import type { Interval } from "../interval.ts";
import { paint, type Surface } from "../palette.ts";
import type { Band } from "../verdict.ts";

const height = 24;

/**
 * The stretch of values that all strips of one claim share: all of what was measured, but no more than shows the
 * band, where it has two ends, or else its end and the claim's own intervals, in a thirteenth of it. What lies
 * beyond is an arrow at the edge.
 */
export function stripDomain(
  band: Band,
  measured: readonly Interval[],
  controls: readonly Interval[],
): [number, number] {
  const own = [band.low, band.high].filter(Number.isFinite);
  const focus = own.length === 2 && own[1] > own[0] ? own : [...own, ...ends(measured)];
  const all = [...own, ...ends(measured), ...ends(controls)];
  const near = Math.min(...focus);
  const far = Math.max(...focus);
  const most = far > near ? 6 * (far - near) : Infinity;
  const low = Math.max(Math.min(...all), near - most);
  const high = Math.min(Math.max(...all), far + most);
  const margin = high > low ? (high - low) * 0.12 : Math.max(Math.abs(high) * 0.1, 0.5);
  return [low - margin, high + margin];
}

const ends = (intervals: readonly Interval[]): number[] =>
  intervals
    .flatMap(({ value, low = value, high = value }) => [value, low, high])
    .filter(Number.isFinite);

/**
 * An interval against its band: the band shaded, a claim's own interval filled and coloured by
 * where it lies, a control's hollow. The shading fills its row, so that stacked rows share it.
 */
export function drawStrip(
  document: Document,
  {
    band,
    interval,
    domain,
    control,
  }: {
    readonly band: Band;
    readonly interval: Interval;
    readonly domain: readonly [number, number];
    readonly control: boolean;
  },
): HTMLElement {
  const { value, low = value, high = value } = interval;
  const part = (v: number) => Math.min(Math.max((v - domain[0]) / (domain[1] - domain[0]), 0), 1);
  const colour = control ? paint("muted") : paint(placeOf(band, low, high));
  const strip = svg(
    document,
    "svg",
    { class: "strip", width: "100%", height, "aria-hidden": "true" },
    svg(document, "line", {
      x1: percent(part(low)),
      x2: percent(part(high)),
      y1: height / 2,
      y2: height / 2,
      stroke: colour,
      "stroke-width": 2,
      "stroke-linecap": "round",
    }),
    mark(document, value < domain[0] ? -1 : value > domain[1] ? 1 : 0, {
      at: percent(part(value)),
      fill: control ? paint("paper") : colour,
      stroke: colour,
    }),
  );
  return h(
    document,
    "span",
    { class: "stripe", style: shading(part(band.low), part(band.high)) },
    strip,
  );
}

/** A dot, or an arrow to a value beyond the left (−1) or right (1) edge. */
function mark(
  document: Document,
  beyond: -1 | 0 | 1,
  { at, fill, stroke }: { readonly at: string; readonly fill: string; readonly stroke: string },
): SVGElement {
  const look = { fill, stroke, "stroke-width": 1.5, "stroke-linejoin": "round" };
  if (beyond === 0) return svg(document, "circle", { cx: at, cy: height / 2, r: 4, ...look });
  // In a box of its own, so that its corners are in pixels whatever the strip's width.
  return svg(
    document,
    "svg",
    { x: at, y: height / 2, overflow: "visible" },
    svg(document, "path", {
      d: `M${-9 * beyond},-5 L${-1 * beyond},0 L${-9 * beyond},5 Z`,
      ...look,
    }),
  );
}

function shading(from: number, to: number): string {
  const end = to > from ? percent(to) : `calc(${percent(to)} + 2px)`;
  const stops = `#0000 ${percent(from)}, var(--good-paper) ${percent(from)} ${end}, #0000 ${end}`;
  return `background: linear-gradient(90deg, ${stops})`;
}

function percent(part: number): string {
  return `${+(100 * part).toFixed(2)}%`;
}

function placeOf(band: Band, low: number, high: number): Surface {
  if (low >= band.low && high <= band.high) return "good";
  return high < band.low || low > band.high ? "bad" : "unsure";
}
