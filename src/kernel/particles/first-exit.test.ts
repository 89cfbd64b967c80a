import { expect, suite, test } from "vitest";
import { add, greater, input, mul, scalar, sub, type Tensor } from "../../graph/index.ts";
import { solve } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import { evaluateLanes, type LaneValue } from "../lanes/reference.ts";
import type { Lane, Precision } from "../lanes/lane.ts";
import type { Generator } from "../random/generator.ts";
import { philox } from "../random/philox.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import { type FirstExits, firstExits, type FirstExitTask } from "./first-exit.ts";
import { graphStep, type Recursion } from "./graph-step.ts";
import { unroll } from "./step.ts";

const f64 = (value: number) => scalar(value, "float64");
const variable = (name: string) => input([], "float64", name);

/** x + h·(x − x³) + s·z, left where x > b: the double well. */
function doubleWell(): Recursion {
  const [x, h, s, b, z] = ["x", "h", "s", "b", "z"].map(variable);
  const force = sub(x, mul(x, mul(x, x)));
  const next = add(add(x, mul(h, force)), mul(s, z));
  return {
    state: [x],
    parameters: [h, s, b],
    normals: [z],
    uniforms: [],
    next: [next],
    exit: greater(next, b),
  };
}

/** Free motion in two coordinates, left through the circle of radius 1. */
function plane(): Recursion {
  const [x, y, s, z1, z2] = ["x", "y", "s", "z1", "z2"].map(variable);
  const next = [add(x, mul(s, z1)), add(y, mul(s, z2))];
  const square = (t: Tensor) => mul(t, t);
  return {
    state: [x, y],
    parameters: [s],
    normals: [z1, z2],
    uniforms: [],
    next,
    exit: greater(add(square(next[0]), square(next[1])), f64(1)),
  };
}

function run(generator: ReturnType<typeof firstExits>): FirstExits {
  for (;;) {
    const { done, value } = generator.next();
    if (done === true) return value;
  }
}
const particles = stream("11", "particles");

/** The same particle by the scalar reference of the same iteration. */
function referenceExit(task: FirstExitTask, particle: number): { step: number; state: number[] } {
  const { step, horizon } = task;
  const { precision, generator } = step;
  const iteration = unroll(step);
  const round = precision === "f32" ? Math.fround : (x: number) => x;
  const start = new Float64Array(step.stateSize);
  task.start(particle, start);
  const seeds = [0, 1].map((lane) =>
    generator.seed(substream(task.stream, particle), lane as 0 | 1),
  );
  let state: LaneValue[] = Array.from(start, round);
  let words: LaneValue[] = Array.from(seeds[0], (w, i) =>
    precision === "f32" ? [w] : [w, seeds[1][i]],
  );
  const outputs = [
    ...iteration.results.flatMap(({ state: after, exit }) => [...after, exit!]),
    ...iteration.nextWords,
  ];
  for (let done = 0; done < horizon; done += iteration.steps) {
    const variables = new Map<Lane, LaneValue>([
      ...iteration.state.map((lane, i) => [lane, state[i]] as const),
      ...iteration.words.map((lane, i) => [lane, words[i]] as const),
      ...iteration.parameters.map((lane, i) => [lane, round(task.parameters[i])] as const),
    ]);
    const values = evaluateLanes(outputs, variables, precision);
    const width = step.stateSize + 1;
    for (let i = 0; i < iteration.steps; i++)
      if (values[i * width + step.stateSize] === true)
        return {
          step: done + i + 1,
          state: values.slice(i * width, i * width + step.stateSize) as number[],
        };
    state = values.slice((iteration.steps - 1) * width, iteration.steps * width - 1);
    words = values.slice(iteration.steps * width);
  }
  return { step: 0, state: [] };
}

const machines: [Precision, Generator][] = [
  ["f32", xoshiro128],
  ["f64", xoshiro128],
  ["f32", philox],
  ["f64", philox],
];

suite.each(machines)("firstExits in %s", (precision, generator) => {
  const well: FirstExitTask = {
    step: graphStep(doubleWell(), { precision, generator }),
    parameters: [0.05, Math.sqrt(2 * 0.3 * 0.05), 0],
    start: (i, out) => (out[0] = i % 2 === 0 ? -1 : -0.5),
    stream: particles,
    from: 0,
    to: 24,
    horizon: 200,
  };
  const circle: FirstExitTask = {
    ...well,
    step: graphStep(plane(), { precision, generator }),
    parameters: [0.2],
    start: (_, out) => out.fill(0),
  };

  test.each([
    ["a double well", well],
    ["a circle", circle],
  ])(`${generator.name}: %s as in the scalar reference, bit for bit`, (_, task) => {
    const got = run(firstExits(task));
    const { stateSize } = task.step;
    let exits = 0;
    for (let i = 0; i < 24; i++) {
      const expected = referenceExit(task, i);
      expect(got.exitSteps[i]).toBe(expected.step);
      const state = Array.from(got.states.subarray(i * stateSize, (i + 1) * stateSize));
      expect(state).toEqual(expected.step > 0 ? expected.state : [...state].fill(NaN));
      if (expected.step > 0) exits++;
    }
    expect(exits).toBeGreaterThan(8);
  });

  test(`${generator.name}: a particle's run is its own, whoever runs beside it`, () => {
    const task = { ...well, to: 3000, horizon: 1000 };
    const whole = run(firstExits(task));
    const parts = [
      run(firstExits({ ...task, to: 17 })),
      run(firstExits({ ...task, from: 17, to: 1999 })),
      run(firstExits({ ...task, from: 1999 })),
    ];
    expect(parts.flatMap((part) => Array.from(part.exitSteps))).toEqual(
      Array.from(whole.exitSteps),
    );
    expect(whole.exitSteps.some((step) => step > 0)).toBe(true);
    expect(whole.exitSteps.every((step) => step <= 1000)).toBe(true);
  });
});

suite("firstExits", () => {
  const step = graphStep(doubleWell(), { precision: "f32", generator: xoshiro128 });
  const task: FirstExitTask = {
    step,
    parameters: [0.01, Math.sqrt(2 * 0.1 * 0.01), 0],
    start: (_, out) => (out[0] = -1),
    stream: particles,
    from: 0,
    to: 100,
    horizon: 100,
  };

  test("counts the steps of those that count, up to the horizon", () => {
    const runner = firstExits({ ...task, parameters: [0.01, 0, 0] });
    let last = runner.next();
    let progress = { done: 0, exits: 0, steps: 0 };
    while (last.done !== true) {
      progress = last.value;
      last = runner.next();
    }
    expect(progress).toEqual({ done: 100, exits: 0, steps: 100 * 100 });
    expect(last.value.exitSteps.every((s) => s === 0)).toBe(true);
  });

  test("a particle that runs away is an error with its number", () => {
    const away = { ...task, parameters: [10, 1, 1e30], horizon: 1e4 };
    expect(() => run(firstExits(away))).toThrow(
      /^coordinates must stay finite, got (NaN|-?Infinity) for particle \d+ within \d+ steps: the step is too large, or V is not defined there$/,
    );
  });

  test("the mean time of the double well is within 4 standard errors of the discrete chain's", () => {
    const got = run(firstExits({ ...task, to: 4000, horizon: 1e6 }));
    const times = Array.from(got.exitSteps, (s) => s * 0.01);
    const mean = times.reduce((a, b) => a + b) / times.length;
    const stderr = mean / Math.sqrt(times.length);
    expect(Math.abs(mean - chainTime(0.01, 0.1)) / stderr).toBeLessThan(4);
  });
});

/** E[first time x > 0] of x ← x + h(x − x³) + √(2Dh)z from −1: (I − K)τ = h by the midpoint rule below 0. */
function chainTime(h: number, diffusion: number): number {
  const n = 400;
  const low = -2.2;
  const width = -low / n;
  const at = Float64Array.from({ length: n }, (_, i) => low + (i + 0.5) * width);
  const sigma = Math.sqrt(2 * diffusion * h);
  const system = new Float64Array(n * n);
  at.forEach((x, i) =>
    at.forEach((y, j) => {
      const z = (y - x - h * (x - x ** 3)) / sigma;
      const density = Math.exp((-z * z) / 2) / (sigma * Math.sqrt(2 * Math.PI));
      system[i * n + j] = (i === j ? 1 : 0) - width * density;
    }),
  );
  const tau = solve(system, new Float64Array(n).fill(h), n);
  return tau[at.findIndex((x) => x > -1)];
}
