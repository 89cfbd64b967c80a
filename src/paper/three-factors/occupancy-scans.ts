import { formatNumber } from "../../report/index.ts";
import type { Condition } from "../conditions.ts";
import type { LandscapeSpec } from "../landscape.ts";
import type { ScaleName } from "../paper.ts";
import { diffusionOf, exactLogOdds, relaxationTime, type TwoWells, twoWells } from "./two-wells.ts";
import type { TwoWellsInput } from "./two-wells-task.ts";

/** A triple at one temperature. */
export interface OccupancyCondition extends Condition {
  readonly wells: TwoWells;
  readonly diffusion: number;
  /** ln(p_A/p_B) by quadrature. */
  readonly exact: number;
  /** As a legend says it. */
  readonly triple: string;
}

/** Conditions by group: three triples of one ησ²/S, one with σ² doubled, wells of equal depth, of equal curvature. */
export type Scans = Readonly<
  Record<
    "first" | "second" | "third" | "unequal" | "level" | "alike",
    readonly OccupancyCondition[]
  >
>;

const uneven: LandscapeSpec = { kind: "valleys", height: 1, left: 1, right: 2, tilt: -0.6 };
const level: LandscapeSpec = { kind: "valleys", height: 1, left: 1, right: 2 };
const alike: LandscapeSpec = { kind: "valleys", height: 1, left: 1, right: 1, tilt: -0.6 };

/** η of the first triple: η·λ is 0.18 in the sharp well. */
const eta = 0.005;
const batchSize = 2;
/** D = T/2 of the first triple. */
const diffusions = [0.5, 0.38, 0.3, 0.25, 0.21];

/** Scans by scale, planned once: each point is a quadrature. */
const planned = new Map<ScaleName, Scans>();

export function scans(scale: ScaleName): Scans {
  const known = planned.get(scale) ?? scansAt(scale);
  planned.set(scale, known);
  return known;
}

function scansAt(scale: ScaleName): Scans {
  const triple =
    (landscape: LandscapeSpec, rate: number, batch: number, more: number, name: string) =>
    (diffusion: number) =>
      occupied(scale, landscape, {
        eta: rate * eta,
        batchSize: batch * batchSize,
        variance: (more * 2 * batchSize * diffusion) / eta,
        name,
      });
  return {
    first: diffusions.map(triple(uneven, 1, 1, 1, "η, S, σ²")),
    second: diffusions.map(triple(uneven, 1, 2, 2, "η, 2S, 2σ²")),
    third: diffusions.map(triple(uneven, 0.5, 1, 2, "η/2, S, 2σ²")),
    unequal: diffusions.map(triple(uneven, 1, 1, 2, "η, S, 2σ²")),
    level: diffusions.slice(0, 3).map(triple(level, 1, 1, 1, "equal depths")),
    alike: diffusions.slice(0, 3).map(triple(alike, 1, 1, 1, "equal curvatures")),
  };
}

const places = new Map<LandscapeSpec, TwoWells>();

function wellsOf(spec: LandscapeSpec): TwoWells {
  const known = places.get(spec) ?? twoWells(spec);
  places.set(spec, known);
  return known;
}

const odds = new Map<string, number>();

function oddsOf(spec: LandscapeSpec, diffusion: number): number {
  const key = `${JSON.stringify(spec)} ${diffusion.toPrecision(9)}`;
  const known = odds.get(key) ?? exactLogOdds(wellsOf(spec), diffusion);
  odds.set(key, known);
  return known;
}

function occupied(
  scale: ScaleName,
  landscape: LandscapeSpec,
  triple: { readonly eta: number; readonly batchSize: number; readonly variance: number; readonly name: string }, // prettier-ignore
): OccupancyCondition {
  const { name, ...factors } = triple;
  const wells = wellsOf(landscape);
  const diffusion = diffusionOf(factors.eta, factors.batchSize, factors.variance);
  const relaxation = Math.max(0.2, relaxationTime(wells, diffusion)) / factors.eta; // steps
  const [particles, burn, looks] = { smoke: [512, 1, 2], quick: [2048, 3, 8], standard: [4096, 6, 60], paper: [16384, 8, 120] }[scale]; // prettier-ignore
  const input: Omit<TwoWellsInput, "seed"> = {
    landscape,
    ...factors,
    samples: 512,
    particles,
    burnIn: Math.ceil(burn * relaxation),
    stride: Math.ceil(relaxation / 2),
    looks,
  };
  const steps = particles * (input.burnIn + looks * input.stride);
  return {
    task: "three-factors/two-wells",
    label: `${name} at D = ${formatNumber(diffusion)}`,
    input: { ...input },
    cost: 0.1 + (steps * factors.batchSize) / 300e6,
    wells,
    diffusion,
    exact: oddsOf(landscape, diffusion),
    triple: name,
  };
}
