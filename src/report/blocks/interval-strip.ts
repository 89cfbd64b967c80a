import { h, svg } from "../dom.ts";
import type { Interval } from "../interval.ts";
import { paint, type Surface } from "../palette.ts";
import type { Band } from "../verdict.ts";

const height = 24;

/** The stretch of values that all strips of one claim share. */
export function stripDomain(band: Band, intervals: readonly Interval[]): [number, number] {
  const values = intervals.flatMap(({ value, low = value, high = value }) => [value, low, high]);
  const finite = [band.low, band.high, ...values].filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const margin = high > low ? (high - low) * 0.12 : Math.max(Math.abs(high) * 0.1, 0.5);
  return [low - margin, high + margin];
}

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
    svg(document, "circle", {
      cx: percent(part(value)),
      cy: height / 2,
      r: 4,
      fill: control ? paint("paper") : colour,
      stroke: colour,
      "stroke-width": 1.5,
    }),
  );
  return h(
    document,
    "span",
    { class: "stripe", style: shading(part(band.low), part(band.high)) },
    strip,
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
