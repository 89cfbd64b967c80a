import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { folderResults } from "../node/results.ts";
import { nodeHost } from "../node/index.ts";
import { writeAtomic } from "../node/files/index.ts";
import { type EossReproduction, reproduceEoss as reproduce, scales } from "../paper/eoss/index.ts";
import {
  ansiStyle,
  drawFigure,
  figuresOf,
  plainStyle,
  renderReport,
  type Report,
  serialize,
  verdictTable,
} from "../report/index.ts";
import { exitCodes, interruptible } from "./exit.ts";
import { duration, output, processStreams } from "./output.ts";

/** Options of `thalweg reproduce eoss`, as the command line gives them. */
export interface ReproduceOptions {
  readonly scale: "quick" | "standard" | "paper";
  readonly seeds?: number | undefined;
  readonly seed?: string | undefined;
  readonly jobs?: number | undefined;
  /** Folder of report.html. */
  readonly report: string;
  /** Folder of the figures as SVG. */
  readonly figures?: string | undefined;
  /** File for the results as JSON. */
  readonly json?: string | undefined;
  readonly dataDir?: string | undefined;
  /** Folder of the runs. */
  readonly runs: string;
  readonly quiet?: true | undefined;
}

/** Reproduce the paper's claims and hand back the exit code. */
export async function reproduceEoss(options: ReproduceOptions): Promise<number> {
  const { scale, runs, jobs, quiet, dataDir } = options;
  const streams = processStreams();
  const out = output({ quiet: quiet ?? false }, streams);
  const seeds = seedsOf(options);
  const { signal, release } = interruptible(() =>
    out.warn("stopping; finished trainings of the scales standard and paper are kept"),
  );
  const started = performance.now();
  const conditions = scales[scale].settings.reduce((sum, s) => sum + s.conditions.length, 0);
  await using host = nodeHost({
    runs,
    signal,
    threads: 1,
    ...(jobs !== undefined && { jobs }),
    progress: (fraction, note) => out.progress.update(fraction, note),
  });
  out.say(
    `edge of stochastic stability, scale ${scale}: ${conditions} conditions × ${seeds.length} seeds on ${host.pool.size} ${host.pool.size === 1 ? "process" : "processes"}`,
  );
  try {
    const found = await reproduce(host, {
      scale,
      seeds,
      command: commandOf(options),
      ...(dataDir !== undefined && { dataDir }),
      ...(scale !== "quick" && { known: folderResults(join(runs, "eoss-results")) }),
    });
    const page = renderReport(host.document, found.report);
    const place = await write(options, page, found);
    if (options.figures !== undefined)
      await writeFigures(options.figures, host.document, found.report);
    const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
    out.say("");
    out.say(
      verdictTable(found.claims, {
        width,
        style: streams.colour ? ansiStyle : plainStyle,
      }).trimEnd(),
    );
    out.say("");
    out.say(`${place} written; ${duration(performance.now() - started)} in all`);
    return exitCodes.ok;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    out.progress.clear();
    release();
  }
}

async function write(
  { report, json }: ReproduceOptions,
  page: string,
  { file }: EossReproduction,
): Promise<string> {
  const text = new TextEncoder();
  await mkdir(report, { recursive: true });
  const place = join(report, "report.html");
  await writeAtomic(place, text.encode(page));
  if (json !== undefined)
    await writeAtomic(json, text.encode(`${JSON.stringify(file, undefined, 2)}\n`));
  return place;
}

async function writeFigures(folder: string, document: Document, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, figure } of figuresOf(report)) {
    const svg = serialize(drawFigure(document, figure, { width: 720 }));
    await writeAtomic(join(folder, `${name}.svg`), new TextEncoder().encode(`${svg}\n`));
  }
}

/** `--seeds` of them, counted up from `--seed` or from the scale's own first. */
function seedsOf({ scale, seeds, seed }: ReproduceOptions): readonly string[] {
  const own = scales[scale].seeds;
  if (seeds === undefined && seed === undefined) return own;
  const first = BigInt(seed ?? own[0]);
  return Array.from({ length: seeds ?? own.length }, (_, i) => String(first + BigInt(i)));
}

function commandOf({ scale, seeds, seed, dataDir }: ReproduceOptions): string {
  return [
    `thalweg reproduce eoss --scale ${scale}`,
    seed !== undefined && `--seed ${seed}`,
    seeds !== undefined && `--seeds ${seeds}`,
    dataDir !== undefined && `--data-dir ${JSON.stringify(dataDir)}`,
  ]
    .filter(Boolean)
    .join(" ");
}
