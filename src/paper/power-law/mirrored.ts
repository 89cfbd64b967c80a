// The one-dimensional test: V(x) = 2a·s·x − s²·x|x|, an odd landscape with a well at −a/s and its copy on
// its head at a/s. Curvatures are ±2s² on either side of 0 and ΔL = 2a². s = √k makes it V(√k·x).
import {
  type Convention,
  type EscapeSpec,
  firstPassage,
  type FirstPassage,
  type Process1d,
} from "../../diffusion/index.ts";
import type { Work } from "../paper.ts";
import { escapeWork } from "./escape-task.ts";

/** D for s = 1, as a formula of `y` and `a` and as a function; the landscape's scale is applied to it. */
export interface Field {
  readonly text: string;
  readonly at: (y: number, a: number) => number;
  /** Whether D of V(√k·x) is k·D(√k·x), as for gradients of scaled losses, or D as it is. */
  readonly scales: boolean;
}

/** D = ½ηC/B with C(u) = 4(2u² + 1), u the distance to the nearer of well and barrier: the test's own samples. */
export const nearestNoise = (eta: number, batchSize: number): Field => ({
  text: `${(2 * eta) / batchSize}*(2*(abs(y)-a)^2+1)`,
  at: (y, a) => ((2 * eta) / batchSize) * (2 * (Math.abs(y) - a) ** 2 + 1),
  scales: true,
});

/** D = D₀ + (V − V*)/κ: noise whose covariance is linear in the loss, of tail index κ. */
export const lossNoise = (floor: number, kappa: number): Field => ({
  text: `${floor}+(a^2+2*a*y-y*abs(y))/${kappa}`,
  at: (y, a) => floor + (a * a + 2 * a * y - y * Math.abs(y)) / kappa,
  scales: true,
});

export const constantField = (diffusion: number): Field => ({
  text: String(diffusion),
  at: () => diffusion,
  scales: false,
});

/** One escape: from which well, under which noise, to where. */
export interface Escape {
  readonly label: string;
  /** ΔL. */
  readonly height: number;
  readonly noise: Field;
  /** k: V(√k·x). */
  readonly sharpness: number;
  readonly convention: Convention;
  /** x of the exit for k = 1. */
  readonly exit: number;
  /** Time of one step of the scheme for k = 1; divided by k otherwise. */
  readonly step: number;
}

/** a of a height. */
export const reachOf = (height: number): number => Math.sqrt(height / 2);

/** The same as a process for quadrature. */
export function processOf({ height, noise, sharpness, convention }: Escape): Process1d {
  const a = reachOf(height);
  const s = Math.sqrt(sharpness);
  const factor = noise.scales ? sharpness : 1;
  return {
    gradient: (x) => s * (2 * a - 2 * s * Math.abs(x)),
    diffusion: (x) => factor * noise.at(s * x, a),
    convention,
    breakpoints: [-a / s, 0, a / s],
  };
}

/** Exact mean time of the continuous process. */
export function exactTime(escape: Escape): FirstPassage {
  const s = Math.sqrt(escape.sharpness);
  return firstPassage(processOf(escape), -reachOf(escape.height) / s, {
    left: { kind: "natural" },
    right: { kind: "exit", at: escape.exit / s },
  });
}

export function specOf(escape: Escape, walkers: number, seed: string): EscapeSpec {
  const { height, noise, sharpness, convention, exit, step } = escape;
  const a = reachOf(height);
  const s = Math.sqrt(sharpness);
  const scaled = noise.text.replaceAll("y", "(s*x)");
  return {
    potential: { kind: "formula", formula: "2*a*s*x-s*s*x*abs(x)" },
    parameters: { a, s },
    noise: { kind: "constant", diffusion: noise.scales ? `s*s*(${scaled})` : Number(noise.text) },
    convention,
    scheme: { kind: "euler-maruyama" },
    start: [-a / s],
    exit: `x > ${exit / s}`,
    reflect: [],
    eta: step / sharpness,
    walkers,
    precision: "f32",
    generator: "xoshiro128++",
    target: "continuous",
    seed,
  };
}

/** As many walkers as the steps allow, 50 at least; none is given up before 40 mean times. */
export function workOf(escape: Escape, budget: number, most: number, seed: string): Work {
  const steps = (exactTime(escape).mean * escape.sharpness) / escape.step;
  const walkers = Math.round(Math.min(most, Math.max(50, budget / steps)));
  return escapeWork(specOf(escape, walkers, seed), Math.ceil(40 * steps), steps, escape.label);
}
