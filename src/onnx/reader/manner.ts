import { sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { ModelOptions } from "./model-options.ts";
import type { Notebook } from "./notes.ts";
import type { Program } from "./program.ts";
import type { Raised } from "./raise-program.ts";
import { OnnxError, refuse } from "./refuse.ts";

/** How a batch is run: the graph at that size, sample by sample side by side, or at its one size. */
export type Manner = "direct" | "mapped" | "sample" | { readonly fixed: number };

/** Batches that the structure is looked at with: no size that would occur by chance. */
export const probeSize = 3;

/** Which batches the file allows, found out by raising it at several sizes. */
export function mannerOf(
  program: Program,
  perSample: boolean,
  probe: (samples: number) => Raised,
  note: Notebook["note"],
  { batchNorm }: ModelOptions,
): Manner {
  const { file, target, readsShapes } = program;
  const fits = (samples: number) => {
    const { output, rows, mixing } = probe(samples);
    if (mixing) refuse(mixing, "mixes the samples of a batch");
    requireRows(target, output, rows, samples);
  };
  const attempt = (samples: number): OnnxError | undefined => {
    try {
      fits(samples);
      return undefined;
    } catch (error) {
      if (error instanceof OnnxError) return error;
      throw error;
    }
  };
  if (perSample) {
    probe(1);
    note("one-by-one", 1, "the file takes one sample and is run on each");
    return "sample";
  }
  const said = file.shape[0];
  if (typeof said === "number" && said > 1) {
    fits(said);
    return attempt(2 * said + 1) === undefined ? "direct" : { fixed: said };
  }
  // Written for one sample, a file says nothing of several: each must go through it as if alone.
  if (said === 1 && readsShapes && batchNorm !== "batch") {
    probe(1);
    return "mapped";
  }
  const failure = attempt(probeSize);
  if (failure === undefined) return "direct";
  const meet = failure.message.endsWith("mixes the samples of a batch");
  if ((said !== 1 && meet) || failure.message.endsWith("does not depend on the input"))
    throw failure;
  try {
    probe(1);
  } catch {
    throw failure;
  }
  if (said !== 1) note("one-by-one", 1, `samples are run each as a batch of 1, since with more: ${failure.message}`); // prettier-ignore
  return "mapped";
}

export function requireRows(
  target: string,
  output: Tensor,
  rows: Raised["rows"],
  samples: number,
): void {
  const place = `output ${target}`;
  if (rows === "free") refuse(place, "does not depend on the input");
  if (rows !== sizeOf(output.shape.slice(1)) || output.shape[0] !== samples)
    refuse(place, `samples must lie along its first axis, got [${output.shape.join(", ")}] for ${samples}`); // prettier-ignore
}
