import { createHash } from "node:crypto";
import { basename } from "node:path";
import { readSafetensors, type Safetensors } from "../../data/index.ts";
import {
  asParameter,
  type CheckpointRow,
  type InspectResult,
  storedName,
  transposeHint,
  withModules,
} from "../../measure/index.ts";
import { readBytes } from "../../node/files/index.ts";
import { writeMetrics } from "../../node/store/parquet.ts";
import { ConfigError } from "../../run/index.ts";
import {
  type InspectJob,
  prepareFile,
  type Ready,
  resultOf,
  runPlan,
  runSteps,
} from "./inspect-file.ts";
import { matchingFiles } from "./globs.ts";
import { namesOf, readState, stateWithin, writeVectors } from "./inspect-side-files.ts";
import { scalarsOf } from "./inspect-scalars.ts";

/** One compiled model over many checkpoints: the same draws at each, eigenpairs from the last ones. */
export async function inspectCheckpoints(
  path: string,
  job: InspectJob & {
    readonly weights: string;
    readonly parquet?: string | undefined;
  },
): Promise<InspectResult> {
  const files = await matchingFiles("--weights", job.weights);
  const { optimizerState } = job.config;
  const states =
    optimizerState === undefined
      ? undefined
      : pairedStates(files, await matchingFiles("--optimizer-state", optimizerState));
  if (files.length > 1 && job.vectors !== undefined)
    throw new ConfigError(`--vectors is of one checkpoint, got ${files.length} with --weights`);
  const given = await namesOf(job.map);
  const ready = await prepareFile(path, job);
  await using context = ready.context;
  const rows: CheckpointRow[] = [];
  const ownStates: string[] = [];
  let last: InspectResult | undefined;
  for (const [i, file] of files.entries()) {
    if (job.signal.aborted && last) break;
    const bytes = await readBytes(file);
    const checkpoint = readSafetensors(bytes, { file });
    const names = withModules(given, ready.model.modules, [...checkpoint.tensors.keys()]);
    const point = pointOf(ready, checkpoint, file, names);
    const state = states
      ? await readState(states[i], ready, job.map)
      : stateWithin(checkpoint, ready, { file, names });
    if (!states && state) ownStates.push(basename(file));
    try {
      await context.setPoint(point, state);
    } catch (error) {
      if (!(job.signal.aborted && last)) throw error;
      break; // what was measured before is kept
    }
    const turn = { index: i, count: files.length, name: basename(file) };
    const found = await (last ? runSteps : runPlan)(context, job, turn);
    if (found.interrupted && last && Object.keys(found.measurements).length === 0) break;
    await writeVectors(ready, job);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const result = resultOf(ready, found, job);
    last = { ...result, model: { ...result.model, weights: { file, sha256 } } };
    rows.push({ file, sha256, values: scalarsOf(found) });
  }
  if (job.parquet !== undefined)
    await writeMetrics(
      job.parquet,
      rows.flatMap(({ values }, step) =>
        Object.entries(values).flatMap(([name, { value, stderr, samples }]) =>
          value === null
            ? []
            : [
                {
                  step,
                  name,
                  value,
                  ...(stderr !== undefined && { stderr }),
                  ...(samples !== undefined && { samples }),
                },
              ],
        ),
      ),
    );
  const interrupted = last!.interrupted || rows.length < files.length;
  const notes = [...last!.notes, ...stateNotes(ownStates, rows.length)];
  return { ...last!, notes, interrupted, checkpoints: rows };
}

/** Where the state of the optimiser came from, if nobody named a file. */
function stateNotes(files: readonly string[], rows: number): string[] {
  if (files.length === 0) return [];
  const which = files.length < rows ? `, from ${files[0]} on` : "";
  return [`The optimiser's state is the one in the checkpoint${which}.`];
}

/**
 * The state file of each checkpoint, in the order of their names.
 *
 * @throws ConfigError where there are more or fewer, or the numbers in two names differ.
 */
function pairedStates(files: readonly string[], states: readonly string[]): readonly string[] {
  if (states.length !== files.length)
    throw new ConfigError(
      `--optimizer-state must match one file for each of ${files.length} checkpoints, got ${states.length}`,
    );
  const step = (file: string) => /(\d+)\D*$/.exec(basename(file))?.[1];
  const wrong = files.findIndex((file, i) => {
    const [own, other] = [step(file), step(states[i])];
    return own !== undefined && other !== undefined && Number(own) !== Number(other);
  });
  if (wrong >= 0)
    throw new ConfigError(
      `--optimizer-state must be of the same step as its checkpoint, got ${basename(states[wrong])} for ${basename(files[wrong])}`,
    );
  return states;
}

function pointOf(
  { model, problem, point }: Ready,
  { tensors }: Safetensors,
  file: string,
  names: ReadonlyMap<string, string>,
) {
  const next = problem.dtype === "float32" ? new Float32Array(point.length) : new Float64Array(point.length); // prettier-ignore
  let offset = 0;
  for (const { name, shape, data } of model.parameters) {
    const stored = storedName(name, names);
    const found = tensors.get(stored.name);
    if (found === undefined)
      throw new ConfigError(
        `${file}: must hold ${stored.name} for the parameter ${name}, got ${[...tensors.keys()].slice(0, 8).join(", ")}; name others with --map`,
      );
    const own = asParameter(found, stored);
    if (own.shape.join() !== shape.join())
      throw new ConfigError(
        `${file}: ${name} must be [${shape.join(", ")}], got [${own.shape.join(", ")}]${transposeHint(stored, own.shape, shape)}`,
      );
    next.set(own.data as Float32Array, offset);
    offset += data.length;
  }
  return next;
}
