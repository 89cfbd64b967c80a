import { ramp, type Colour } from "../palette.ts";
import type { DrawOptions } from "./frame.ts";
import type { Forks, Point, Series, TimeSeries } from "./spec.ts";
import { drawTimeSeries } from "./time-series.ts";

/** Loss along forks on a log axis: each order seed thin, the median of the seeds over them. */
export function drawForks(document: Document, figure: Forks, options: DrawOptions): SVGSVGElement {
  return drawTimeSeries(document, asTimeSeries(figure), options);
}

/** Each fork with its colour: grey for a control, steps of one ramp for the others. */
export function forkColours({ forks }: Forks): Colour[] {
  const colours = ramp(forks.filter((f) => f.control !== true).length);
  return forks.map((f) => (f.control === true ? "grey" : colours.shift()!));
}

function asTimeSeries(figure: Forks): TimeSeries {
  const colours = forkColours(figure);
  const series = figure.forks.flatMap(({ label, control, runs }, i): Series[] => {
    const colour = colours[i];
    const dashed = control === true;
    const median = {
      name: label,
      colour,
      dashed,
      points: runs.length === 1 ? runs[0] : medianOf(runs),
    };
    if (runs.length === 1) return [median];
    return [
      ...runs.map((points): Series => ({ name: label, colour, points, weight: "thin" })),
      median,
    ];
  });
  const { description, xLabel, yLabel, yDomain, threshold } = figure;
  return {
    kind: "time-series",
    description,
    xLabel,
    yLabel,
    yScale: "log",
    series,
    ...(yDomain ? { yDomain } : {}),
    ...(threshold ? { thresholds: [threshold] } : {}),
  };
}

/** The median over runs at each x that any run has; a run that has ended no longer counts. */
function medianOf(runs: readonly (readonly Point[])[]): Point[] {
  const at = new Map<number, number[]>();
  for (const run of runs)
    for (const { x, y } of run) {
      const values = at.get(x);
      if (values) values.push(y);
      else at.set(x, [y]);
    }
  return [...at].sort(([a], [b]) => a - b).map(([x, values]) => ({ x, y: median(values) }));
}

function median(values: number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}
