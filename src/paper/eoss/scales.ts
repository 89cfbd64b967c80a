import type { Activation } from "../../learn/index.ts";

/** One setting of the experiment; every seed runs each. */
export interface Condition {
  readonly id: string;
  readonly labels: "noisy" | "clean";
  readonly batchSize: number;
  readonly learningRate: number;
  /** Steps that usually suffice for the loss window; a run ends at twice as many, or soon after the window. */
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

export interface Scale {
  readonly name: "smoke" | "quick" | "standard" | "paper";
  readonly dataset: string;
  readonly samples: number;
  readonly model:
    { readonly kind: "mlp"; readonly hidden: readonly number[] } | { readonly kind: "cnn" };
  readonly activation: Activation;
  readonly initScale: number;
  readonly labelNoise: number;
  readonly seeds: readonly string[];
  readonly conditions: readonly Condition[];
  /** Measurements along one run. */
  readonly measurements: number;
  readonly forkSteps: number;
  readonly forkOrders: number;
  readonly replacementSteps: number;
}

/** Factors on η that forks try. */
export const forkFactors = [1.1, 1.25, 1.5, 2, 3] as const;

const at = (
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

const quick: Scale = {
  name: "quick",
  dataset: "fashion-mnist",
  samples: 1024,
  model: { kind: "mlp", hidden: [64, 64] },
  activation: "relu",
  initScale: 0.3,
  labelNoise: 0.3,
  seeds: ["11", "12", "13"],
  measurements: 40,
  forkSteps: 1000,
  forkOrders: 2,
  replacementSteps: 400,
  conditions: [
    at("noisy", 1024, 0.1, 4000, { gni: true }),
    at("noisy", 64, 0.1, 6000),
    at("noisy", 32, 0.1, 8000),
    at("noisy", 16, 0.1, 14000, {
      miniBatch: true,
      gni: true,
      forks: true,
      replacements: ["isotropic", "resampling"],
    }),
    at("noisy", 8, 0.1, 60000),
    at("noisy", 16, 0.07, 14000),
    at("noisy", 16, 0.05, 16000),
    at("clean", 16, 0.1, 5000, { gni: true }),
    at("clean", 16, 0.05, 6000, { forks: true }),
    at("clean", 16, 0.01, 14000),
  ],
};

/** CIFAR-10, 8,192 images, the paper's MLP with fewer steps than its 150,000. */
const standard: Scale = {
  ...quick,
  name: "standard",
  dataset: "cifar10",
  samples: 8192,
  model: { kind: "mlp", hidden: [512, 512] },
  initScale: 0.2,
  seeds: ["11", "12", "13", "14", "15"],
  measurements: 60,
  forkSteps: 2000,
  forkOrders: 3,
  replacementSteps: 400,
  conditions: [
    at("noisy", 8192, 0.02, 3000, { gni: true }),
    at("noisy", 256, 0.02, 12000),
    at("noisy", 64, 0.02, 24000),
    at("noisy", 16, 0.02, 60000, {
      miniBatch: true,
      gni: true,
      forks: true,
      replacements: ["isotropic", "resampling"],
    }),
    at("noisy", 8, 0.02, 90000),
    at("noisy", 16, 0.01, 90000),
    at("noisy", 16, 0.04, 40000),
    at("clean", 16, 0.02, 40000, { gni: true, forks: true }),
    at("clean", 16, 0.002, 40000),
  ],
};

/** C.5 of the paper: η = 0.01, b = 16 and 8, 150,000 steps. */
const paper: Scale = {
  ...standard,
  name: "paper",
  measurements: 300,
  conditions: [
    at("clean", 8192, 0.01, 20000),
    at("clean", 64, 0.01, 150000),
    at("clean", 16, 0.01, 150000, {
      miniBatch: true,
      gni: true,
      forks: true,
      replacements: ["isotropic", "resampling"],
    }),
    at("clean", 8, 0.01, 150000),
    at("clean", 16, 0.02, 150000),
    at("clean", 16, 0.005, 150000),
    at("clean", 16, 0.001, 150000),
  ],
};

/** Seconds: runs every part of the machinery and decides nothing. */
const smoke: Scale = {
  ...quick,
  name: "smoke",
  samples: 128,
  model: { kind: "mlp", hidden: [16] },
  seeds: ["21", "22"],
  measurements: 8,
  forkSteps: 60,
  forkOrders: 1,
  replacementSteps: 20,
  conditions: [
    at("noisy", 128, 0.1, 40, { gni: true }),
    at("noisy", 16, 0.1, 160, {
      miniBatch: true,
      gni: true,
      forks: true,
      replacements: ["isotropic", "resampling", "diagonal", "sde"],
    }),
    at("noisy", 8, 0.1, 160),
    at("noisy", 16, 0.05, 160),
    at("clean", 16, 0.1, 160, { gni: true }),
    at("clean", 16, 0.01, 80),
  ],
};

export const scales = { smoke, quick, standard, paper } as const;
export type ScaleName = keyof typeof scales;
