import { panelsBetween, running, unresolved, type Panels } from "../../numeric/panels.ts";
import { conventionWeight, type Convention } from "./convention.ts";

/** dx = −L′(x) dt + √(2D(x)) dW in one dimension. */
export interface Process1d {
  /** L′(x). */
  readonly gradient: (x: number) => number;
  /** D(x) > 0; a number is constant noise. */
  readonly diffusion: number | ((x: number) => number);
  /** `ito` if left out. */
  readonly convention?: Convention;
  /** Where L′ or D jumps or bends. */
  readonly breakpoints?: readonly number[];
}

/** Logarithms of the two densities that a diffusion in one dimension is made of, on panels. */
export interface ScaleAndSpeed {
  readonly panels: Panels;
  /** ln s, s = e^Φ·D^−α with Φ = ∫ L′/D from the start: ∫s is the natural scale. */
  readonly logScale: Float64Array;
  /** ln m, m = e^−Φ·D^(α−1): the speed measure and, where it can be normalised, the stationary law. */
  readonly logSpeed: Float64Array;
}

/** A range whose ends may be −Infinity and Infinity. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** D(x) as a function that refuses values of no meaning. */
export function diffusionOf({ diffusion }: Process1d): (x: number) => number {
  const at = typeof diffusion === "number" ? () => diffusion : diffusion;
  return (x) => {
    const d = at(x);
    if (!(d > 0 && d < Infinity))
      throw new RangeError(`diffusion must be positive and finite, got ${d} at x = ${x}`);
    return d;
  };
}

/**
 * Cut a range into panels on which s and m are resolved to `tolerance`. Infinite ends are followed
 * outwards from `start` until m·|x − start| has fallen by 10¹⁷ below its integral on that side and
 * all breakpoints are passed; `status` is `unbounded` where it does not fall in 2⁷⁰ first steps or 4000 panels, as
 * for a law that cannot be normalised.
 */
export function resolve(
  process: Process1d,
  start: number,
  { low, high }: Range,
  tolerance: number,
): { readonly panels: Panels; readonly status: "resolved" | "unbounded" } {
  const fits = panelTest(process, tolerance);
  const cuts = (process.breakpoints ?? []).filter((x) => x > low && x < high);
  const width = firstWidth(start, low, high, cuts);
  const rightward = side(process, start, high, width, cuts, fits);
  const leftward = side(process, start, low, width, cuts, fits);
  return {
    panels: panelsBetween([...leftward.ends.reverse(), start, ...rightward.ends]),
    status: leftward.bounded && rightward.bounded ? "resolved" : "unbounded",
  };
}

/** ln s and ln m at the nodes of panels among whose ends is `start`, where Φ is 0. */
export function scaleAndSpeed(process: Process1d, panels: Panels, start: number): ScaleAndSpeed {
  const diffusion = diffusionOf(process);
  const alpha = conventionWeight(process.convention ?? "ito");
  const d = panels.nodes.map(diffusion);
  const { atNodes, atEnds } = running(
    panels,
    panels.nodes.map((x, i) => slopeAt(process, x) / d[i]),
  );
  const origin = atEnds[panels.ends.indexOf(start)];
  return {
    panels,
    logScale: atNodes.map((phi, i) => phi - origin - alpha * Math.log(d[i])),
    logSpeed: atNodes.map((phi, i) => origin - phi + (alpha - 1) * Math.log(d[i])),
  };
}

type PanelTest = (
  a: number,
  b: number,
) => { readonly good: boolean; readonly logMass: number; readonly rise: number };

/** L′, refused where it is not finite. */
function slopeAt({ gradient }: Process1d, x: number): number {
  const slope = gradient(x);
  if (!Number.isFinite(slope))
    throw new RangeError(`gradient must be finite, got ${slope} at x = ${x}`);
  return slope;
}

/** Whether ten nodes resolve the panel; ln ∫m relative to m at its near end a; ln m(b)/m(a). */
function panelTest(process: Process1d, tolerance: number): PanelTest {
  const diffusion = diffusionOf(process);
  const alpha = conventionWeight(process.convention ?? "ito");
  return (a, b) => {
    const panel = panelsBetween(a < b ? [a, b] : [b, a]);
    const d = panel.nodes.map(diffusion);
    const { atNodes, atEnds } = running(
      panel,
      panel.nodes.map((x, i) => slopeAt(process, x) / d[i]),
    );
    const near = a < b ? 0 : atEnds[1];
    const far = a < b ? atEnds[1] : 0;
    const logDNear = Math.log(diffusion(a));
    const logM = atNodes.map((phi, i) => near - phi + (alpha - 1) * (Math.log(d[i]) - logDNear));
    const logS = atNodes.map((phi, i) => phi - near - alpha * (Math.log(d[i]) - logDNear));
    const spread = Math.max(...logM) - Math.min(...logM) + Math.max(...logS) - Math.min(...logS);
    const good =
      spread < 6 &&
      unresolved(logM.map(Math.exp)) < tolerance &&
      unresolved(logS.map(Math.exp)) < tolerance;
    return {
      good,
      logMass: Math.max(...logM) + Math.log(Math.abs(b - a)),
      rise: near - far + (alpha - 1) * (Math.log(diffusion(b)) - logDNear),
    };
  };
}

function firstWidth(start: number, low: number, high: number, cuts: readonly number[]): number {
  const known = [low, high, ...cuts].filter((x) => Number.isFinite(x) && x !== start);
  const reach = Math.max(...known.map((x) => Math.abs(x - start)), 0);
  return reach > 0 ? reach / 16 : Math.max(1, Math.abs(start)) / 16;
}

/** Ends of the panels on one side of the start, outwards, without the start. */
function side(
  process: Process1d,
  start: number,
  limit: number,
  width: number,
  cuts: readonly number[],
  fits: PanelTest,
) {
  const sign = limit > start ? 1 : -1;
  const stops = [...cuts.filter((x) => sign * (x - start) > 0), limit]
    .filter((x) => x !== start)
    .sort((x, y) => sign * (x - y));
  const ends: number[] = [];
  const finest = 1e-13;
  let at = start;
  let step = width;
  let logM =
    (conventionWeight(process.convention ?? "ito") - 1) * Math.log(diffusionOf(process)(start));
  let logMass = -Infinity;
  for (const stop of stops) {
    while (at !== stop) {
      const rest = Math.abs(stop - at);
      // The last panel before a stop takes what is left, rather than leaving a sliver.
      let next = step * 1.01 >= rest ? stop : at + sign * step;
      let panel = fits(at, next);
      while (!panel.good && Math.abs(next - at) > finest * Math.max(width, Math.abs(at))) {
        step = Math.abs(next - at) / 2;
        next = at + sign * step;
        panel = fits(at, next);
      }
      logMass = Math.max(logMass, logM + panel.logMass);
      logM += panel.rise;
      step = 2 * Math.abs(next - at);
      at = next;
      ends.push(at);
      if (stop === limit && !Number.isFinite(limit)) {
        const distance = Math.abs(at - start);
        if (panel.rise < 0 && logM + Math.log(distance) < logMass - 40)
          return { ends, bounded: true };
        if (distance > width * 2 ** 70 || ends.length > 4000) return { ends, bounded: false };
      } else step = Math.min(step, width);
    }
  }
  return { ends, bounded: true };
}
