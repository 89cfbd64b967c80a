// What crossing into ONNX Runtime costs: inputs, outputs, a call.
import { add, input, mul, sum, type Tensor } from "../src/graph/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import type { Executable } from "../src/runtime/index.ts";
import { median, quantile, timed, interleave, type Contender } from "./timing.ts";

const floats = 2 ** 20;

export async function run(): Promise<void> {
  const runtime = nodeRuntime();
  const x = input([floats], "float32", "x");
  const s = input([], "float32", "s");
  const four = [0, 1, 2, 3].map((i) => input([floats / 4], "float32", `x${i}`));
  const large = new Float32Array(floats).map((_, i) => (i % 7) - 3);
  const quarters = four.map((_, i) => large.subarray((i * floats) / 4, ((i + 1) * floats) / 4));
  const one = Float32Array.of(1.5);
  const total = (parts: readonly Tensor[]) => parts.map((t) => sum(t)).reduce((a, b) => add(a, b));

  const contenders: Contender[] = [];
  const measure = async (
    name: string,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    data: readonly Float32Array[],
  ) => {
    const compiled: Executable = await runtime.compile({ inputs, outputs }, { threads: 1 });
    const run = (repeats: number) => timed(repeats, () => compiled.run(data));
    contenders.push({ name, side: "ours", threads: 1, run });
  };
  await measure("a number in, a number out", [s], [mul(s, 2)], [one]);
  await measure("4 MB in, their sum out", [x], [sum(x)], [large]);
  await measure("4 MB in as four views, their sum out", four, [total(four)], quarters);
  await measure("4 MB in, 4 MB out", [x], [mul(x, 2)], [large]);
  await measure(
    "4 MB in, 4 MB out in four",
    four,
    four.map((t) => mul(t, 2)),
    quarters,
  );
  await measure("4 MB in, doubled inside, their sum out", [x, s], [sum(mul(x, s))], [large, one]);
  contenders.push({
    name: "in JavaScript: a new array, copied into",
    side: "ours",
    threads: 1,
    run: (repeats) => timed(repeats, () => Promise.resolve(large.slice())),
  });
  const results = await interleave(contenders);
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log(`\nTransfers, ${floats} float32, one thread`);
  for (const { name, seconds } of results) {
    const [low, mid, high] = [
      quantile(seconds, 0.25),
      median(seconds),
      quantile(seconds, 0.75),
    ].map((value) => (1e6 * value).toPrecision(3));
    console.log(
      `  ${name.padEnd(width)}  median ${mid} µs, quartiles ${low}–${high}, n ${seconds.length}`,
    );
  }
  await runtime.dispose();
}
