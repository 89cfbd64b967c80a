import { expect, suite, test } from "vitest";
import { eossClaims } from "../../src/paper/eoss/claims.ts";
import type { ConditionResult } from "../../src/paper/eoss/condition-task.ts";
import { paper } from "../../src/paper/eoss/index.ts";
import { findings } from "../../src/paper/eoss/findings.ts";
import { type ForkRun } from "../../src/paper/eoss/forks.ts";
import { scales } from "../../src/paper/eoss/scales.ts";
import { type Condition, forkFactors } from "../../src/paper/eoss/setting.ts";
import { plateauWindow, windowDrift, windowMean } from "../../src/paper/eoss/window.ts";
import { normalAt, stream } from "../../src/random/index.ts";

const { quick: seeds } = paper.seeds;
const [setting] = scales.quick;

/** What a world in which every claim holds would give, and what can be broken in it. */
interface World {
  /** η·S/2 on the plateau. */
  readonly batchSharpness: (c: Condition) => number;
  readonly lambdaMax: (c: Condition) => number;
  readonly miniBatch: (c: Condition) => number;
  /** Step at which the gradient-noise interaction arrives. */
  readonly gniAt: (c: Condition) => number;
  /** And batch sharpness. */
  readonly sharpAt: number;
  readonly isotropic: number;
  /** η·BS/2 at which training really catapults, as a factor on η. */
  readonly critical: (c: Condition) => number;
  readonly lossReaches: boolean;
  readonly drift: number;
}

const lag = (c: Condition) => Math.min(1, 0.25 + 0.22 * Math.log2(c.batchSize / 8));
const holds: World = {
  batchSharpness: (c) => (c.labels === "clean" ? (c.learningRate < 0.05 ? 0.3 : 0.97) : 0.97),
  lambdaMax: lag,
  miniBatch: () => 1,
  gniAt: () => 40,
  sharpAt: 300,
  isotropic: 0.4,
  critical: (c) => (c.labels === "clean" ? 2 : 1.2),
  lossReaches: true,
  drift: 0,
};

function result(world: World, c: Condition, seed: string): ConditionResult {
  const noise = stream(seed, c.id);
  const steps = Array.from({ length: 81 }, (_, i) => 20 * i);
  const half = c.learningRate / 2;
  const wobble = (i: number) => 1 + 0.004 * normalAt(noise, i);
  const rise = (level: number, at: number, offset: number) =>
    steps.map((step, i) =>
      step === 0
        ? 0.1 / half
        : ((level + (world.drift * (step - 800)) / 800) / half) *
          Math.min(1, (0.75 * step) / at) *
          wobble(i + offset),
    );
  const losses = steps.map((step) =>
    world.lossReaches ? Math.exp(-step / 250) : 0.3 + 0.7 * Math.exp(-step / 250),
  );
  // λmax before training is the same for all conditions of a seed.
  const initial = 3 + Number(seed) / 100;
  const lambda = rise(world.lambdaMax(c), 300, 100).with(0, initial);
  const window = plateauWindow(steps, losses);
  const bs = rise(world.batchSharpness(c), world.sharpAt, 200);
  const mini = rise(world.miniBatch(c), 300, 300);
  const full = c.batchSize === setting.samples;
  const gni = full ? bs : rise(1.05, world.gniAt(c), 400);
  const columns = {
    "full-loss": losses,
    "lambda-max": lambda,
    "batch-sharpness": bs,
    ...(c.gni && { gni }),
    ...(c.miniBatch && {
      "mini-batch-sharpness": mini,
      "mini-batch-sharpness-bs": mini.map((value) => 0.9 * value),
    }),
  };
  const runs = (factor: number): ForkRun => ({
    label: `× ${factor}`,
    factor,
    batchSize: c.batchSize,
    order: 0,
    steps: [0, 20],
    losses: [1, factor >= world.critical(c) ? 100 : 1.5],
    peak: factor >= world.critical(c) ? 100 : 1.5,
  });
  const forkLevel = c.labels === "clean" ? 0.6 : 0.95;
  return {
    setting: setting.id,
    condition: c.id,
    seed,
    status: "finished",
    series: { steps, columns },
    ...(window && { window }),
    ...(c.forks && {
      forked: {
        atStep: 1600,
        atLoss: 1,
        measures: {
          "batch-sharpness": (forkLevel / half) * wobble(1),
          "lambda-max": (0.4 / half) * wobble(2),
          "mini-batch-sharpness": (1.6 / half) * wobble(3),
        },
        runs: [1, ...forkFactors].map(runs),
      },
    }),
    replacements: (c.replacements ?? []).map((kind) => ({
      kind,
      atStep: 800,
      trace: 1,
      series: {
        steps: [0, 1, 2, 3],
        columns: {
          "batch-sharpness": [0, 1, 2, 3].map(
            (i) => ((kind === "isotropic" ? world.isotropic : 0.9) / half) * wobble(500 + i),
          ),
        },
      },
    })),
    ...(c.miniBatch && { partition: { lambdaMax: 8, miniBatch: 30 } }),
    parameterCount: 1,
    sampleSet: "synthetic",
    seconds: 1,
  };
}

function verdicts(world: World, broken: (r: ConditionResult) => ConditionResult = (r) => r) {
  const results = setting.conditions.flatMap((c) =>
    seeds.map((seed) => broken(result(world, c, seed))),
  );
  return Object.fromEntries(eossClaims(findings(setting, results)).map((c) => [c.id, c]));
}

suite("the claims of the edge of stochastic stability", () => {
  test("all come out reproduced in a world made for them", () => {
    const found = verdicts(holds);
    for (const claim of Object.values(found))
      expect([claim.id, claim.verdict, claim.reason]).toEqual([
        claim.id,
        "reproduced",
        claim.reason,
      ]);
    expect(Object.keys(found)).toEqual([
      "D0",
      "D1",
      "D1c",
      "D2a",
      "D2b",
      "D3",
      "D4",
      "D5",
      "D6",
      "D7",
    ]);
  });

  const violations: [string, string, Partial<World>, string][] = [
    [
      "D0",
      "mini-batch sharpness sits at 1.6 times the edge",
      { miniBatch: () => 1.6 },
      "not reproduced",
    ],
    ["D1", "batch sharpness settles at 0.6", { batchSharpness: () => 0.6 }, "not reproduced"],
    [
      "D1",
      "isotropic noise holds batch sharpness at the edge too",
      { isotropic: 1 },
      "inconclusive",
    ],
    [
      "D1",
      "a rate too small for the edge is at it all the same",
      { batchSharpness: () => 0.97 },
      "inconclusive",
    ],
    ["D1", "batch sharpness still moves", { drift: 0.3 }, "inconclusive"],
    ["D1", "the loss window is never reached", { lossReaches: false }, "inconclusive"],
    ["D2a", "λmax does not depend on the batch", { lambdaMax: () => 0.7 }, "not reproduced"],
    [
      "D2b",
      "λmax at full batch is a third above the edge",
      { lambdaMax: (c) => 1.3 * lag(c) },
      "not reproduced",
    ],
    ["D4", "training catapults where λmax says", { critical: () => 2.5 }, "not reproduced"],
    [
      "D5",
      "the interaction comes as late as batch sharpness",
      { gniAt: () => 300 },
      "not reproduced",
    ],
    ["D5", "both come by the first look", { gniAt: () => 1, sharpAt: 1 }, "inconclusive"],
    ["D7", "the gap does not depend on the batch", { lambdaMax: () => 0.7 }, "not reproduced"],
    [
      "D6",
      "λmax stays where it is at any rate",
      { lambdaMax: (c) => 8 * c.learningRate * lag(c) },
      "not reproduced",
    ],
  ];
  test.each(violations)("%s falls where %s", (id, _, change, verdict) => {
    expect(verdicts({ ...holds, ...change })[id].verdict).toBe(verdict);
  });

  test("D3 falls where one measurement of MiniBS lies below batch sharpness of its batches", () => {
    const found = verdicts(holds, (r) => {
      const own = r.series.columns["mini-batch-sharpness-bs"];
      if (own === undefined || r.seed !== seeds[0]) return r;
      const columns = { ...r.series.columns, "mini-batch-sharpness-bs": own.with(40, 1e6) };
      return { ...r, series: { ...r.series, columns } };
    });
    expect(found.D3.verdict).toBe("not reproduced");
  });

  test("a diverged run, or seeds that are missing, leave a claim undecided", () => {
    const diverged = verdicts(holds, (r) =>
      r.condition === "noisy-b8-eta0.1" && r.seed === seeds[0] ? { ...r, status: "diverged" } : r,
    );
    expect([diverged.D1.verdict, diverged.D1.reason]).toEqual([
      "inconclusive",
      "training diverged: noisy-b8-eta0.1 seed 11",
    ]);
    const one = setting.conditions.map((c) => result(holds, c, "11"));
    for (const claim of eossClaims(findings(setting, one)))
      if (claim.id !== "D3") expect([claim.id, claim.verdict]).toEqual([claim.id, "inconclusive"]);
  });
});

suite("the averaging window", () => {
  const steps = [0, 10, 20, 30, 40, 50];
  test("runs from 15 % to 0.5 % of the first loss, and says whether it was reached", () => {
    expect(plateauWindow(steps, [2, 1, 0.2, 0.1, 0.009, 0.001])).toEqual({
      from: 20,
      to: 40,
      reached: true,
    });
    expect(plateauWindow(steps, [2, 1, 0.2, 0.1, 0.09, 0.08])).toEqual({
      from: 20,
      to: 50,
      reached: false,
    });
    expect(plateauWindow(steps, [2, 1, 1, 1, 1, 1])).toBeUndefined();
  });

  test("averages what was measured inside it, and the drift from half to half", () => {
    const window = { from: 10, to: 40, reached: true };
    const values = [100, 1, null, 2, 6, 100];
    expect(windowMean(steps, values, window)).toBe(3);
    expect(windowDrift(steps, [0, 1, 1, 3, 3, 0], window)).toBe(2);
  });
});
