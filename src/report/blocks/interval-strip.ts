import { svg } from "../dom.ts";
import type { Interval } from "../interval.ts";
import { paint, type Surface } from "../palette.ts";
import type { Band } from "../verdict.ts";

const width = 150;
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
 * where it lies, a control's hollow. Strips stacked without a gap share the shading.
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
): SVGElement {
  const { value, low = value, high = value } = interval;
  const x = (v: number) => {
    const at = ((v - domain[0]) / (domain[1] - domain[0])) * width;
    return +Math.min(Math.max(at, 0), width).toFixed(2);
  };
  const middle = height / 2;
  const colour = control ? paint("muted") : paint(placeOf(band, low, high));
  const edge = (at: number) =>
    Number.isFinite(at) &&
    svg(document, "path", {
      d: `M${x(at)},0V${height}`,
      stroke: paint("good"),
      "stroke-opacity": 0.45,
      "stroke-dasharray": "2 2",
    });
  const from = x(band.low);
  return svg(
    document,
    "svg",
    { class: "strip", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    svg(document, "rect", {
      x: from,
      width: Math.max(x(band.high) - from, 1.5),
      height,
      fill: paint("good"),
      "fill-opacity": 0.13,
    }),
    edge(band.low),
    band.high === band.low ? null : edge(band.high),
    svg(document, "path", {
      d: `M${x(low)},${middle}H${x(high)}`,
      stroke: colour,
      "stroke-width": 2,
      "stroke-linecap": "round",
    }),
    svg(document, "circle", {
      cx: x(value),
      cy: middle,
      r: 4,
      fill: control ? paint("paper") : colour,
      stroke: colour,
      "stroke-width": 1.5,
    }),
  );
}

function placeOf(band: Band, low: number, high: number): Surface {
  if (low >= band.low && high <= band.high) return "good";
  return high < band.low || low > band.high ? "bad" : "unsure";
}
