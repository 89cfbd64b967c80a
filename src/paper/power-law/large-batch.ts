import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { pairedDifference } from "../../statistics/index.ts";
import { judge, type Statistic } from "../claim.ts";
import { type Ends, overSeeds } from "../over-seeds.ts";
import type { Experiment, Plan, Work } from "../paper.ts";
import { bands } from "./bands.ts";
import type { Arm, LargeBatchInput, LargeBatchResult } from "./large-batch-task.ts";

type Setting = Omit<LargeBatchInput, "seed" | "dataDir">;

/** Rates and levels around the best of pilots with seed 101; λ₁ makes the noise's variance differ manyfold between weights. */
const choices = {
  learningRates: [0.05, 0.1, 0.2, 0.4],
  noisyRates: [0.1, 0.2],
  levels: [0.002, 0.006],
  growth: 1e5,
};

const settingAt = ({ scale }: Plan): Setting => ({
  ...choices,
  ...{
    smoke: {
      counts: { train: 60, validation: 40, test: 40 },
      hidden: [4],
      batchSize: 20,
      steps: 10,
    },
    quick: { counts: { train: 2000, validation: 2000, test: 4000 }, hidden: [32], batchSize: 500, steps: 400 }, // prettier-ignore
    standard: { counts: { train: 4000, validation: 2000, test: 4000 }, hidden: [64, 64], batchSize: 1000, steps: 2000 }, // prettier-ignore
    paper: { counts: { train: 4000, validation: 2000, test: 4000 }, hidden: [512, 512], batchSize: 2000, steps: 10_000 }, // prettier-ignore
  }[scale],
});

/** The paper's algorithm: state-dependent noise put on top of a large batch. */
export const largeBatch: Experiment = {
  id: "large-batch",
  title: "Large batches with added noise",
  claims: ["M15", "M16"],
  plan(plan) {
    const setting = settingAt(plan);
    const { dataDir } = plan;
    const trials = setting.learningRates.length + 2 * setting.noisyRates.length * setting.levels.length + 2; // prettier-ignore
    return plan.seeds.map((seed): Work => {
      const input: LargeBatchInput = {
        ...setting,
        ...(dataDir !== undefined && { dataDir }),
        seed,
      };
      return {
        task: "power-law/large-batch",
        input: input as unknown as Json,
        label: `large batches, seed ${seed}`,
        cost: 1 + trials * setting.steps * setting.batchSize * 4e-6,
      };
    });
  },
  judge(results, plan) {
    const found = results as unknown as readonly LargeBatchResult[];
    const seed = plan.seeds.join(" ");
    const test = (arm: Arm) => found.map(({ arms }) => arms[arm].test);
    const gain = (from: readonly number[], to: readonly number[], label: string): Statistic => ({
      label,
      estimate: pairedDifference(from, to, { seed }).difference,
    });
    const control = gain(
      found.map(({ constant }) => constant.isotropic),
      found.map(({ constant }) => constant.stateDependent),
      "λ₁ = 0: constant noise under both names",
    );
    const statistic =
      "gain in test accuracy; each arm at the best of as many trials on the validation images; paired seeds";
    const claims = [
      judge({
        id: "M15",
        statement:
          "Large-batch SGD with state-dependent noise generalises better than with isotropic noise of equal trace (abstract).",
        statistic,
        band: bands.accuracyGain,
        measured: [gain(test("isotropic"), test("state-dependent"), "over isotropic noise")],
        controls: [control],
        doubts: [],
      }),
      judge({
        id: "M16",
        statement:
          "Large-batch SGD with state-dependent noise generalises better than large-batch SGD (abstract).",
        statistic,
        band: bands.accuracyGain,
        measured: [gain(test("plain"), test("state-dependent"), "over the large batch alone")],
        controls: [control],
        doubts: [],
      }),
    ];
    const { batchSize, steps, growth } = settingAt(plan);
    const row = (arm: Arm) => {
      const all = found.map(({ arms }) => arms[arm]);
      const mean = (of: (one: (typeof all)[number]) => number) =>
        overSeeds(all.map(of), plan.seeds);
      return [
        arm,
        percent(mean(({ validation }) => validation)),
        percent(mean(({ test: accuracy }) => accuracy)),
        all.map(({ setting }) => `${setting.learningRate}${setting.level > 0 ? `\u00a0|\u00a0${setting.level}` : ""}`).join(", "), // prettier-ignore
        mean(({ trace }) => trace).value.toPrecision(2),
      ];
    };
    return {
      claims,
      blocks: [
        {
          kind: "text",
          paragraphs: [
            `w ← w − η g_B + η λ₂ √(1 + λ₁(w − w̄)²) ⊙ ξ with w̄ a running average (section D.5), batches of ${batchSize}, ${steps} steps, λ₁ = ${formatNumber(growth, 1)}; isotropic noise has the same trace, step by step by the same rule. All arms of a seed have the same first weights, batches and normals. ${found[0].sampleSet}; the last are read once an arm.`,
          ],
        },
        {
          kind: "table",
          narrow: "stack",
          columns: [
            { label: "added noise", align: "start" },
            { label: "validation, %" },
            { label: "test, %" },
            { label: "η | λ₂ chosen, seed by seed" },
            { label: "trace" },
          ],
          rows: (["plain", "isotropic", "state-dependent"] as const).map(row),
          caption:
            "Means over seeds with 95 % intervals. Trace: λ₂²·Σ(1 + λ₁(w − w̄)²), its mean along each arm's own run.",
        },
      ],
    };
  },
};

const percent = ({ value, low, high }: Ends): string =>
  `${(100 * value).toFixed(1)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
