// The files beside a model that inspect reads and writes: an optimiser's state, names, eigenvectors.
import type { OptimiserSpec } from "../../learn/index.ts";
import { readNpz, readSafetensors } from "../../data/index.ts";
import {
  eigenvectorFile,
  optimizerState,
  type OptimizerState,
  type Problem,
} from "../../measure/index.ts";
import { readBytes, writeAtomic } from "../../node/files/index.ts";
import { ConfigError } from "../../run/index.ts";
import type { InspectJob, Ready } from "./inspect-file.ts";

/** The state in a safetensors file or an NPZ. */
export async function readState(
  file: string,
  spec: OptimiserSpec,
  { parameters }: Problem,
  map: string | undefined,
): Promise<OptimizerState> {
  const bytes = await readBytes(file);
  const names = await namesOf(map);
  if (file.endsWith(".npz"))
    return optimizerState(readNpz(bytes, { file }), spec, parameters, { file, names });
  const { tensors, metadata } = readSafetensors(bytes, { file });
  return optimizerState(tensors, spec, parameters, { file, metadata, names });
}

/** The eigenvectors that were found for the measurements, where a file is named. */
export async function writeVectors(
  { context, problem, file }: Ready,
  { vectors, signal, out, config }: InspectJob,
): Promise<void> {
  if (vectors === undefined || signal.aborted) return;
  const { top } = await context.hessianPairs();
  const bytes = eigenvectorFile(problem, top, {
    model: file.sha256,
    loss: config.loss,
    samples: String(problem.data.count),
    seed: config.seed,
  });
  await writeAtomic(vectors, bytes);
  out.say(out.style("dim", `written to ${vectors}`));
}

/** Names in the model to names elsewhere. */
export async function namesOf(path: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (path === undefined) return {};
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder().decode(await readBytes(path)));
  } catch (error) {
    throw error instanceof SyntaxError ? new ConfigError(`${path}: must be JSON`) : error;
  }
  if (
    typeof read !== "object" ||
    read === null ||
    !Object.values(read).every((x) => typeof x === "string")
  )
    // prettier-ignore
    throw new ConfigError(`${path}: must be a mapping of names to names`);
  return read as Record<string, string>;
}
