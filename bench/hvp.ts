// Repeated Hessian-vector products at one point, against PyTorch with the graph kept.
import { type Data, hvp, input, mean, type Tensor } from "../src/graph/index.ts";
import { joined, views } from "../src/learn/index.ts";

import { hessianOperator } from "../src/measure/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { compilePartial } from "../src/runtime/index.ts";
import { gemmContender, hvpGemms, multiplications } from "./gemm.ts";
import { options } from "./options.ts";
import { type Peer, peerContender, torchPeers } from "./peer.ts";
import { benchCase, type Case, handOver, type ModelName, problemOf } from "./problems.ts";
import { printComparison } from "./table.ts";
import { type Contender, fastest, interleave, median, timed } from "./timing.ts";

const cases: readonly (readonly [ModelName, number, number])[] = [
  ["mlp", 8, 2],
  ["mlp", 64, 2],
  ["mlp", 512, 1.2],
  ["mlp", 4096, 1.2],
  ["cnn", 64, 1],
  ["cnn", 512, 1],
  ["resnet8", 64, 1],
  ["resnet8", 512, 1],
];

export async function run(): Promise<void> {
  const peers = options.peer ? await torchPeers() : [];
  for (const [kind, batch, target] of cases) {
    const label = `${kind}-${batch}`;
    if (!options.wanted(label)) continue;
    await compare(await benchCase(kind, batch), label, target, peers);
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
}

async function compare(
  given: Case,
  label: string,
  target: number,
  peers: readonly Peer[],
): Promise<void> {
  const held: AsyncDisposable[] = [];
  const contenders: Contender[] = [];
  const results: Float32Array[] = [];
  const problem = problemOf(given);
  const vector = views(problem.parameters, given.vector);
  for (const threads of options.threads) {
    const runtime = nodeRuntime({ threads });
    held.push(runtime);
    const add = async (name: string, work: () => Promise<readonly Data[]>) => {
      results.push(joined((await work()) as Float32Array[], "float32") as Float32Array);
      const run = (repeats: number) => timed(repeats, work);
      contenders.push({ name: `Thalweg, ${name}`, side: "ours", threads, run });
    };
    const { inputs, varying, outputs, data } = productGraph(given);
    const partial = await compilePartial(
      runtime,
      { inputs: [...inputs, ...varying], outputs },
      varying,
      { threads },
    );
    const prepared = await partial.prepare(data);
    await add("linearised", () => partial.apply(prepared, vector));
    const fused = await runtime.compile({ inputs: [...inputs, ...varying], outputs }, { threads });
    await add("fused", () => fused.run([...data, ...vector]));
    const operator = await hessianOperator(runtime, problem, given.parameters, {
      byteBudget: 2 ** 33,
    });
    const out = new Float32Array(operator.dim);
    const { chunks } = operator.plan;
    await add(`hessianOperator${chunks > 1 ? `, ${chunks} chunks` : ""}`, async () => {
      await operator.apply(given.vector, out);
      return [out];
    });
  }
  const gemms = given.kind === "mlp" ? hvpGemms(given.model, given.count) : [];
  if (gemms.length > 0)
    for (const threads of options.threads) {
      const runtime = nodeRuntime({ threads });
      held.push(runtime);
      contenders.push(await gemmContender(runtime, gemms));
    }
  for (const peer of peers) {
    const request = await handOver(peer, given);
    const { variants } = await peer.ask({ command: "make", task: "hvp", id: label, ...request });
    for (const variant of variants as string[]) {
      const { path } = await peer.ask({ command: "result", id: label, variant });
      results.push(await peer.take(String(path)));
      contenders.push(peerContender(peer, label, variant));
    }
  }
  const timings = await interleave(contenders);
  printComparison(
    `Hessian-vector product, ${given.model.name}, batch ${given.count}`,
    timings,
    target,
  );
  printAgreement(results);
  if (gemms.length > 0) {
    const [ours, pure] = (["ours", "gemm"] as const).map((side) =>
      median(fastest(timings.filter((t) => t.side === side))!.seconds),
    );
    const rate = (2 * multiplications(gemms)) / 1e9;
    console.log(
      `  products alone ${(rate / pure).toFixed(0)} GF/s; the whole at ${(rate / ours).toFixed(0)} GF/s, ` +
        `${((100 * pure) / ours).toFixed(0)} % of it, target 80 %`,
    );
  }
  for (const peer of peers) await peer.ask({ command: "drop", id: label });
  for (const runtime of held) await runtime[Symbol.asyncDispose]();
}

/** v ↦ Hv at fixed parameters and samples. */
function productGraph(given: Case) {
  const problem = problemOf(given);
  const { parameters, data } = problem;
  const p = parameters.map(({ name, shape }) => input(shape, "float32", name));
  const varying = parameters.map(({ name, shape }) => input(shape, "float32", `v.${name}`));
  const x = input([data.count, ...data.inputShape], "float32", "x");
  const y = input([data.count], "int32", "y");
  const outputs = hvp((q: Tensor[]) => mean(problem.perSampleLoss(q, x, y)))(p, varying);
  const values: Data[] = [
    ...views(problem.parameters, given.parameters),
    data.inputs,
    data.targets,
  ];
  return { inputs: [...p, x, y], varying, outputs, data: values };
}

/** Largest distance of any result from the first, relative to its norm: all sides computed the same thing. */
function printAgreement(results: readonly Float32Array[]): void {
  const [first] = results;
  const worst = Math.max(
    ...results.map((other) => norm(first.map((x, i) => x - other[i])) / norm(first)),
  );
  console.log(`  results agree to ${worst.toExponential(1)} of their norm`);
}

function norm(x: Float32Array): number {
  return Math.sqrt(x.reduce((sum, xi) => sum + xi * xi, 0));
}
