import { logRunning, running, valueAt } from "../../numeric/panels.ts";
import { resolve, scaleAndSpeed, type Process1d, type Range } from "../theory/process.ts";
import type { StationaryLaw1d } from "./stationary-law.ts";

/** What a law got from quadrature has beside the law itself. */
export interface QuadratureLaw extends StationaryLaw1d {
  /** ∫ f p. */
  readonly mean: (f: (x: number) => number) => number;
  /** Where the density was resolved; beyond it is 0. */
  readonly low: number;
  readonly high: number;
}

/**
 * The stationary law of dx = −L′dt + √(2D(x))dW in any convention, p ∝ D^(α−1)·e^(−∫L′/D), by
 * quadrature. Sides that are not walls are followed from `start` until the density has died away, as
 * in `firstPassage`.
 *
 * Relative accuracy of the density near 10⁻⁹, in the tails too.
 *
 * @throws RangeError where the density has no integral.
 */
export function stationaryByQuadrature(
  process: Process1d,
  start: number,
  range: Range = { low: -Infinity, high: Infinity },
): QuadratureLaw {
  const { panels, status } = resolve(process, start, range, 1e-10);
  if (status === "unbounded")
    throw new RangeError(
      `stationary density must have an integral, got none that converges from ${start} outwards`,
    );
  const { logSpeed } = scaleAndSpeed(process, panels, start);
  const { atNodes, atEnds } = logRunning(panels, logSpeed);
  const [low, high] = [panels.ends[0], panels.ends[panels.ends.length - 1]];
  const total = atEnds[atEnds.length - 1];
  const cumulative = atNodes.map((value) => Math.exp(value - total));
  const logDensity = (x: number) =>
    x < low || x > high ? -Infinity : valueAt(panels, logSpeed, x) - total;
  return {
    name: "stationary-by-quadrature",
    formula: "p ∝ D^(α−1) · exp(−∫L′/D)",
    source: "zero current in the convention's Fokker–Planck equation",
    convention: process.convention ?? "ito",
    logDensity,
    cdf: (x) => (x <= low ? 0 : x >= high ? 1 : clamp(valueAt(panels, cumulative, x))),
    mean: (f) => {
      const weighted = panels.nodes.map((x, i) => f(x) * Math.exp(logSpeed[i] - total));
      const { atEnds: sums } = running(panels, weighted);
      return sums[sums.length - 1];
    },
    low,
    high,
  };
}

function clamp(p: number): number {
  return Math.min(Math.max(p, 0), 1);
}
