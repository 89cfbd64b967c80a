import { escapeProblem, type EscapeResult } from "../../diffusion/index.ts";
import type { Contours, TimeSeries } from "../figures/spec.ts";
import type { Block, Section } from "../model.ts";
import type { Colour } from "../palette.ts";

const colours: readonly Colour[] = ["vermilion", "green", "purple", "amber"];

/** The landscape, and what a few walkers did in it. */
export function landscapeSection(result: EscapeResult): Section | undefined {
  const dimension = result.spec.start.length;
  const blocks: Block[] = [];
  if (dimension === 1) blocks.push(...alongLine(result));
  if (dimension === 2) blocks.push(onPlane(result));
  if (result.paths.length > 0 && dimension !== 2) blocks.push(pathsAgainstTime(result));
  return blocks.length === 0 ? undefined : { id: "landscape", title: "The landscape", blocks };
}

const GRID_1D = 241;
const GRID_2D = 81;

/** What the paths and the survey saw of coordinate k, with a margin. */
function rangeOf({ paths, landscape, spec }: EscapeResult, k: number): [number, number] {
  const seen = [
    spec.start[k],
    ...paths.flatMap(({ points }) => points.map((p) => p[k])),
    ...(landscape.minimum === null ? [] : [landscape.minimum.at[k]]),
    ...landscape.saddles.map(({ at }) => at[k]),
  ];
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const margin = (high - low || 1) * 0.15;
  return [low - margin, high + margin];
}

const grid = ([low, high]: [number, number], n: number) =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));

function alongLine(result: EscapeResult): Block[] {
  const { value } = escapeProblem(result.spec).host;
  const x = grid(rangeOf(result, 0), GRID_1D);
  const { minimum, saddles } = result.landscape;
  const figure: TimeSeries = {
    kind: "time-series",
    description: `V(x) = ${result.potential.formula} with the start at ${result.spec.start[0]}.`,
    xLabel: "x",
    yLabel: "V(x)",
    series: [{ name: "", colour: "blue", points: x.map((at) => ({ x: at, y: value([at]) })) }],
    events: [
      { x: result.spec.start[0], label: "start" },
      ...(minimum === null || Math.abs(minimum.at[0] - result.spec.start[0]) < 1e-6
        ? []
        : [{ x: minimum.at[0], label: "minimum" }]),
      ...saddles.map(({ at }) => ({ x: at[0], label: "saddle" })),
    ],
  };
  return [{ kind: "figure", figure, caption: `V = ${result.potential.formula}.` }];
}

function pathsAgainstTime(result: EscapeResult): Block {
  const figure: TimeSeries = {
    kind: "time-series",
    description: `The first coordinate of ${result.paths.length} walkers against time.`,
    xLabel: "time",
    yLabel: "x",
    series: result.paths.map(({ times, points }, i) => ({
      name: "",
      colour: colours[i % colours.length],
      weight: "thin",
      points: times.map((t, k) => ({ x: t, y: points[k][0] })),
    })),
  };
  const left = result.paths.filter((path) => path.left).length;
  return {
    kind: "figure",
    figure,
    caption: `${result.paths.length} walkers, of which ${left} left within the time shown; thinned to what can be drawn.`,
  };
}

function onPlane(result: EscapeResult): Block {
  const { value } = escapeProblem(result.spec).host;
  const [x, y] = [0, 1].map((k) => grid(rangeOf(result, k), GRID_2D));
  const values = x.map((a) => y.map((b) => finite(value([a, b]))));
  const { minimum, saddles } = result.landscape;
  const low = minimum?.value ?? Math.min(...values.flat().filter((v) => v !== null));
  const barrier = saddles.length === 0 ? undefined : Math.min(...saddles.map((s) => s.value));
  const reached = result.paths.flatMap(({ points }) => points.map((p) => value(p)));
  const height = (barrier ?? Math.max(...reached, low + 1e-9)) - low;
  const figure: Contours = {
    kind: "contours",
    description: `Contours of ${result.potential.formula} with the ways of ${result.paths.length} walkers.`,
    xLabel: "x",
    yLabel: "y",
    x,
    y,
    values,
    levels: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5].map((part) => low + part * height),
    here: { x: result.spec.start[0], y: result.spec.start[1], label: "start" },
    paths: result.paths.map(({ points }, i) => ({
      colour: colours[i % colours.length],
      points: thinned(points, 400).map(([a, b]) => ({ x: a, y: b })),
    })),
  };
  return {
    kind: "figure",
    figure,
    caption: `V = ${result.potential.formula}, deeper where it is higher; the fifth level is ${barrier === undefined ? "the highest place that these walkers reached" : "the lowest saddle"}. Lines are the ways of ${result.paths.length} walkers, thinned.`,
  };
}

/** Every so many points, the last among them. */
function thinned<T>(points: readonly T[], most: number): T[] {
  const stride = Math.ceil(points.length / most);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

const finite = (v: number): number | null => (Number.isFinite(v) ? v : null);
