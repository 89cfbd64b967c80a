// The files beside a model that inspect reads and writes: an optimiser's state, names, eigenvectors.
import { readNpz, readSafetensors, type Safetensors } from "../../data/index.ts";
import {
  eigenvectorFile,
  holdsOptimizerState,
  optimizerState,
  type OptimizerState,
  withModules,
} from "../../measure/index.ts";
import { readBytes, writeAtomic } from "../../node/files/index.ts";
import { ConfigError, parseClassWeights, parseNames } from "../../run/index.ts";
import type { InspectJob, Ready } from "./inspect-file.ts";

/** The state in a safetensors file or an NPZ. */
export async function readState(
  file: string,
  { model: { modules }, problem: { parameters }, context: { settings } }: Ready,
  map: string | undefined,
): Promise<OptimizerState> {
  const spec = settings.optimizer;
  const bytes = await readBytes(file);
  const given = await namesOf(map);
  const { tensors, metadata }: Pick<Safetensors, "tensors" | "metadata"> = file.endsWith(".npz")
    ? { tensors: readNpz(bytes, { file }), metadata: {} }
    : readSafetensors(bytes, { file });
  const names = withModules(given, modules, [...tensors.keys()]);
  return optimizerState(tensors, spec, parameters, { file, metadata, names });
}

/** The state of the optimiser that a checkpoint holds beside its weights, where it does. */
export function stateWithin(
  { tensors, metadata }: Safetensors,
  { problem: { parameters }, context: { settings } }: Ready,
  { file, names }: { readonly file: string; readonly names: ReadonlyMap<string, string> },
): OptimizerState | undefined {
  const options = { file, metadata, names };
  if (!holdsOptimizerState(tensors, settings.optimizer, parameters, options)) return undefined;
  return optimizerState(tensors, settings.optimizer, parameters, options);
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
export async function namesOf(path: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (path === undefined) return new Map();
  return parseNames(new TextDecoder().decode(await readBytes(path)), path);
}

/** One weight a class, from a JSON list or an NPZ with one array. */
export async function classWeightsOf(path: string): Promise<Float64Array> {
  const bytes = await readBytes(path);
  if (!path.endsWith(".npz")) return parseClassWeights(new TextDecoder().decode(bytes), path);
  const [array] = readNpz(bytes, { file: path }).values();
  if (!array) throw new ConfigError(`${path}: class weights must be an array, got none`);
  return Float64Array.from(array.data as Float64Array, Number);
}
