import type { Activation } from "../../learn/index.ts";

/** One condition of a setting; every seed runs each. */
export interface Condition {
  readonly id: string;
  readonly labels: "noisy" | "clean";
  readonly batchSize: number;
  readonly learningRate: number;
  /** Steps that usually suffice for the loss window; a run ends at twice as many, or with the window. */
  readonly steps: number;
  /** Also measured, at a coarser cadence: mini-batch sharpness, gradient–noise interaction. */
  readonly miniBatch?: boolean;
  readonly gni?: boolean;
  /** Forks with changed η and b leave from the end of the window. */
  readonly forks?: boolean;
  /** Runs that go on from the middle of the window with sampling replaced by injected noise. */
  readonly replacements?: readonly NoiseKind[];
}

export type NoiseKind = "isotropic" | "resampling" | "diagonal" | "sde";

/** One data set and one network. */
export interface Network {
  readonly dataset: string;
  readonly samples: number;
  /** Images are averaged over squares of so many pixels a side; default: they are left. */
  readonly pool?: number;
  readonly model:
    | { readonly kind: "mlp"; readonly hidden: readonly number[] }
    | { readonly kind: "cnn"; readonly widths: readonly [number, number, number, number] }
    | { readonly kind: "resnet8"; readonly widths: readonly [number, number, number] };
  readonly activation: Activation;
  readonly initScale: number;
  readonly labelNoise: number;
  /** λmax along a run and on the partition, and losses of forks, are of the first so many samples. */
  readonly curvatureSamples: number;
}

/** A network, and how much of it is measured along every run. */
export interface Protocol extends Network {
  readonly id: string;
  /** As a heading says it. */
  readonly title: string;
  /** Measurements along one run. */
  readonly measurements: number;
  readonly forkSteps: number;
  readonly forkOrders: number;
  readonly replacementSteps: number;
}

/** A protocol and the conditions under which it is run. */
export interface Setting extends Protocol {
  readonly conditions: readonly Condition[];
}

/** Factors on η that forks try. */
export const forkFactors = [1.1, 1.25, 1.5, 2, 3] as const;

export const condition = (
  labels: Condition["labels"],
  batchSize: number,
  learningRate: number,
  steps: number,
  more: Partial<Condition> = {},
): Condition => ({
  id: `${labels}-b${batchSize}-eta${learningRate}`,
  labels,
  batchSize,
  learningRate,
  steps,
  ...more,
});
