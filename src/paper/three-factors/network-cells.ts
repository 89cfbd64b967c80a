import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { bySeed } from "../over-seeds.ts";
import type { Plan, ScaleName, Work } from "../paper.ts";
import { networkCost, type NetworkInput, type NetworkResult } from "./network-task.ts";
import type { NetworkSetting, Phase } from "./setting.ts";

/** A network and how it is trained at a scale. */
export interface NetworkScale extends Pick<
  NetworkInput,
  "looks" | "window" | "coolings" | "deep" | "cooling"
> {
  readonly setting: NetworkSetting;
  /** η·k of every run. */
  readonly time: number;
  /** (η, S) from which both are scaled up. */
  readonly eta: number;
  readonly batchSize: number;
  /** c of (cη, cS) where the rescaling is to break. */
  readonly large: number;
  /** S over `batchSize`, for the sweep at 2η. */
  readonly batches: readonly number[];
  /** η over `eta`, for the sweep at 2S. */
  readonly rates: readonly number[];
  /** η over `eta` of full gradients: two short of the bound of instability, one at it. */
  readonly full: readonly [number, number, number];
}

const mlp: NetworkSetting = {
  dataset: "fashion-mnist",
  samples: 1000,
  validation: 2000,
  pool: 2,
  model: { kind: "mlp", hidden: [32, 32] },
  loss: "cross-entropy",
  labelNoise: 0.2,
};

const quick: NetworkScale = {
  setting: mlp,
  time: 200,
  eta: 0.00625,
  batchSize: 2,
  looks: 80,
  window: 30,
  coolings: 30,
  deep: 3,
  cooling: { time: 0.75, learningRate: 0.025 },
  large: 64,
  batches: [1, 2, 4, 8, 16],
  rates: [2, 4, 8],
  full: [4, 8, 16],
};

const large: NetworkScale = {
  ...quick,
  setting: { ...mlp, samples: 2000, validation: 5000, pool: 1, model: { kind: "mlp", hidden: [64, 64] } }, // prettier-ignore
  coolings: 15,
  batches: [1, 2, 4, 8, 16, 32],
};

/** Convolutions: a pass over the samples is dear, so that there are fewer samples and looks into the Hessian, and none is cooled. */
const convolutions = { ...large, time: 100, looks: 40, window: 12, coolings: 0, deep: 1 };

/** Networks of a scale; the first is also asked for rescaling, cycles, interpolation and memorisation. */
export const networkScales: Readonly<Record<ScaleName, readonly NetworkScale[]>> = {
  smoke: [
    {
      ...quick,
      setting: {
        ...mlp,
        samples: 60,
        validation: 40,
        pool: 4,
        model: { kind: "mlp", hidden: [6] },
      },
      time: 4,
      eta: 0.05,
      batchSize: 2,
      looks: 8,
      window: 4,
      coolings: 2,
      deep: 2,
      cooling: { time: 0.4, learningRate: 0.1 },
      large: 16,
      batches: [1, 4, 16],
    },
  ],
  quick: [quick],
  standard: [
    large,
    {
      ...convolutions,
      setting: { ...mlp, samples: 500, model: { kind: "resnet8", widths: [8, 16, 32] } },
    },
    {
      ...convolutions,
      setting: { ...mlp, samples: 500, dataset: "cifar10", model: { kind: "vgg11", shrink: 16 }, pool: 1 }, // prettier-ignore
    },
  ],
  paper: [
    { ...large, setting: { ...large.setting, samples: 50_000, validation: 10_000, model: { kind: "mlp", hidden: [256, 256, 256] } } }, // prettier-ignore
    {
      ...large,
      setting: { ...large.setting, dataset: "cifar10", samples: 45_000, labelNoise: 0, model: { kind: "vgg11", shrink: 1 } }, // prettier-ignore
    },
  ],
};

/** One training of an experiment. */
export interface NetworkCell {
  /** As a legend says it. */
  readonly label: string;
  readonly eta: number;
  readonly batchSize: number;
  readonly input: Omit<NetworkInput, "seed" | "dataDir">;
}

/** One η and S for a time, by default the scale's. */
export function constantCell(
  scale: NetworkScale,
  eta: number,
  batchSize: number,
  time = scale.time,
): NetworkCell {
  const all = batchSize >= scale.setting.samples;
  return {
    ...phasesCell(
      scale,
      `η = ${formatNumber(eta)}, ${all ? "full gradient" : `S = ${batchSize}`}`,
      [{ learningRate: eta, batchSize, steps: Math.round(time / eta) }],
    ),
    eta,
    batchSize,
  };
}

/** Any phases; `eta` and `batchSize` are the first phase's. */
export function phasesCell(
  { setting, looks, window, coolings, deep, cooling }: NetworkScale,
  label: string,
  phases: readonly Phase[],
): NetworkCell {
  return {
    label,
    eta: phases[0].learningRate,
    batchSize: phases[0].batchSize,
    input: { ...setting, phases, looks, window, coolings, deep, cooling },
  };
}

/** Networks are dear: no more than 5 seeds of them. */
export const networkSeeds = ({ seeds }: Plan): readonly string[] => seeds.slice(0, 5);

/** The work of cells under every seed, cells outermost. All cells of a seed share samples and first weights. */
export const networkWorks = (cells: readonly NetworkCell[], plan: Plan): Work[] =>
  cells.flatMap(({ label, input }) =>
    networkSeeds(plan).map((seed) => ({
      task: "three-factors/network",
      input: {
        ...input,
        ...(plan.dataDir !== undefined && { dataDir: plan.dataDir }),
        seed,
      } as unknown as Json,
      label: `${label}, seed ${seed}`,
      cost: networkCost(input),
    })),
  );

/** Results of each cell, one a seed. */
export const networkResults = (results: readonly Json[], plan: Plan): NetworkResult[][] =>
  bySeed<NetworkResult>(results, networkSeeds(plan).length);
