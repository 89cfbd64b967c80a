import { sizeOf } from "../src/graph/index.ts";
import {
  batchQuadratics,
  batchSharpness,
  hessianOperator,
  lanczos,
  uniformBatches,
} from "../src/measure/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { stream } from "../src/random/index.ts";
import { options } from "./options.ts";
import { type Peer, peerContender, torchPeers } from "./peer.ts";
import { type Case, handOver, problemOf } from "./problems.ts";
import { printComparison } from "./table.ts";
import { batch, samples } from "./track-case.ts";
import { type Contender, interleave, median, timed } from "./timing.ts";

const measures = ["lambda max", "batch sharpness"] as const;
type Measure = (typeof measures)[number];

// λmax on 2,560 samples every 256 steps, batch sharpness every 128 to half a per cent.
const subset = 2560;
const tolerance = 1e-2;
const cadence = { lambdaMax: 256, batchSharpness: 128 };
/** A thousand batches take seconds: so many rounds end within five minutes. */
const mostRounds = 7;

/** The EoSS authors' estimators on PyTorch and ours, with equal standard errors. */
export async function atCadence(given: Case): Promise<void> {
  const peers = options.peer ? await torchPeers() : [];
  const startOf = stream("5", "bench");
  const sets: Record<Measure, Contender[]> = { "lambda max": [], "batch sharpness": [] };
  const make = async (peer: Peer, batches: number) => {
    const request = { ...(await handOver(peer, given)), subset, batch, tolerance, count: batches };
    await peer.ask({ command: "make", task: "track", id: "track", ...request });
  };
  const foundBy = async (peer: Peer, what: string) => {
    const { found } = await peer.ask({ command: "found", id: "track" });
    return (found as Record<string, number[]>)[what];
  };
  // The count of batches is what the authors' own rule asks for here; both sides then draw as many,
  // so that their standard errors are equal.
  let count = 200;
  const judge = peers.at(0);
  if (judge) {
    await make(judge, count);
    await judge.ask({ command: "run", id: "track", variant: "by rule", repeats: 1 });
    const [value, stderr, n] = await foundBy(judge, "by rule");
    count = n;
    console.log(
      `\nthe authors' rule takes ${n} batches: batch sharpness ${value.toPrecision(4)} ± ${stderr.toPrecision(2)}`,
    );
  }
  for (const peer of peers) {
    await make(peer, count);
    for (const what of measures) sets[what].push(peerContender(peer, "track", what));
  }
  const runtimes = options.threads.map((threads) => nodeRuntime({ threads }));
  const ours: Record<string, string> = {};
  for (const runtime of runtimes) {
    const { threads } = runtime;
    const problem = problemOf(given);
    const part = problemOf({
      ...given,
      count: subset,
      inputs: given.inputs.subarray(0, subset * sizeOf(given.model.inputShape)),
      labels: given.labels.subarray(0, subset),
    });
    const operator = await hessianOperator(runtime, part, given.parameters);
    const quadratics = await batchQuadratics(runtime, problem, batch);
    let draws = 0;
    const add = (what: Measure, name: string, work: () => Promise<string>) =>
      sets[what].push({
        name: `Thalweg, ${name}`,
        side: "ours",
        threads,
        run: (repeats) => timed(repeats, async () => void (ours[what] = await work())),
      });
    add("lambda max", "Lanczos", async () => {
      await operator.setPoint(given.parameters);
      const how = { tolerance, start: given.vector, verify: false };
      const { pairs, products } = await lanczos(operator, startOf, how);
      return `${pairs[0].value.toPrecision(5)} in ${products} products`;
    });
    add("batch sharpness", "batch sharpness", async () => {
      const sampler = uniformBatches(stream(String(draws++), "bench"), samples, batch);
      const rule = { relativeStderr: 0, minSamples: count, maxSamples: count };
      const found = await batchSharpness(quadratics, given.parameters, sampler, rule);
      const { value, stderr, samples: n } = found;
      return `${value.toPrecision(4)} ± ${stderr.toPrecision(2)} from ${n} batches`;
    });
  }
  const best: Record<string, { ours: number; peer: number }> = {};
  for (const what of measures) {
    const timings = await interleave(sets[what], Math.min(options.runs, mostRounds));
    printComparison(`${what}, ${given.model.name}, ${given.loss}`, timings);
    console.log(`  ours finds ${ours[what]}`);
    const least = (side: string) =>
      Math.min(...timings.filter((t) => t.side === side).map(({ seconds }) => median(seconds)));
    best[what] = { ours: least("ours"), peer: least("peer") };
    for (const peer of peers.slice(0, 1)) {
      const found = await foundBy(peer, what);
      console.log(`  PyTorch finds ${found.map((x) => x.toPrecision(5)).join(", ")}`);
    }
  }
  const perCycle = (side: "ours" | "peer") =>
    best["lambda max"][side] +
    (cadence.lambdaMax / cadence.batchSharpness) * best["batch sharpness"][side];
  console.log(
    `\n  tracking, per ${cadence.lambdaMax} steps: ours ${(1000 * perCycle("ours")).toFixed(0)} ms, ` +
      `PyTorch ${(1000 * perCycle("peer")).toFixed(0)} ms, ${(perCycle("peer") / perCycle("ours")).toFixed(2)}×, target 5×`,
  );
  for (const peer of peers) await peer[Symbol.asyncDispose]();
  for (const runtime of runtimes) await runtime.dispose();
}
