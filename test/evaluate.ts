import type { Data, Tensor } from "../src/graph/index.ts";
import type { Runtime } from "../src/runtime/index.ts";

/** Compile, run once and dispose. */
export async function evaluate(
  runtime: Runtime,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  data: readonly Data[],
): Promise<Data[]> {
  await using compiled = await runtime.compile({ inputs, outputs });
  return await compiled.run(data);
}
