import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { folderResults } from "../node/results.ts";
import { nodeHost } from "../node/index.ts";
import { writeAtomic } from "../node/files/index.ts";
import type { ScaleName } from "../paper/paper.ts";
import { papers, type Reproducible } from "../paper/registry.ts";
import type { Reproduction } from "../paper/run-paper.ts";
import {
  ansiStyle,
  drawPicture,
  figuresOf,
  plainStyle,
  renderMarkdown,
  renderReport,
  type Report,
  verdictTable,
} from "../report/index.ts";
import { ConfigError, type Host } from "../run/index.ts";
import { exitCodes, interruptible } from "./exit.ts";
import { duration, type Output, output, processStreams } from "./output.ts";
import { indexReport } from "../paper/index-report.ts";

/** Options of `thalweg reproduce`, as the command line gives them. */
export interface ReproduceFlags {
  readonly scale: Exclude<ScaleName, "smoke">;
  /** Ids of claims, between commas. */
  readonly claims?: string | undefined;
  readonly seeds?: number | undefined;
  readonly seed?: string | undefined;
  readonly jobs?: number | undefined;
  /** Folder of report.html. */
  readonly report: string;
  /** Folder of the figures as SVG. */
  readonly figures?: string | undefined;
  /** Folder of the report as Markdown. */
  readonly markdown?: string | undefined;
  /** File for the results as JSON. */
  readonly json?: string | undefined;
  readonly dataDir?: string | undefined;
  /** Folder of the runs. */
  readonly runs: string;
  readonly quiet?: true | undefined;
}

/** Reproduce a paper's claims, or all papers', and hand back the exit code. */
export async function reproduceCommand(word: string, flags: ReproduceFlags): Promise<number> {
  const known = Object.keys(papers);
  if (word !== "all" && !known.includes(word))
    throw new ConfigError(`the paper must be one of ${known.join(", ")}, all; got ${word}`);
  if (word === "all" && flags.claims !== undefined)
    throw new ConfigError("--claims takes one paper, got all");
  const chosen = await Promise.all((word === "all" ? known : [word]).map((id) => papers[id]()));
  const streams = processStreams();
  const out = output({ quiet: flags.quiet ?? false }, streams);
  const { signal, release } = interruptible(() =>
    out.warn("stopping; finished work of the scales standard and paper is kept"),
  );
  const started = performance.now();
  await using host = nodeHost({
    runs: flags.runs,
    signal,
    threads: 1,
    ...(flags.jobs !== undefined && { jobs: flags.jobs }),
    progress: (fraction, note) => out.progress.update(fraction, note),
  });
  try {
    const found: [Reproducible, Reproduction][] = [];
    for (const paper of chosen)
      found.push([paper, await one(paper, host, flags, out, streams.colour, word === "all")]);
    if (word === "all") await writeIndex(flags, host, found, out);
    if (flags.json !== undefined) await writeJson(flags.json, found, word === "all");
    out.say(`${duration(performance.now() - started)} in all`);
    return exitCodes.ok;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    out.progress.clear();
    release();
  }
}

async function one(
  paper: Reproducible,
  host: Host,
  flags: ReproduceFlags,
  out: Output,
  colour: boolean,
  several: boolean,
): Promise<Reproduction> {
  const { scale, claims, dataDir, runs } = flags;
  const seeds = seedsOf(paper, flags);
  out.say(
    `${paper.summary}, scale ${scale}: ${seeds.length} seeds on ${host.pool.size} ${host.pool.size === 1 ? "process" : "processes"}`,
  );
  const found = await paper.reproduce(host, {
    scale,
    seeds,
    command: commandOf(paper.id, flags),
    ...(claims !== undefined && { claims: claims.split(",").map((id) => id.trim()) }),
    ...(dataDir !== undefined && { dataDir }),
    ...(scale !== "quick" && { known: folderResults(join(runs, `${paper.id}-results`)) }),
  });
  const result = { ...found, report: dated(found.report) };
  out.progress.clear();
  await mkdir(flags.report, { recursive: true });
  const place = join(flags.report, several ? `${paper.id}.html` : "report.html");
  await writeText(place, renderReport(host.document, result.report));
  if (flags.figures !== undefined)
    await writeFigures(
      several ? join(flags.figures, paper.id) : flags.figures,
      host.document,
      result.report,
    );
  if (flags.markdown !== undefined)
    await writeMarkdown(flags.markdown, paper.id, host.document, result.report);
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  out.say("");
  const style = colour ? ansiStyle : plainStyle;
  out.say(verdictTable(result.claims, { width, style }).trimEnd());
  out.say("");
  out.say(`${place} written`);
  return result;
}

/** A report never asks the clock; what is written here says when. */
const dated = (report: Report): Report => ({
  ...report,
  provenance: { ...report.provenance, date: new Date().toISOString().slice(0, 10) },
});

async function writeIndex(
  flags: ReproduceFlags,
  host: Host,
  found: readonly [Reproducible, Reproduction][],
  out: Output,
): Promise<void> {
  const place = join(flags.report, "index.html");
  const pages = found.map(([{ id, authors }, { claims, report }]) => ({
    href: `${id}.html`,
    title: report.title,
    authors,
    claims,
  }));
  await writeText(
    place,
    renderReport(
      host.document,
      indexReport(pages, flags.scale, commandOf("all", flags), host.environment),
    ),
  );
  out.say(`${place} written`);
}

/** One file for one paper, a list for all. */
async function writeJson(
  place: string,
  found: readonly [Reproducible, Reproduction][],
  several: boolean,
): Promise<void> {
  const files = found.map(([, { file }]) => file);
  const merged = {
    schema: files[0].schema,
    bandsSha256: Object.fromEntries(found.map(([{ id }, { file }]) => [id, file.bandsSha256])),
    claims: files.flatMap(({ claims }) => claims),
  };
  await writeText(place, `${JSON.stringify(several ? merged : files[0], undefined, 2)}\n`);
}

async function writeFigures(folder: string, document: Document, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, figure } of figuresOf(report))
    await writeText(join(folder, `${name}.svg`), drawPicture(document, figure));
}

/** The pictures first, so that the page never links to what is not there. */
async function writeMarkdown(
  folder: string,
  id: string,
  document: Document,
  report: Report,
): Promise<void> {
  const { text, figures } = renderMarkdown(document, report, { figures: id });
  await mkdir(join(folder, id), { recursive: true });
  for (const { name, svg } of figures) await writeText(join(folder, id, `${name}.svg`), svg);
  await writeText(join(folder, `${id}.md`), text);
}

const writeText = (place: string, text: string): Promise<void> =>
  writeAtomic(place, new TextEncoder().encode(text));

/** `--seeds` of them, counted up from `--seed` or from the scale's own first. */
function seedsOf(paper: Reproducible, { scale, seeds, seed }: ReproduceFlags): readonly string[] {
  const own = paper.seeds[scale];
  if (seeds === undefined && seed === undefined) return own;
  const first = BigInt(seed ?? own[0]);
  return Array.from({ length: seeds ?? own.length }, (_, i) => String(first + BigInt(i)));
}

function commandOf(word: string, { scale, claims, seeds, seed, dataDir }: ReproduceFlags): string {
  return [
    `thalweg reproduce ${word} --scale ${scale}`,
    claims !== undefined && `--claims ${claims}`,
    seed !== undefined && `--seed ${seed}`,
    seeds !== undefined && `--seeds ${seeds}`,
    dataDir !== undefined && `--data-dir ${JSON.stringify(dataDir)}`,
  ]
    .filter(Boolean)
    .join(" ");
}
