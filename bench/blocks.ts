// Hessian products of blocks of vectors: processor time a vector for 1, 2, 4, 8 and 16 in one call.
import { cnn, initialParameters, losses, mlp, type Model } from "../src/learn/index.ts";
import { hessianOperator, networkProblem, type Problem } from "../src/measure/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../src/random/index.ts";
import { options } from "./options.ts";

const widths = [1, 2, 4, 8, 16];

const models: Readonly<Record<string, () => Model>> = {
  mlp: () => mlp([784], 10, { hidden: [200, 200] }),
  "cnn-small": () => cnn([3, 32, 32], 10, { widths: [16, 16, 32, 64] }),
  cnn: () => cnn([3, 32, 32], 10),
};

const cases: readonly (readonly [keyof typeof models, number, "kept" | "recomputed"])[] = [
  ["mlp", 8, "kept"],
  ["mlp", 64, "kept"],
  ["mlp", 512, "kept"],
  ["mlp", 4096, "kept"],
  ["mlp", 64, "recomputed"],
  ["mlp", 4096, "recomputed"],
  ["cnn-small", 64, "kept"],
  ["cnn-small", 512, "kept"],
  ["cnn-small", 64, "recomputed"],
  ["cnn", 64, "kept"],
  ["cnn", 64, "recomputed"],
];

export async function run(): Promise<void> {
  for (const [kind, batch, how] of cases) {
    const label = `${kind}-${batch}-${how}`;
    if (options.wanted(label)) await measure(label, models[kind](), batch, how === "kept");
  }
}

async function measure(label: string, model: Model, batch: number, kept: boolean): Promise<void> {
  await using runtime = nodeRuntime({ threads: 1 });
  const parameters = initialParameters(model, "float32", stream("1", "bench"));
  const vectors = Array.from({ length: 16 }, (_, k) => {
    const v = new Float32Array(model.parameterCount);
    fillNormal(stream(String(k), "bench"), 0, v);
    return v;
  });
  const outs = vectors.map((v) => new Float32Array(v.length));
  const problem = problemOf(model, batch);
  const runs: { width: number; seconds: number[]; call: () => Promise<void> }[] = [];
  const operator = await hessianOperator(runtime, problem, parameters, {
    chunk: batch,
    block: 16,
    byteBudget: kept ? 2 ** 33 : 0,
  });
  for (const width of widths) {
    const [some, into] = [vectors.slice(0, width), outs.slice(0, width)];
    runs.push({ width, seconds: [], call: () => operator.applyBlock(some, into) });
  }
  for (let round = -1; round < options.runs; round++)
    for (const { width, seconds, call } of runs) {
      const repeats = round < 0 ? 1 : Math.max(1, Math.round(0.05 / (seconds[0] ?? 0.05) / width));
      const before = process.cpuUsage();
      for (let k = 0; k < repeats; k++) await call();
      const { user, system } = process.cpuUsage(before);
      seconds.push((user + system) / 1e6 / repeats / width);
      if (round === 0) seconds.splice(0, 1);
    }
  const cells = runs.map(({ seconds }) => (1000 * Math.min(...seconds)).toPrecision(3).padStart(7));
  console.log(`${label.padEnd(24)} ${cells.join(" ")}`);
  await operator.dispose();
}

function problemOf(model: Model, count: number): Problem {
  const inputs = new Float32Array(count * model.inputShape.reduce((a, b) => a * b, 1));
  fillNormal(stream("3", "bench"), 0, inputs);
  return networkProblem(
    {
      outputs: (p, x) => model.apply(p, x).outputs,
      loss: (o, y) => losses["cross-entropy"].perSample(o, y),
    },
    {
      parameters: model.parameters,
      dtype: "float32",
      data: {
        name: "bench",
        inputs,
        inputShape: model.inputShape,
        targets: Int32Array.from({ length: count }, (_, i) => i % 10),
        targetShape: [],
        count,
      },
    },
  );
}
