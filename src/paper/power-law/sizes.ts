import type { ScaleName } from "../paper.ts";

/** How much is run. */
export interface Sizes {
  /** Steps of the walkers of a condition under one seed, about. */
  readonly budget: number;
  /** Walkers of a condition under one seed, at most. */
  readonly walkers: number;
  /** Time of a step where curvatures are ±2. */
  readonly step: number;
  /** Barriers of the state-dependent noise of the paper's test, and of constant noise. */
  readonly heights: readonly number[];
  readonly constantHeights: readonly number[];
  /** X_b = C(b)/C(a). */
  readonly ratios: readonly number[];
  /** 1/k. */
  readonly flatness: readonly number[];
  /** Independent particles of a stationary law. */
  readonly particles: number;
  /** ΔL of SGD's own escapes. */
  readonly sgdHeights: readonly number[];
}

export const sizes: Readonly<Record<ScaleName, Sizes>> = {
  smoke: {
    budget: 2e5,
    walkers: 60,
    step: 0.04,
    heights: [0.3, 0.5, 0.7, 0.9, 1.1],
    constantHeights: [0.3, 0.4, 0.5, 0.6, 0.7],
    ratios: [2, 2.4, 2.8, 3.2, 3.6],
    flatness: [0.25, 0.3, 0.35, 0.4, 0.5],
    particles: 512,
    sgdHeights: [0.4, 0.6, 0.8],
  },
  quick: {
    budget: 1.2e7,
    walkers: 1000,
    step: 0.02,
    heights: [1, 1.5, 2.25, 3, 4],
    constantHeights: [0.5, 0.7, 0.9, 1.1, 1.3],
    ratios: [2.5, 3.5, 5, 7, 9],
    flatness: [0.25, 0.4, 0.55, 0.75, 1],
    particles: 40_960,
    sgdHeights: [0.5, 0.75, 1, 1.25, 1.5],
  },
  standard: {
    budget: 1e9,
    walkers: 20_000,
    step: 0.01,
    heights: [1, 1.5, 2.25, 3.25, 4.5, 6],
    constantHeights: [0.5, 0.7, 0.9, 1.1, 1.3, 1.5],
    ratios: [3, 4, 5.5, 8, 11, 16],
    flatness: [0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1],
    particles: 200_704,
    sgdHeights: [0.5, 0.75, 1, 1.25, 1.5, 1.75],
  },
  paper: {
    budget: 1e10,
    walkers: 100_000,
    step: 0.005,
    heights: [1, 1.5, 2.25, 3.25, 4.5, 6, 8],
    constantHeights: [0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7],
    ratios: [3, 4, 5.5, 8, 11, 16],
    flatness: [0.2, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1],
    particles: 1_000_448,
    sgdHeights: [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
  },
};
