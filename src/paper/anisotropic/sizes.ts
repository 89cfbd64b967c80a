import type { ScaleName } from "../paper.ts";
import type { DynamicsInput } from "./dynamics-task.ts";
import type { EscapeInput } from "./escape-task.ts";
import type { OneHiddenSize } from "./one-hidden-layer.ts";
import type { OuInput } from "./ou-task.ts";
import type { TrainingInput } from "./training-task.ts";
import type { WellConditionedInput } from "./well-conditioned.ts";

/** How much is run. */
export interface Sizes {
  readonly oneHidden: OneHiddenSize;
  readonly measuredEpochs: readonly number[];
  /** Random rotations at a point. */
  readonly rotations: number;
  readonly wellConditioned: Omit<WellConditionedInput, "seed" | "rotations">;
  /** Networks on Fashion-MNIST whose alignment is measured. */
  readonly trainings: readonly (Omit<TrainingInput, "seed" | "dataDir"> & {
    readonly cost: number;
  })[];
  readonly ou: Omit<OuInput, "seed">;
  readonly escape: Omit<EscapeInput, "seed" | keyof OneHiddenSize>;
  /** Of one data set, and data sets of a seed. */
  readonly toyWalkers: number;
  readonly toyDataSets: number;
  readonly dynamics: Omit<DynamicsInput, "seed" | "dataDir" | "dynamics"> & {
    readonly cost: number;
  };
}

/** The paper's 1000 images and 200 with random labels. */
const images = { clean: 1000, corrupted: 200 } as const;
const pooled = { network: "pooled", hidden: 16, ...images } as const;
/** As many parameters a sample as the paper has, 2890 for 300; as many wrong labels. */
const few = { network: "pooled", hidden: 48, clean: 250, corrupted: 50 } as const;
const convnet = { network: "convnet", hidden: 50, ...images } as const;
const oneHidden: OneHiddenSize = { samples: 1000, hidden: 100, epochs: 31, iterations: 10 };
const wellConditioned = { features: 100, samples: 1000 };
const ou = { dimension: 100, decay: 1.5, time: 0.01, steps: 5 } as const;
const escape = { batchSize: 10, rate: 0.2, steps: 1, rates: [0.001, 0.01, 0.1, 1] } as const;
const descent = { steps: 2000, learningRate: 0.1 } as const;
const dynamics = { descent, learningRate: 0.07, batchSize: 20, delta: 0.01 } as const;

export const sizes: Readonly<Record<ScaleName, Sizes>> = {
  smoke: {
    oneHidden: { samples: 40, hidden: 8, epochs: 4, iterations: 5 },
    measuredEpochs: [0, 3],
    rotations: 5,
    wellConditioned: { features: 20, samples: 200 },
    trainings: [
      { network: "pooled", hidden: 4, clean: 50, corrupted: 10, tested: 1, learningRate: 0.1, batchSize: 60, at: [0, 20], probes: 16, eigenvalues: 10, lastEigenvalues: 10, cost: 1 }, // prettier-ignore
    ],
    ou: { ...ou, walkers: 50 },
    escape: { ...escape, pairs: 4 },
    toyWalkers: 512,
    toyDataSets: 1,
    dynamics: {
      network: "pooled", hidden: 4, clean: 50, corrupted: 10, tested: 50, ...dynamics, descent: { steps: 20, learningRate: 0.1 },
      steps: 10, refresh: 5, looks: 2, pairs: 4, probes: 8, cost: 2,
    }, // prettier-ignore
  },
  quick: {
    oneHidden,
    measuredEpochs: [0, 5, 10, 20, 30],
    rotations: 50,
    wellConditioned,
    trainings: [
      { ...pooled, tested: 1, learningRate: 0.1, batchSize: 1200, at: [0, 100, 500, 2000], probes: 48, eigenvalues: 48, lastEigenvalues: 48, cost: 15 }, // prettier-ignore
    ],
    ou: { ...ou, walkers: 2000 },
    escape: { ...escape, pairs: 400 },
    toyWalkers: 1024,
    toyDataSets: 3,
    dynamics: { ...few, tested: 4000, ...dynamics, descent: { ...descent, steps: 4000 }, steps: 2000, refresh: 100, looks: 4, pairs: 32, probes: 48, cost: 12 }, // prettier-ignore
  },
  standard: {
    oneHidden,
    measuredEpochs: Array.from({ length: 31 }, (_, epoch) => epoch),
    rotations: 200,
    wellConditioned: { features: 300, samples: 3000 },
    trainings: [
      { ...pooled, tested: 1, learningRate: 0.1, batchSize: 1200, at: [0, 100, 500, 2000, 8000], probes: 200, eigenvalues: 60, lastEigenvalues: 60, cost: 60 }, // prettier-ignore
      { ...convnet, tested: 1, learningRate: 0.07, batchSize: 20, at: [0, 200, 1000, 5000], probes: 32, eigenvalues: 30, lastEigenvalues: 30, cost: 350 }, // prettier-ignore
    ],
    ou: { ...ou, walkers: 20_000 },
    escape: { ...escape, pairs: 2000 },
    toyWalkers: 512,
    toyDataSets: 20,
    dynamics: { ...few, tested: 8000, ...dynamics, descent: { ...descent, steps: 20_000 }, steps: 20_000, refresh: 50, looks: 20, pairs: 250, probes: 200, cost: 100 }, // prettier-ignore
  },
  paper: {
    oneHidden,
    measuredEpochs: Array.from({ length: 31 }, (_, epoch) => epoch),
    rotations: 1000,
    wellConditioned: { features: 300, samples: 3000 },
    trainings: [
      { ...convnet, tested: 1, learningRate: 0.1, batchSize: 1200, at: [0, 200, 1000, 5000, 20_000], probes: 400, eigenvalues: 30, lastEigenvalues: 400, cost: 40_000 }, // prettier-ignore
    ],
    ou: { ...ou, walkers: 200_000 },
    escape: { ...escape, pairs: 20_000 },
    toyWalkers: 1024,
    toyDataSets: 100,
    dynamics: { ...convnet, tested: 8000, ...dynamics, descent: { ...descent, steps: 20_000 }, steps: 20_000, refresh: 10, looks: 20, pairs: 500, probes: 400, cost: 100_000 }, // prettier-ignore
  },
};
