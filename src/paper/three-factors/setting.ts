import type { LossName } from "../../learn/index.ts";

/** A stretch of training at one learning rate and batch size. */
export interface Phase {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly steps: number;
}

/** A data set, a network and a loss: what is the same in all runs of an experiment. */
export interface NetworkSetting {
  readonly dataset: "fashion-mnist" | "cifar10";
  /** The first so many are trained on, the next so many validate. */
  readonly samples: number;
  readonly validation: number;
  /** Images are averaged over squares of so many pixels a side; 1 leaves them. */
  readonly pool: number;
  readonly model:
    | { readonly kind: "mlp"; readonly hidden: readonly number[] }
    | { readonly kind: "resnet8"; readonly widths: readonly [number, number, number] }
    | { readonly kind: "vgg11"; readonly shrink: number };
  readonly loss: LossName;
  /** Share of the training labels that are drawn at random. */
  readonly labelNoise: number;
}

/** The time of phases, η·k. */
export const timeOf = (phases: readonly Phase[]): number =>
  phases.reduce((sum, { learningRate, steps }) => sum + learningRate * steps, 0);
