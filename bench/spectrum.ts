// Top eigenvalues to one residual, the trace to one standard error and the density from as many
// probes, against PyHessian as shipped and against Lanczos and quadrature on PyTorch with the graph
// kept; then how the time of a product grows with samples and parameters.
import {
  hessianOperator,
  hutchinsonTrace,
  eigenpairs,
  spectralQuadrature,
} from "../src/measure/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { stream } from "../src/random/index.ts";
import { options } from "./options.ts";
import { type Peer, peerContender, torchPeers } from "./peer.ts";
import { benchCase, handOver, type ModelName, problemOf } from "./problems.ts";
import { printComparison } from "./table.ts";
import { type Contender, interleave, timed } from "./timing.ts";

/** What both sides are asked for. */
const usual = { count: 10, tolerance: 1e-3, relativeStderr: 0.1, probes: 2, steps: 40 };
/** For networks whose products take about a second. */
const fewer = { ...usual, relativeStderr: 0.25, probes: 1 };

interface SpectrumCase {
  readonly kind: ModelName;
  readonly samples: number;
  /** Divides the widths: at full width a product over 1,000 samples takes 4 to 10 s of a core, and a search a hundred. */
  readonly narrow?: number;
  readonly asked: typeof usual;
  readonly target: number;
}

const cases: readonly SpectrumCase[] = [
  { kind: "mlp", samples: 1000, asked: usual, target: 1.5 },
  { kind: "mlp", samples: 10_000, asked: usual, target: 1.5 },
  { kind: "cnn", samples: 1000, narrow: 8, asked: fewer, target: 1 },
  { kind: "resnet8", samples: 1000, narrow: 4, asked: fewer, target: 1 },
];
const tasks = ["top", "trace", "density"] as const;

export async function run(): Promise<void> {
  const peers = options.peer ? await torchPeers() : [];
  for (const own of cases) {
    const label = `${own.kind}-${own.samples}`;
    if (options.wanted(label)) await compare(own, label, peers);
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
}

async function compare(
  { kind, samples, narrow = 1, asked, target }: SpectrumCase,
  label: string,
  peers: readonly Peer[],
): Promise<void> {
  const given = await benchCase(kind, samples, { narrow });
  const problem = problemOf(given);
  const contenders: Record<(typeof tasks)[number], Contender[]> = {
    top: [],
    trace: [],
    density: [],
  };
  const found: string[] = [];
  let traceProbes = 0;
  const held: AsyncDisposable[] = [];
  for (const threads of options.threads) {
    const runtime = nodeRuntime({ threads });
    held.push(runtime);
    const operator = await hessianOperator(runtime, problem, given.parameters, {
      byteBudget: 2 ** 31,
    });
    held.push(operator);
    const draws = stream("1", "spectrum");
    // The peers' searches do not look for what one sequence may miss.
    const searched = async (verify: boolean) => {
      const { count: top, tolerance } = asked;
      const { top: pairs, products } = await eigenpairs(operator, draws, {
        top,
        tolerance,
        verify,
      });
      return `${pairs[0].value} … ${pairs.at(-1)!.value}, ${products} products`;
    };
    // The rule says once how many probes the standard error takes; all sides then draw so many.
    traceProbes ||= (
      await hutchinsonTrace(operator, draws, {
        relativeStderr: asked.relativeStderr,
        minSamples: 16,
        maxSamples: 400,
      })
    ).samples;
    const trace = async () => {
      const rule = { relativeStderr: 0, minSamples: traceProbes, maxSamples: traceProbes };
      const { value, stderr, products } = await hutchinsonTrace(operator, draws, rule);
      return `${value} ± ${stderr}, ${products} products`;
    };
    const density = async () => {
      const { probes, steps } = asked;
      const { products } = await spectralQuadrature(operator, draws, { probes, steps });
      return `${products} products`;
    };
    const top = () => searched(false);
    const work = { top, trace, density };
    contenders.top.push({
      name: "Thalweg, verified",
      side: "ours",
      threads,
      run: (repeats) => timed(repeats, () => searched(true)),
    });
    for (const task of tasks) {
      if (threads === options.threads[0]) found.push(`Thalweg, ${task}: ${await work[task]()}`);
      const run = (repeats: number) => timed(repeats, work[task]);
      contenders[task].push({ name: "Thalweg", side: "ours", threads, run });
    }
    if (threads === options.threads[0]) {
      found.push(`Thalweg, top, verified: ${await searched(true)}`);
      found.push(await share(label, operator, asked, work.density));
    }
  }
  for (const peer of peers) {
    const request = await handOver(peer, given);
    const answer = await peer.ask({
      command: "make",
      task: "spectrum",
      id: label,
      ...request,
      ...asked,
      traceProbes,
    });
    for (const variant of answer.variants as string[]) {
      const task = tasks.find((name) => variant.startsWith(name))!;
      contenders[task].push(peerContender(peer, label, variant));
    }
  }
  for (const task of tasks) {
    const timings = await interleave(contenders[task]);
    printComparison(
      `${task}, ${given.model.name}${narrow > 1 ? ` of 1/${narrow} of its width` : ""} (${given.model.parameterCount} parameters), ${given.count} samples`,
      timings,
      target,
    );
  }
  for (const peer of peers.slice(0, 1)) {
    const { found: values } = await peer.ask({ command: "found", id: label });
    for (const [name, value] of Object.entries(values as Record<string, unknown>))
      found.push(`PyTorch, ${name}: ${JSON.stringify(value)}`);
  }
  for (const line of found) console.log(`  ${line}`);
  for (const peer of peers) await peer.ask({ command: "drop", id: label });
  for (const thing of held.toReversed()) await thing[Symbol.asyncDispose]();
}

/** How much of a density is products, and how much the orthogonalisation and copies beside them. */
async function share(
  label: string,
  operator: Awaited<ReturnType<typeof hessianOperator>>,
  { probes, steps }: typeof usual,
  work: () => Promise<string>,
): Promise<string> {
  const [v, out] = [new Float32Array(operator.dim).fill(1e-3), new Float32Array(operator.dim)];
  const product = await timed(10, () => operator.apply(v, out));
  const whole = await timed(1, work);
  const products = (product / 10) * probes * steps;
  return `${label}: products ${((100 * products) / whole).toFixed(0)} % of the density's ${whole.toFixed(2)} s`;
}
