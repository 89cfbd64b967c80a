import { expect, suite, test } from "vitest";
import type { Json } from "../../run/index.ts";
import type { Plan } from "../paper.ts";
import { largeBatch } from "./large-batch.ts";
import type { ArmResult, LargeBatchResult } from "./large-batch-task.ts";

// Results that were made up, for what a verdict does with them.
const plan: Plan = { scale: "quick", seeds: ["1", "2", "3", "4", "5"] };

/** Verdicts where noise gains so much over the plain arm, seed by seed with a little scatter. */
function verdicts(isotropic: number, dependent: number, control = 0): Record<string, string> {
  const results = plan.seeds.map((_, i) => {
    const scatter = 0.0004 * (i - 2);
    const arm = (test: number): ArmResult => ({
      setting: { learningRate: 0.1, level: 0.002, growth: 1e5 },
      validation: 0.8,
      test: test + 0.01 * i,
      loss: 0.1,
      trace: 1,
    });
    const result: LargeBatchResult = {
      arms: {
        plain: arm(0.8),
        isotropic: arm(0.8 + isotropic - scatter),
        "state-dependent": arm(0.8 + dependent + scatter),
      },
      constant: { stateDependent: 0.8 + control + scatter, isotropic: 0.8 },
      sampleSet: "made up",
    };
    return result as unknown as Json;
  });
  const { claims } = largeBatch.judge(results, plan);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

suite("large batches with added noise", () => {
  test("state-dependent noise that gains a per cent over both is reproduced", () => {
    expect(verdicts(0.005, 0.015)).toEqual({ M15: "reproduced", M16: "reproduced" });
  });

  test("no gain over isotropic noise is not, and is told from a gain over the batch alone", () => {
    expect(verdicts(0.01, 0.01)).toEqual({ M15: "not reproduced", M16: "reproduced" });
    expect(verdicts(0.01, 0)).toEqual({ M15: "not reproduced", M16: "not reproduced" });
  });

  test("nothing is decided where constant noise under two names differs as much", () => {
    expect(verdicts(0.005, 0.015, 0.01)).toEqual({ M15: "inconclusive", M16: "inconclusive" });
  });
});
