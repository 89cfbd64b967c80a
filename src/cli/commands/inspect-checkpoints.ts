import { readdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readSafetensors } from "../../data/index.ts";
import { inspect, type CheckpointRow, type InspectResult } from "../../measure/index.ts";
import { readBytes } from "../../node/files/index.ts";
import { writeMetrics } from "../../node/store/parquet.ts";
import { ConfigError } from "../../run/index.ts";
import { type InspectJob, prepareFile, type Ready, resultOf, runPlan } from "./inspect-file.ts";
import { namesOf, writeVectors } from "./inspect-side-files.ts";
import { scalarsOf } from "./inspect-scalars.ts";

/** One compiled model over many checkpoints: the same draws at each, eigenpairs from the last ones. */
export async function inspectCheckpoints(
  path: string,
  job: InspectJob & {
    readonly weights: string;
    readonly parquet?: string | undefined;
  },
): Promise<InspectResult> {
  const files = await matching(job.weights);
  if (files.length > 1)
    for (const [flag, value] of [
      ["--optimizer-state", job.config.optimizerState],
      ["--vectors", job.vectors],
    ] as const)
      // prettier-ignore
      if (value !== undefined)
        throw new ConfigError(`${flag} is of one checkpoint, got ${files.length} with --weights`);
  const names = await namesOf(job.map);
  const ready = await prepareFile(path, job);
  await using context = ready.context;
  const rows: CheckpointRow[] = [];
  let last: InspectResult | undefined;
  for (const [i, file] of files.entries()) {
    if (job.signal.aborted && last) break;
    const bytes = await readBytes(file);
    await context.setPoint(pointOf(ready, bytes, file, names));
    const found = last
      ? await inspect(context, {
          signal: job.signal,
          onProgress: (part) => job.out.progress.update((i + part) / files.length, basename(file)),
        })
      : await runPlan(context, job);
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
  return { ...last!, checkpoints: rows };
}

/** Files of a folder whose names match, in the order of their numbers. */
async function matching(glob: string): Promise<string[]> {
  const folder = dirname(glob);
  const pattern = new RegExp(
    `^${basename(glob).replaceAll(/[\\^$.*+?()[\]{}|]/g, (c) => (c === "*" ? ".*" : c === "?" ? "." : `\\${c}`))}$`,
  );
  const all = await readdir(folder).catch(() => []); // a folder that is not there holds no match
  const found = all
    .filter((name) => pattern.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (found.length === 0)
    throw new ConfigError(`--weights must match a file, got none for ${glob}`);
  return found.map((name) => join(folder, name));
}

function pointOf(
  { model, problem, point }: Ready,
  bytes: Uint8Array,
  file: string,
  names: ReadonlyMap<string, string>,
) {
  const { tensors } = readSafetensors(bytes, { file });
  const next = problem.dtype === "float32" ? new Float32Array(point.length) : new Float64Array(point.length); // prettier-ignore
  let offset = 0;
  for (const { name, shape, data } of model.parameters) {
    const own = tensors.get(names.get(name) ?? name);
    if (own === undefined)
      throw new ConfigError(
        `${file}: must hold ${names.get(name) ?? name} for the parameter ${name}, got ${[...tensors.keys()].slice(0, 8).join(", ")}; name others with --map`,
      );
    if (own.shape.join() !== shape.join())
      throw new ConfigError(
        `${file}: ${name} must be [${shape.join(", ")}], got [${own.shape.join(", ")}]`,
      );
    next.set(own.data as Float32Array, offset);
    offset += data.length;
  }
  return next;
}
