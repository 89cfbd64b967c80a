// The settings of the escapes from Styblinski and Tang's right valley.
import { escapePath, flooredIntegral } from "../../diffusion/index.ts";
import type { ScaleName } from "../paper.ts";
import type { Condition } from "../conditions.ts";
import { walkersAt } from "./conditions.ts";
import { exactLogTime, type EscapeInput } from "./escape-task.ts";
import { type EscapeLandscape, landscapeOf } from "../landscape.ts";
import type { NoiseSpec } from "./noise.ts";

/** A condition, its place on the claim's axis and what quadrature says of it. */
export interface ScanPoint extends Condition {
  readonly x: number;
  readonly k: number;
  readonly eta: number;
  readonly noise: NoiseSpec;
  /** ln τ of the continuous process; NaN for jumps. */
  readonly exact: number;
}

/** ε of the floor at k = 1, of A2. */
const floor = 10;
/** s² of the finite sum at k = 1. */
const variance = 2000;
const samples = 512;
const eta = 0.002;

/** Walkers are given up after so many mean times: e⁻¹² of them. */
const patience = 12;

/** Scans by scale, planned once: each point is a quadrature. */
const planned = new Map<string, ScanPoint[]>();

function once(name: string, scale: ScaleName, make: () => ScanPoint[]): ScanPoint[] {
  const key = `${name} ${scale}`;
  const known = planned.get(key) ?? make();
  planned.set(key, known);
  return known;
}

function scanPoint(
  scale: ScaleName,
  x: number,
  setting: {
    readonly label: string;
    readonly k?: number;
    readonly eta: number;
    readonly noise: NoiseSpec;
    readonly times?: number;
    readonly walkers?: number;
  },
): ScanPoint {
  const { label, k = 1, eta: step, noise, times = 1 } = setting;
  const place = valley(k);
  const exact = exactLogTime(noise, place, step);
  const walkers = Math.round(walkersAt[scale] * times);
  // Jumps have no quadrature; they leave within a few units of time.
  const time = Number.isNaN(exact) ? 1000 : Math.exp(exact);
  const input: Omit<EscapeInput, "seed"> = {
    landscape: { kind: "styblinski-tang", k },
    noise,
    eta: step,
    walkers,
    horizon: Math.ceil((patience * time) / step),
  };
  const pace = noise.kind === "batches" ? 15e6 : noise.kind === "levy" ? 1e9 : 60e6;
  return {
    task: "ddt/escape",
    label,
    input: { ...input },
    cost: 0.5 + ((time / step) * walkers) / pace,
    x,
    k,
    eta: step,
    noise,
    exact,
  };
}

const valleys = new Map<number, EscapeLandscape>();

/** The landscape at sharpness k, compiled once. */
function valley(k: number): EscapeLandscape {
  const known = valleys.get(k) ?? landscapeOf({ kind: "styblinski-tang", k });
  valleys.set(k, known);
  return known;
}

/** ΔL, H at the minimum and |H| at the top. */
export function barrier(k = 1) {
  const { calculus, curvature, start, saddle } = valley(k);
  return {
    height: calculus.value([saddle]) - calculus.value([start]),
    minimum: curvature(start),
    saddle: -curvature(saddle),
  };
}

/** I(ε) of the path from the minimum to the top. */
export function exponentSlope(): number {
  const { calculus, start, saddle } = valley(1);
  return flooredIntegral(escapePath(calculus, [[start], [saddle]]), floor);
}

/** At `smoke` only so many points, and the near ones. */
const cut = <T>(scale: ScaleName, all: readonly T[], wide: readonly T[] = []): readonly T[] =>
  scale === "smoke" ? all.slice(0, 5) : scale === "standard" || scale === "paper" ? [...all, ...wide] : all; // prettier-ignore

/** White noise against 1/D. */
export const whiteScan = (scale: ScaleName): ScanPoint[] =>
  once("whiteScan", scale, () =>
    cut(scale, [5, 4.4, 3.9, 3.5, 3.2, 3], [2.8]).map((diffusion) =>
      scanPoint(scale, 1 / diffusion, {
        label: `white noise, D = ${diffusion}`,
        eta: 0.001,
        noise: { kind: "white", diffusion },
      }),
    ),
  );

/** Heavy-tailed noise against 1/D: its times go with a power of D. */
export const levyScan = (scale: ScaleName): ScanPoint[] =>
  once("levyScan", scale, () =>
    [5, 4.4, 3.9, 3.5, 3.2, 3].map((diffusion) =>
      scanPoint(scale, 1 / diffusion, {
        label: `Lévy noise, D = ${diffusion}`,
        eta: 0.002,
        noise: { kind: "levy", alpha: 1.5, diffusion },
      }),
    ),
  );

/** White noise against k. The step stays, so that the walks are not the same ones rescaled. */
export const whiteSharpness = (scale: ScaleName): ScanPoint[] =>
  once("whiteSharpness", scale, () =>
    [1, 1.5, 2, 3, 4].map((k) =>
      scanPoint(scale, k, {
        label: `white noise, D = 5, k = ${k}`,
        k,
        eta: 0.0005,
        noise: { kind: "white", diffusion: 5 },
        times: 4,
      }),
    ),
  );

const batches = (batchSize: number, k = 1): NoiseSpec => ({
  kind: "batches",
  batchSize,
  variance: variance * k,
  floor: floor * k,
  samples,
});

/** Real batches against B; the abscissa is 2B/ηs². */
export const batchScan = (scale: ScaleName): ScanPoint[] =>
  once("batchScan", scale, () =>
    cut(scale, [4, 5, 6, 7, 8], [9]).map((batchSize) =>
      scanPoint(scale, (2 * batchSize) / (eta * variance), {
        label: `batches of ${batchSize}, η = ${eta}`,
        eta,
        noise: batches(batchSize),
      }),
    ),
  );

/** Real batches of 4 against 1/η; the abscissa is 2B/ηs². */
export const rateScan = (scale: ScaleName): ScanPoint[] =>
  once("rateScan", scale, () =>
    cut(scale, [2, 2.5, 3, 3.5, 4], [4.5]).map((x) => {
      const step = 8 / (x * variance);
      return scanPoint(scale, x, {
        label: `batches of 4, η = ${step.toPrecision(4)}`,
        eta: step,
        noise: batches(4),
      });
    }),
  );

/** Batches of 8 at sharpness k: η ∝ 1/k and s² ∝ k keep ηs²/B and ηλ; the abscissa is 2B/ηs²k. */
export const sharpnessScan = (scale: ScaleName): ScanPoint[] =>
  once("sharpnessScan", scale, () =>
    [1, 1.15, 1.35, 1.6, 2, 4].map((k) =>
      scanPoint(scale, 16 / (eta * variance) / k, {
        label: k === 1 ? `batches of 8, η = ${eta}` : `batches of 8, k = ${k}`,
        k,
        eta: eta / k,
        noise: batches(8, k),
      }),
    ),
  );

/** White noise that is as strong at the minimum as that of batches, on their axis. */
export const matchedScan = (scale: ScaleName): ScanPoint[] =>
  once("matchedScan", scale, () =>
    [2, 2.5, 3, 3.5, 4].map((x) =>
      scanPoint(scale, x, {
        label: `white noise for 2B/ηs² = ${x}`,
        eta: 0.001,
        noise: { kind: "white", diffusion: Math.hypot(barrier().minimum, floor) / x },
      }),
    ),
  );

/** D ∝ H² + ε², as of shifted data, against 1/k: the law is in 1/k². For quadrature alone: its steps are wild. */
export const shiftedScan = (scale: ScaleName): ScanPoint[] =>
  once("shiftedScan", scale, () =>
    [1, 1.15, 1.35, 1.6, 2].map((k) =>
      scanPoint(scale, 16 / (eta * variance) / k, {
        label: `noise as H², k = ${k}`,
        k,
        eta: eta / k,
        noise: { kind: "curvature", scale: 0.018, floor: floor * k, power: 2 },
      }),
    ),
  );
