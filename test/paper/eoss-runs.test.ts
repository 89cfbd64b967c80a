import { expect, suite, test } from "vitest";
import type { OptimiserSpec } from "../../src/learn/index.ts";
import { crossEntropy } from "../../src/paper/eoss/cross-entropy.ts";
import { momentum } from "../../src/paper/eoss/momentum.ts";
import type { RunInput, RunResult } from "../../src/paper/eoss/run-task.ts";
import { smallBatch } from "../../src/paper/eoss/small-batch.ts";
import { plateauWindow } from "../../src/paper/eoss/window.ts";
import type { Experiment, Plan } from "../../src/paper/paper.ts";
import { normalAt, stream } from "../../src/random/index.ts";
import type { Json } from "../../src/run/index.ts";

const plan: Plan = { scale: "standard", seeds: ["11", "12", "13"] };

/** What a run gives over its time, from 0 to 1. */
interface Course {
  readonly loss: (time: number) => number;
  readonly lambdaMax: (time: number) => number;
  readonly batchSharpness: (time: number) => number;
  readonly optimizerSharpness: (time: number) => number;
}

type World = (input: RunInput) => Course;

/** The verdicts of an experiment on results that a world makes up, a half per cent of noise on each number. */
function verdicts(experiment: Experiment, world: World, status: RunResult["status"] = "finished") {
  const results = experiment.plan(plan).map(({ input }) => {
    const run = input as unknown as RunInput;
    const course = world(run);
    const noise = stream(run.seed, "wobble");
    const times = Array.from({ length: 41 }, (_, i) => i / 40);
    const of = (f: (time: number) => number, k: number) =>
      times.map((time, i) => f(time) * (1 + 0.005 * normalAt(noise, 100 * k + i)));
    const steps = times.map((time) => Math.round(time * run.steps));
    const losses = times.map(course.loss);
    const window = plateauWindow(steps, losses);
    const result: RunResult = {
      status,
      series: {
        steps,
        columns: {
          "full-loss": losses,
          "lambda-max": of(course.lambdaMax, 1),
          "batch-sharpness": of(course.batchSharpness, 2),
          "optimizer-sharpness": of(course.optimizerSharpness, 3),
        },
      },
      ...(window && { window }),
      sampleSet: "synthetic, clean labels",
      parameterCount: 1,
    };
    return result as unknown as Json;
  });
  return Object.fromEntries(experiment.judge(results, plan).claims.map((c) => [c.id, c.verdict]));
}

const falls = (time: number) => Math.exp(-8 * time);
const constantly = (value: number) => () => value;
const isFull = ({ batchSize, samples }: RunInput) => batchSize === samples;
const betaOf = (optimiser: OptimiserSpec) => ("momentum" in optimiser ? optimiser.momentum : 0);

/** A world in which momentum moves the edges as it should. */
const moved: World = (run) => {
  const { optimiser, learningRate: eta } = run;
  const beta = betaOf(optimiser);
  const timid = run.labels === "clean" ? 0.3 : 1;
  const deterministic = (2 * (1 + beta)) / (optimiser.kind === "nesterov" ? 1 + 2 * beta : 1) / eta;
  const small = (2 * (1 - beta)) / eta;
  return {
    loss: falls,
    lambdaMax: constantly(timid * (isFull(run) ? deterministic : 0.5 * small)),
    batchSharpness: constantly(timid * (isFull(run) ? deterministic : small)),
    optimizerSharpness: constantly(2 * timid),
  };
};

suite("momentum", () => {
  test("is reproduced in a world made for it", () => {
    expect(verdicts(momentum, moved)).toEqual({
      D8a: "reproduced",
      D8b: "reproduced",
      D8c: "reproduced",
    });
  });

  const broken: [string, string, (run: RunInput, own: Course) => Partial<Course>][] = [
    ["D8a", "small batches go to 2/η as without momentum", ({ learningRate }) => ({ batchSharpness: constantly(2 / learningRate) })], // prettier-ignore
    ["D8b", "full batches go to 2/η", ({ learningRate }) => ({ lambdaMax: constantly(2 / learningRate) })], // prettier-ignore
    ["D8c", "the optimiser's own step stays at a fifth of its edge", () => ({ optimizerSharpness: constantly(0.4) })], // prettier-ignore
  ];
  test.each(broken)("%s falls where %s", (id, _, change) => {
    const world: World = (run) => ({ ...moved(run), ...change(run, moved(run)) });
    expect(verdicts(momentum, world)[id]).toBe("not reproduced");
  });

  test("is undecided where the loss window is not reached, or the value moves in it", () => {
    const stuck: World = (run) => ({ ...moved(run), loss: constantly(1) });
    expect(Object.values(verdicts(momentum, stuck))).toEqual(Array(3).fill("inconclusive"));
    const moving: World = (run) => {
      const own = moved(run);
      return { ...own, batchSharpness: (time) => (0.7 + 0.6 * time) * own.batchSharpness(time) };
    };
    expect(verdicts(momentum, moving).D8a).toBe("inconclusive");
  });
});

/** A batch too small: at the edge, the loss stays. */
const wasted: World = ({ batchSize, learningRate: eta }) => {
  const timid = eta < 0.05;
  return {
    loss: batchSize < 16 && !timid ? constantly(0.9) : falls,
    lambdaMax: constantly(0.3 / eta),
    batchSharpness: constantly((timid ? 0.6 : 2) / eta),
    optimizerSharpness: constantly(2),
  };
};

suite("too small a batch", () => {
  test("is reproduced in a world made for it", () => {
    expect(verdicts(smallBatch, wasted)).toEqual({ D9a: "reproduced", D9b: "reproduced" });
  });

  test("falls where batch sharpness is far below, or the loss comes down", () => {
    const below: World = (run) => ({
      ...wasted(run),
      batchSharpness: constantly(0.8 / run.learningRate),
    });
    expect(verdicts(smallBatch, below).D9a).toBe("not reproduced");
    const learns: World = (run) => ({ ...wasted(run), loss: falls });
    expect(verdicts(smallBatch, learns).D9b).toBe("not reproduced");
    expect(verdicts(smallBatch, wasted, "diverged").D9a).toBe("inconclusive");
  });
});

/** Up to the edge and down again; the squared error stays. */
const saturates: World = ({ loss, learningRate: eta }) => ({
  loss: falls,
  lambdaMax: (time) => {
    if (eta < 0.05) return 0.2 / eta;
    return ((loss === "cross-entropy" ? 2.4 * Math.exp(-3 * time) : 2) * Math.min(1, 20 * time)) / eta; // prettier-ignore
  },
  batchSharpness: constantly(1 / eta),
  optimizerSharpness: constantly(1),
});

suite("cross-entropy", () => {
  test("is reproduced in a world made for it", () => {
    expect(verdicts(crossEntropy, saturates)).toEqual({ D10a: "reproduced", D10b: "reproduced" });
  });

  test("falls where the edge is never reached, or never left", () => {
    const low: World = (run) => ({ ...saturates(run), lambdaMax: constantly(0.8 / run.learningRate) }); // prettier-ignore
    expect(verdicts(crossEntropy, low).D10a).toBe("not reproduced");
    const stays: World = (run) => ({ ...saturates(run), lambdaMax: constantly(2 / run.learningRate) }); // prettier-ignore
    expect(verdicts(crossEntropy, stays).D10b).toBe("not reproduced");
  });
});
