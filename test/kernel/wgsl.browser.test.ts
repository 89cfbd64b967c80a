// Lanes and particle loops on the browser's GPU (SwiftShader's, where there is no other), against the scalar
// reference and the WebAssembly loop. Skipped where the browser has no adapter.
import { beforeAll, expect, suite, test } from "vitest";
import {
  catalogueLandscape,
  constantNoise,
  diffusionProcess,
  eulerMaruyama,
  meanFirstPassage,
} from "../../src/diffusion/index.ts";
import { add, greater, input, mul, scalar, sub } from "../../src/graph/index.ts";
import {
  type FirstExits,
  firstExits,
  type FirstExitTask,
  gpuFirstExits,
  graphStep,
  philox,
  type Recursion,
  xoshiro128,
} from "../../src/kernel/index.ts";
import { erf } from "../../src/kernel/lanes/functions/erf.ts";
import { exp, expm1 } from "../../src/kernel/lanes/functions/exp.ts";
import { log } from "../../src/kernel/lanes/functions/log.ts";
import { cos, sin } from "../../src/kernel/lanes/functions/sin.ts";
import { tanh } from "../../src/kernel/lanes/functions/tanh.ts";
import { type Lane, laneBuilder, type LaneOp, laneOps, type Lanes } from "../../src/kernel/lanes/lane.ts"; // prettier-ignore
import { evaluateLanes, type LaneValue } from "../../src/kernel/lanes/reference.ts";
import { openDraws } from "../../src/kernel/random/draws.ts";
import type { Generator } from "../../src/kernel/random/generator.ts";
import { stream, substream } from "../../src/random/index.ts";
import { laneInputs } from "./lane-inputs.ts";
import { gpuDevice, runWgsl } from "./wgsl-program.ts";

let device: GPUDevice | undefined;
beforeAll(async () => {
  device = await gpuDevice();
});
const gpu = (name: string, work: (device: GPUDevice) => Promise<void>) =>
  test(name, async (context) => {
    if (device === undefined) context.skip("the browser has no GPU adapter");
    else await work(device);
  });

/** Within what WGSL promises: no NaN, no infinity, nothing subnormal. */
const tame = (value: LaneValue) =>
  typeof value !== "number" ||
  value === 0 ||
  (Math.abs(value) >= 2 ** -126 && Math.abs(value) < 3.4e38);

/** |a − b| in units of the last place of b, in float32. */
function ulps(a: number, b: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(b) || 2 ** -126)), -126);
  return Math.abs(a - b) / 2 ** (exponent - 23);
}

const count = 4096;

/** The outputs of both, where all arguments and results are tame. */
async function both(
  on: GPUDevice,
  variables: readonly Lane[],
  outputs: readonly Lane[],
  rows: readonly (readonly LaneValue[])[],
): Promise<{ got: LaneValue; wanted: LaneValue }[]> {
  const kept = rows[0].flatMap((_, i) => (rows.every((row) => tame(row[i])) ? [i] : []));
  const given = rows.map((row) => kept.map((i) => row[i]));
  const got = await runWgsl(on, variables, outputs, given);
  return kept.flatMap((_, i) => {
    const values = new Map(variables.map((lane, k) => [lane, given[k][i]]));
    const wanted = evaluateLanes(outputs, values, "f32");
    return outputs.flatMap((_lane, k) => (tame(wanted[k]) ? [{ got: got[k][i], wanted: wanted[k] }] : [])); // prettier-ignore
  });
}

const shiftOps = new Set<LaneOp>(["shiftLeft", "shiftRight", "shiftRightUnsigned", "wordShiftLeft", "wordShiftRight"]); // prettier-ignore
const loose = new Map<LaneOp, number>([["div", 2.5], ["sqrt", 2.5]]); // prettier-ignore
const ops = (Object.keys(laneOps) as LaneOp[]).filter((op) => op !== "gather" && op !== "secondWord"); // prettier-ignore

suite("WGSL lanes", () => {
  for (const op of ops)
    gpu(
      `${op} is the reference's ${loose.has(op) ? "within 2.5 ulp" : "to the bit"}`,
      async (on) => {
        const lanes = laneBuilder("f32");
        const types = laneOps[op].slice(0, -1);
        const variables = types.map((type) => lanes.variable(type));
        const output = shiftOps.has(op)
          ? lanes.shift(op as "shiftLeft", variables[0], 5)
          : lanes[op](...variables);
        const rows = types.map((type, k) => laneInputs(type, "f32", k, count));
        // Bits that are no tame float are nobody's to keep.
        const pairs = await both(on, variables, [output], rows);
        expect(pairs.length).toBeGreaterThan(count / 8);
        for (const { got, wanted } of pairs)
          if (loose.has(op)) expect(ulps(got as number, wanted as number)).toBeLessThanOrEqual(2.5);
          else if (wanted === 0) expect(got === 0).toBe(true);
          else expect(got).toEqual(wanted);
      },
    );

  gpu("gather reads its column", async (on) => {
    const lanes = laneBuilder("f32");
    const row = lanes.variable("int");
    const table = Float32Array.from({ length: 24 }, (_, i) => 1.5 * i);
    const rows = [[0n, 3n, 7n, 1n]];
    const [got] = await runWgsl(on, [row], [lanes.gatherAt(row, 32)], rows, table);
    expect(got).toEqual([12, 16.5, 22.5, 13.5]);
  });

  gpu("constants keep their bits, those that are not finite too", async (on) => {
    const lanes = laneBuilder("f32");
    const x = lanes.variable("float");
    const values = [0.1, -0, 3.4028234663852886e38, Infinity, -Infinity];
    const outputs = [
      ...values.map((value) => lanes.asInt(lanes.constant(value))),
      lanes.integer(-(2n ** 31n)),
      lanes.word(-1),
    ];
    const got = await runWgsl(on, [x], outputs, [[1]]);
    const wanted = evaluateLanes(outputs, new Map([[x, 1]]), "f32");
    expect(got.map(([value]) => value)).toEqual(wanted);
  });

  // The reference's own error is at most 6 ulp; division and contraction may move the last bits.
  const functions: [string, (lanes: Lanes, x: Lane) => Lane, number, number][] = [
    ["exp", exp, -80, 80],
    ["expm1", expm1, -20, 80],
    ["log", log, 1e-6, 1e6],
    ["sin", sin, -4, 4],
    ["cos", cos, -4, 4],
    ["tanh", tanh, -9, 9],
    ["erf", erf, -4, 4],
  ];
  for (const [name, f, low, high] of functions)
    gpu(`${name} is within 8 ulp of the reference, or 2⁻²³`, async (on) => {
      const lanes = laneBuilder("f32");
      const x = lanes.variable("float");
      const values = Array.from({ length: count }, (_, i) => Math.fround(low + ((high - low) * (i + 0.37)) / count)); // prettier-ignore
      for (const { got, wanted } of await both(on, [x], [f(lanes, x)], [values])) {
        const near = Math.abs((got as number) - (wanted as number)) < 2 ** -23;
        if (!near) expect(ulps(got as number, wanted as number)).toBeLessThanOrEqual(8);
      }
    });
});

suite.each([xoshiro128, philox] as Generator[])("draws of $name in WGSL", (generator) => {
  const draw = async (on: GPUDevice, of: (draws: ReturnType<typeof openDraws>) => Lane[]) => {
    const lanes = laneBuilder("f32");
    const state = Array.from({ length: generator.stateWords }, () => lanes.variable("word"));
    const reader = generator.open(lanes, state);
    const outputs = [...of(openDraws(lanes, reader))];
    const next = reader.state();
    const seeds = Array.from({ length: 512 }, (_, i) => generator.seed(substream(stream("7", "wgsl"), i), 0)); // prettier-ignore
    const rows = state.map((_, k) => seeds.map((seed) => [seed[k]]));
    return both(on, state, [...outputs, ...next], rows);
  };

  gpu("uniforms, integers and the state after them are the same bits", async (on) => {
    const pairs = await draw(on, (draws) => [draws.uniform(), draws.uniform(), draws.integer(1000), draws.uniform()]); // prettier-ignore
    for (const { got, wanted } of pairs) expect(got).toEqual(wanted);
  });

  gpu("normals are within 10⁻⁶", async (on) => {
    const pairs = await draw(on, (draws) => [draws.normal(), draws.normal(), draws.normal()]);
    for (const { got, wanted } of pairs)
      if (typeof wanted === "number") expect(Math.abs((got as number) - wanted)).toBeLessThan(1e-6);
      else expect(got).toEqual(wanted);
  });
});

async function onGpu(on: GPUDevice, task: FirstExitTask): Promise<FirstExits> {
  const run = gpuFirstExits(on, task);
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

function onCpu(task: FirstExitTask): FirstExits {
  const run = firstExits(task);
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
  }
}

const f64 = (value: number) => scalar(value, "float64");

/** The double well for ten steps: the second coordinate counts them, and ends the walk. */
function tenSteps(): Recursion {
  const [x, k, z] = ["x", "k", "z"].map((name) => input([], "float64", name));
  const drift = mul(f64(0.01), sub(x, mul(x, mul(x, x))));
  const next = [add(add(x, drift), mul(f64(0.05), z)), add(k, f64(1))];
  return { state: [x, k], parameters: [], normals: [z], uniforms: [], next, exit: greater(next[1], f64(9.5)) }; // prettier-ignore
}

suite.each([xoshiro128, philox] as Generator[])("particles of $name in WGSL", (generator) => {
  gpu("ten steps end where those of WebAssembly end, to 10⁻⁶", async (on) => {
    const task: FirstExitTask = {
      step: graphStep(tenSteps(), { precision: "f32", generator }),
      parameters: [],
      start: (particle, out) => out.set([-1 + 0.001 * particle, 0]),
      stream: stream("1", "ten"),
      from: 3,
      to: 1003,
      horizon: 100,
    };
    const [a, b] = [await onGpu(on, task), onCpu(task)];
    expect(a.exitSteps).toEqual(b.exitSteps);
    a.states.forEach((x, i) => expect(Math.abs(x - b.states[i])).toBeLessThan(1e-6));
  });

  gpu(
    "first-passage times have the exact mean, with the bridge, and a horizon censors",
    async (on) => {
      const process = diffusionProcess({
        potential: catalogueLandscape("double-well"),
        noise: constantNoise(0.3),
        scheme: eulerMaruyama,
        exit: { kind: "half-space", normal: [1], offset: 0 },
        target: "continuous",
      });
      const eta = 0.02;
      const task: FirstExitTask = {
        step: graphStep(process.recursion, { precision: "f32", generator }),
        parameters: process.parameterNames.map((name) => (name === "eta" ? eta : 0.3)),
        start: (_, out) => out.fill(-1),
        stream: stream("2", "wgsl"),
        from: 0,
        to: 3000,
        horizon: 1e5,
      };
      const { exitSteps } = await onGpu(on, task);
      expect(exitSteps.every((step) => step > 0)).toBe(true);
      const mean = exitSteps.reduce((a, b) => a + b, 0) / 3000;
      const variance = exitSteps.reduce((sum, t) => sum + (t - mean) ** 2, 0) / 2999;
      const exact = meanFirstPassage({ gradient: (x) => x ** 3 - x, diffusion: 0.3 }, -1, {
        left: { kind: "natural" },
        right: { kind: "exit", at: 0 },
      });
      expect(Math.abs(mean * eta - exact) / (eta * Math.sqrt(variance / 3000))).toBeLessThan(4);
      const cut = await onGpu(on, { ...task, to: 64, horizon: 100 });
      cut.exitSteps.forEach((step, i) => expect(step).toBe(exitSteps[i] <= 100 ? exitSteps[i] : 0));
    },
  );

  gpu("float64 is refused", async (on) => {
    const step = graphStep(tenSteps(), { precision: "f64", generator });
    const task = { step, parameters: [], start: () => undefined, stream: stream("1", "x"), from: 0, to: 1, horizon: 1 }; // prettier-ignore
    await expect(onGpu(on, task)).rejects.toThrow("WGSL computes in f32, got a step of f64");
  });
});
