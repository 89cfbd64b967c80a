// How the time of a product with the Hessian grows with samples and with parameters: the slope of its
// logarithm, 1 where it is linear. One thread, the frontier kept as far as the usual budget goes.
import { hessianOperator } from "../src/measure/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { fitLine } from "../src/statistics/index.ts";
import { options } from "./options.ts";
import { benchCase, type Case, problemOf } from "./problems.ts";
import { median, quantile, timed } from "./timing.ts";

export async function run(): Promise<void> {
  const wide = (width: number) => benchCase("mlp", 512, { hidden: [width, width] });
  if (options.wanted("mlp-samples"))
    await slope("samples", "MLP 784-200-200-10", [512, 1024, 2048, 4096, 8192], (n) =>
      benchCase("mlp", n),
    );
  if (options.wanted("cnn-samples"))
    await slope("samples", "CNN", [64, 128, 256, 512, 1024], (n) => benchCase("cnn", n));
  if (options.wanted("parameters"))
    await slope("parameters", "MLP 784-w-w-10, 512 samples", [12, 40, 120, 350, 1000, 2800], wide);
}

async function slope(
  what: "samples" | "parameters",
  of: string,
  sizes: readonly number[],
  make: (size: number) => Promise<Case>,
): Promise<void> {
  console.log(`\ntime of a product against ${what}: ${of}`);
  const [xs, ys]: number[][] = [[], []];
  for (const size of sizes) {
    const given = await make(size);
    await using runtime = nodeRuntime({ threads: 1 });
    await using operator = await hessianOperator(runtime, problemOf(given), given.parameters);
    const out = new Float32Array(operator.dim);
    await operator.apply(given.vector, out);
    const seconds: number[] = [];
    for (let round = 0; round < options.runs; round++)
      seconds.push(await timed(1, () => operator.apply(given.vector, out)));
    const n = what === "samples" ? given.count : operator.dim;
    const ms = (q: number) => (1000 * quantile(seconds, q)).toPrecision(3);
    const { chunks, resident } = operator.plan;
    console.log(
      `  ${n}: median ${ms(0.5)} ms, quartiles ${ms(0.25)}–${ms(0.75)}, ` +
        `${((1e9 * median(seconds)) / n).toPrecision(3)} ns for each, ${resident} of ${chunks} chunks kept`,
    );
    xs.push(Math.log(n));
    ys.push(Math.log(median(seconds)));
  }
  const { value, low, high } = fitLine(xs, ys, { seed: "0" }).slope;
  console.log(`  slope ${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);
}
