import { conv } from "../graph/index.ts";
import { input, sizeOf, type Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/walk.ts";
import { inputName, outputName, writeFunction } from "../onnx/writer.ts";
import type { Ort } from "./ort-runtime.ts";

const known = new WeakMap<Ort, Promise<number | undefined>>();

/**
 * How many channels ONNX Runtime's blocked convolutions take at once on this machine: 16 with AVX-512,
 * 8 with AVX2, undefined where it has none. It does not say, so that a small convolution is tried with
 * each; small whole numbers make the right one exact. Done once for each module.
 */
export function channelBlock(ort: Ort): Promise<number | undefined> {
  let found = known.get(ort);
  if (found === undefined) known.set(ort, (found = tryBlocks(ort)));
  return found;
}

/** Whether a graph has what the blocked kernels can do. */
export function hasConvolutions(outputs: readonly Tensor[]): boolean {
  return topological(outputs).some(
    ({ op, dtype }) => dtype === "float32" && (op === "conv" || op === "convInput"),
  );
}

async function tryBlocks(ort: Ort): Promise<number | undefined> {
  const plain = await convolution(ort, undefined);
  for (const block of [16, 8]) {
    // A build without these kernels refuses the model.
    const blocked = await convolution(ort, block).catch(() => undefined);
    if (blocked !== undefined && plain.every((value, i) => value === blocked[i])) return block;
  }
  return undefined;
}

async function convolution(ort: Ort, block: number | undefined): Promise<Float32Array> {
  const [x, w] = [input([1, 32, 16, 16], "float32"), input([32, 32, 3, 3], "float32")];
  const pads = [1, 1, 1, 1];
  const outputs = [conv(x, w, { pads })];
  const model = writeFunction({ inputs: [x, w], outputs }, { channelBlock: block });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = [x, w].map(({ shape }, k) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 31) % (17 + k)) - 8);
    return [inputName(k), new ort.Tensor("float32", data, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return results[outputName(0)].data as Float32Array;
}
