import { expect, suite, test } from "vitest";
import { add, exp, input, less, mul, neg, scalar, sub, where } from "../../graph/index.ts";
import { stream } from "../../random/index.ts";
import type { Precision } from "../lanes/lane.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import { type EnsembleTask, observeEnsemble, particlePaths } from "./ensemble.ts";
import { graphStep, type Recursion } from "./graph-step.ts";

const f64 = (value: number) => scalar(value, "float64");
const [x, y, a, s, z] = ["x", "y", "a", "s", "z"].map((name) => input([], "float64", name));

/** x ← a·x + s·z, y ← e^(−x²): stationary variance s²/(1 − a²). */
const recursion: Recursion = {
  state: [x, y],
  parameters: [a, s],
  normals: [z],
  uniforms: [],
  next: [add(mul(a, x), mul(s, z)), exp(neg(mul(x, x)))],
};
const [from, width, cells] = [-1.5, 0.25, 12];

const taskOf = (precision: Precision): EnsembleTask => ({
  step: graphStep(recursion, { precision, generator: xoshiro128 }),
  parameters: [0.9, 0.3],
  start: (_, out) => out.fill(0),
  stream: stream("3", "ensemble"),
  from: 0,
  to: 300,
  burnIn: 0,
  stride: 4,
  observations: 60,
  observation: {
    state: [x, y],
    sums: [x, mul(x, x), y],
    histogram: { index: mul(sub(x, f64(from)), f64(1 / width)), cells },
    basins: {
      // −0.5 and 0.5 are the edges of what belongs to no basin.
      label: where(less(x, f64(-0.5)), f64(0), where(less(f64(0.5), x), f64(1), f64(-1))),
      count: 2,
    },
  },
});

suite.each<[Precision]>([["f32"], ["f64"]])("observeEnsemble in %s", (precision) => {
  test("gathers what the particles' paths show", () => {
    const task = taskOf(precision);
    const blocks = [...observeEnsemble(task)];
    expect(blocks.map((block) => block.moments)).toEqual([256 * 60, 44 * 60]);

    const paths = particlePaths(task, 61);
    const counts = new Float64Array(cells);
    const transitions = new Float64Array(4);
    const sums = [0, 0, 0];
    let outside = 0;
    for (const path of paths) {
      let last = -1;
      for (let point = 1; point <= 60; point++) {
        const [at, value] = [path[2 * point], path[2 * point + 1]];
        sums[0] += at;
        sums[1] += at * at;
        sums[2] += value;
        const cell = Math.floor((at - from) / width);
        if (cell >= 0 && cell < cells) counts[cell]++;
        else outside++;
        const basin = at < -0.5 ? 0 : at > 0.5 ? 1 : -1;
        if (basin < 0) continue;
        if (last >= 0 && last !== basin) transitions[2 * last + basin]++;
        last = basin;
      }
    }
    const total = (f: (block: (typeof blocks)[number]) => ArrayLike<number>, k: number) =>
      blocks.reduce((sum, block) => sum + f(block)[k], 0);
    expect(Array.from(counts, (_, k) => total((b) => b.counts, k))).toEqual(Array.from(counts));
    expect(blocks.reduce((sum, b) => sum + b.outside, 0)).toBe(outside);
    expect(outside).toBeGreaterThan(0);
    expect(Array.from(transitions, (_, k) => total((b) => b.transitions, k))).toEqual(
      Array.from(transitions),
    );
    expect(transitions[1]).toBeGreaterThan(10);
    // Squares of float32 are rounded to it before they are added.
    sums.forEach((sum, k) =>
      expect(Math.abs(total((b) => b.sums, k) - sum)).toBeLessThan(
        precision === "f32" ? 1e-3 : 1e-9,
      ),
    );
  });

  test("the variance of the stationary law is within 4 standard errors", () => {
    const task: EnsembleTask = {
      ...taskOf(precision),
      to: 256 * 40,
      burnIn: 200,
      stride: 40,
      observations: 10,
      observation: { state: [x, y], sums: [mul(x, x)] },
    };
    const means = [...observeEnsemble(task)].map(({ sums, moments }) => sums[0] / moments);
    const mean = means.reduce((p, q) => p + q) / means.length;
    const spread = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (means.length - 1);
    const stderr = Math.sqrt(spread / means.length);
    const truth = 0.09 / (1 - 0.81);
    expect(stderr / truth).toBeLessThan(0.01);
    expect(Math.abs(mean - truth) / stderr).toBeLessThan(4);
  });
});
