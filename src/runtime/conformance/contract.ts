import * as g from "../../graph/ops/index.ts";
import { type Data, input, type Tensor } from "../../graph/tensor.ts";
import type { ScanProgram } from "../../onnx/scan.ts";
import { chunkRows, planChunks } from "../chunks.ts";
import type { Runtime } from "../runtime.ts";
import { agrees, type Check, contents, requireClose, sameBits } from "./checks.ts";
import { evaluate } from "./reference.ts";

const values = (t: Tensor, seed: number): Data => contents({ shape: t.shape }, t, seed);

/** What a runtime promises besides right numbers. */
export const contractChecks: readonly Check[] = [
  ...(["float32", "float64"] as const).flatMap((dtype) => [
    {
      name: `a scan equals its steps unrolled, ${dtype}`,
      run: (runtime: Runtime) => scanAgrees(runtime, recurrence(dtype), 5),
    },
    {
      name: `a scan of no steps hands its carry back, ${dtype}`,
      run: (runtime: Runtime) => scanAgrees(runtime, recurrence(dtype), 0),
    },
    {
      name: `constants, inputs and one value twice may be outputs, ${dtype}`,
      async run(runtime: Runtime) {
        const x = input([3], dtype, "x");
        const y = g.exp(x);
        const outputs = [
          x,
          y,
          y,
          g.constant(g.toData([1, 2], dtype), [2]),
          g.filled(7, [2], dtype),
        ];
        await agrees(runtime, { inputs: [x], outputs }, [values(x, 1)]);
      },
    },
    {
      name: `sums over chunks equal the sum over all rows, ${dtype}`,
      run: (runtime: Runtime) => chunksAgree(runtime, dtype),
    },
  ]),
  {
    name: "infinities and signed zeros pass through as IEEE 754 has it",
    async run(runtime) {
      const x = input([4], "float64", "x");
      const outputs = [
        g.relu(x),
        g.exp(x),
        g.logSumExp(x),
        g.minimum(x, 0),
        g.abs(x),
        g.where(g.greater(x, 0), x, g.neg(x)),
      ];
      await agrees(runtime, { inputs: [x], outputs }, [Float64Array.of(-Infinity, -0, 1, 3)]);
    },
  },
  {
    name: "an input that nothing depends on is accepted",
    async run(runtime) {
      const [x, unused] = [input([2], "float32", "x"), input([3], "float32", "unused")];
      await agrees(runtime, { inputs: [x, unused], outputs: [g.neg(x)] }, [
        Float32Array.of(1, 2),
        Float32Array.of(3, 4, 5),
      ]);
    },
  },
  {
    name: "outputs are new arrays: changing one changes neither inputs nor later results",
    async run(runtime) {
      const x = input([4], "float32", "x");
      await using same = await runtime.compile({ inputs: [x], outputs: [x] });
      const data = Float32Array.of(1, 2, 3, 4);
      const [first] = await same.run([data]);
      first.fill(9 as never);
      requireSame(data, Float32Array.of(1, 2, 3, 4));
      const [second] = await same.run([data]);
      requireSame(second, Float32Array.of(1, 2, 3, 4));
    },
  },
  {
    name: "calls made at once each get their own result",
    async run(runtime) {
      const x = input([64, 64], "float32", "x");
      const fn = { inputs: [x], outputs: [g.matmul(g.tanh(x), x)] };
      await using run = await runtime.compile(fn);
      const all = Array.from({ length: 12 }, (_, i) => values(x, i));
      const results = await Promise.all(all.map((data) => run.run([data])));
      for (const [i, data] of all.entries())
        requireClose(fn.outputs[0], results[i][0], evaluate(fn, [data])[0]);
    },
  },
  {
    name: "the same call gives the same bits",
    async run(runtime) {
      const [x, w] = [input([33, 70], "float32", "x"), input([70, 41], "float32", "w")];
      const y = g.logSumExp(g.matmul(x, w));
      const data = [values(x, 1), values(w, 2)];
      const runs: Data[] = [];
      for (let i = 0; i < 3; i++) {
        await using run = await runtime.compile({ inputs: [x, w], outputs: [y] });
        runs.push((await run.run(data))[0], (await run.run(data))[0]);
      }
      for (const bits of runs) requireSame(bits, runs[0]);
    },
  },
  {
    name: "misuse is refused before the machine sees it",
    async run(runtime) {
      const x = input([2, 2], "float32", "x");
      const run = await runtime.compile({ inputs: [x], outputs: [x] }, { label: "probe" });
      await refuses(() => run.run([]), "probe: takes 1 arrays, got 0");
      await refuses(
        () => run.run([new Float32Array(3)]),
        "probe: input 0 (x) is [2, 2] and takes 4 numbers, got 3",
      );
      await refuses(
        () => run.run([new Float64Array(4)]),
        "probe: input 0 (x) is float32 and takes a Float32Array, got Float64Array",
      );
      await run.dispose();
      await run.dispose();
      await refuses(() => run.run([new Float32Array(4)]), "probe: has been disposed");
      const stray = input([], "float32", "stray");
      await refuses(
        () => runtime.compile({ inputs: [x], outputs: [g.add(x, stray)] }),
        "the outputs depend on stray (float32[]), which is not among the inputs",
      );
      await refuses(
        () => runtime.compileScan({ ...recurrence("float32"), nextCarry: [] }),
        "scan: 2 carried values, 0 next ones",
      );
    },
  },
  {
    name: "an index out of range is an error that names the function, and the next call works",
    async run(runtime) {
      const [x, i] = [input([3], "float32", "x"), input([2], "int32", "i")];
      const fn = { inputs: [x, i], outputs: [g.gather(x, i)] };
      await using run = await runtime.compile(fn, { label: "lookup" });
      const data = Float32Array.of(1, 2, 3);
      await refuses(
        () => run.run([data, Int32Array.of(0, 3)]),
        /^lookup: failed when run: [^\n]+$/,
      );
      requireSame((await run.run([data, Int32Array.of(0, 2)]))[0], Float32Array.of(1, 3));
    },
  },
  {
    name: "disposal waits for calls under way",
    async run(runtime) {
      const x = input([200, 200], "float32", "x");
      const run = await runtime.compile({ inputs: [x], outputs: [g.matmul(x, x)] });
      const pending = [run.run([values(x, 0)]), run.run([values(x, 1)])];
      await run.dispose();
      for (const [result] of await Promise.all(pending))
        if (result.length !== 40_000) throw new Error("a result was lost");
    },
  },
];

/** Two carried values, a whole constant, an index that picks rows of it, an emitted scalar and vector. */
function recurrence(dtype: "float32" | "float64"): ScanProgram {
  const w = input([4, 3], dtype, "w");
  const count = input([], dtype, "count");
  const data = input([6, 4], dtype, "data");
  const rows = input([2], "int32", "rows");
  const rate = input([], dtype, "rate");
  const x = g.gather(g.tanh(data), rows); // tanh(data) is the same at every step
  const y = g.matmul(x, w);
  const next = g.sub(w, g.mul(rate, g.matmul(g.swapLast(x), y)));
  const after = g.add(count, 1);
  return {
    carry: [w, count],
    constants: [data],
    slices: [rows, rate],
    nextCarry: [next, after],
    emitted: [g.sum(g.mul(y, y)), g.sum(next, 1), count],
  };
}

async function scanAgrees(runtime: Runtime, program: ScanProgram, steps: number): Promise<void> {
  const { carry, constants, slices, nextCarry, emitted } = program;
  const fn = { inputs: [...carry, ...constants, ...slices], outputs: [...nextCarry, ...emitted] };
  const stacked = slices.map((t, i) => {
    const shape = [steps, ...t.shape];
    return contents(
      { shape, content: t.dtype === "int32" ? { below: 6 } : "any" },
      { ...t, shape },
      i + 7,
    );
  });
  const start = carry.map(values);
  const whole = constants.map((t, i) => values(t, i + 3));
  await using scan = await runtime.compileScan(program);
  const result = await scan.run(steps, { carry: start, constants: whole, slices: stacked });

  let state: Data[] = start;
  const trail: number[][] = emitted.map(() => []);
  for (let step = 0; step < steps; step++) {
    const now = slices.map((t, i) => {
      const size = t.shape.reduce((a, b) => a * b, 1);
      return stacked[i].subarray(step * size, (step + 1) * size);
    });
    const out = evaluate(fn, [...state, ...whole, ...now]);
    state = out.slice(0, carry.length);
    out.slice(carry.length).forEach((v, i) => trail[i].push(...v));
  }
  carry.forEach((t, i) =>
    requireClose(t, result.carry[i], Float64Array.from(state[i] as Float64Array), bound(t)),
  );
  emitted.forEach((t, i) => {
    const shape = [steps, ...t.shape];
    requireClose(
      { dtype: t.dtype, shape },
      result.emitted[i],
      Float64Array.from(trail[i]),
      bound(t),
    );
  });
}

/** Rounding grows along the recurrence. */
const bound = (t: Tensor): number => (t.dtype === "float32" ? 1e-4 : 1e-12);

async function chunksAgree(runtime: Runtime, dtype: "float32" | "float64"): Promise<void> {
  const rows = 23;
  const all = input([rows, 3], dtype, "all");
  const data = values(all, 4);
  const plan = planChunks(rows, { bytesPerRow: 24, budget: 24 * 5 });
  const x = input([plan.size, 3], dtype, "x");
  const weight = input([plan.size], dtype, "weight");
  const loss = g.sum(g.mul(weight, g.logSumExp(x, 1)));
  await using run = await runtime.compile({ inputs: [x, weight], outputs: [loss] });
  let total = 0;
  for (const chunk of plan.chunks) {
    const { indices, weights } = chunkRows(plan, chunk);
    const taken = Array.from(indices, (row) => [...data.subarray(3 * row, 3 * row + 3)]).flat();
    const [value] = await run.run([
      g.toData(taken.map(Number), dtype),
      g.toData([...weights], dtype),
    ]);
    total += (Number(value[0]) / chunk.rows) * chunk.weight;
  }
  const mean = evaluate({ inputs: [all], outputs: [g.mean(g.logSumExp(all, 1))] }, [data])[0];
  requireClose({ dtype, shape: [] }, g.toData([total], dtype), mean);
}

function requireSame(got: Data, expected: Data): void {
  if (!sameBits(got, expected)) throw new Error(`expected ${String(expected)}, got ${String(got)}`);
}

async function refuses(action: () => Promise<unknown>, message: string | RegExp): Promise<void> {
  const error = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const said = error instanceof Error ? error.message : "nothing";
  const fits = typeof message === "string" ? said === message : message.test(said);
  if (!fits) throw new Error(`expected the error "${String(message)}", got "${said}"`);
}
