import type { Block, ClaimVerdict, Paragraph, Report, Section } from "../report/index.ts";
import { countVerdicts } from "../report/index.ts";
import type { Host, Json } from "../run/index.ts";
import type { Experiment, Finding, Paper, Plan, ScaleName, Work } from "./paper.ts";
import { hashOfBands } from "./bands-hash.ts";
import { type VerdictFile, verdictFile } from "./verdict-file.ts";

/** Finished tasks on record, so that a long reproduction goes on where it stopped. */
export interface ResultCache {
  get(key: string): Promise<Json | undefined>;
  put(key: string, value: Json): Promise<void>;
}

export interface ReproduceOptions {
  readonly scale: ScaleName;
  /** Default: those of the paper at this scale. */
  readonly seeds?: readonly string[];
  /** Ids of claims, or of experiments; default: all. */
  readonly claims?: readonly string[];
  readonly dataDir?: string;
  /** Said in the report as the way to get it again. */
  readonly command: string;
  readonly known?: ResultCache;
}

export interface Reproduction {
  readonly claims: readonly ClaimVerdict[];
  readonly file: VerdictFile;
  readonly report: Report;
}

/**
 * Do the work of a paper's experiments on the pool, and judge its claims. Work that two experiments share
 * is done once, and what `known` has is not done again. The same verdicts for any size of the pool.
 *
 * @throws RangeError for a claim that the paper does not have, and for seeds among which is the pilots'.
 */
export async function reproducePaper(
  host: Host,
  paper: Paper,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const { scale, dataDir, known } = options;
  const seeds = options.seeds ?? paper.seeds[scale];
  if (seeds.includes(paper.pilotSeed))
    throw new RangeError(
      `seed ${paper.pilotSeed} fitted the bands of ${paper.id}: verdicts must not use it`,
    );
  const chosen = experimentsOf(paper, options.claims);
  const plan: Plan = { scale, seeds, ...(dataDir !== undefined && { dataDir }) };
  const works = chosen.map((experiment) => experiment.plan(plan));
  const results = await doAll(host, works.flat(), known);
  const found = chosen.map((experiment, i) => ({
    experiment,
    finding: experiment.judge(
      works[i].map((work) => results.get(keyOf(work, host.environment))!.value),
      plan,
    ),
  }));
  const wanted = (claim: ClaimVerdict, experiment: Experiment) =>
    options.claims === undefined ||
    options.claims.includes(claim.id) ||
    options.claims.includes(experiment.id);
  const claims = found.flatMap(({ finding, experiment }) =>
    finding.claims.filter((claim) => wanted(claim, experiment)),
  );
  const seconds = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
  const bandsSha256 = await hashOfBands(paper.bands.values);
  return {
    claims,
    file: verdictFile(paper.id, claims, { bandsSha256, seeds, seconds }),
    report: pageOf(paper, scale, found, claims, {
      ...options,
      bandsSha256,
      seconds,
      seeds,
      host,
    }),
  };
}

function experimentsOf(paper: Paper, claims: readonly string[] | undefined): Experiment[] {
  if (claims === undefined) return [...paper.experiments];
  const known = paper.experiments.flatMap(({ id, claims: own }) => [id, ...own]);
  const unknown = claims.find((claim) => !known.includes(claim));
  if (unknown !== undefined)
    throw new RangeError(
      `a claim of ${paper.id} must be one of ${known.join(", ")}, got ${unknown}`,
    );
  return paper.experiments.filter(
    ({ id, claims: own }) => claims.includes(id) || own.some((claim) => claims.includes(claim)),
  );
}

/** Everything that a piece of work depends on. */
const keyOf = ({ task, input }: Work, environment: unknown): string =>
  JSON.stringify([task, environment, input]);

interface Done {
  readonly value: Json;
  readonly seconds: number;
}

/** Each distinct piece of work once, the dearest first, so that no core waits long for the last. */
async function doAll(
  host: Host,
  works: readonly Work[],
  known: ResultCache | undefined,
): Promise<Map<string, Done>> {
  const distinct = new Map(works.map((work) => [keyOf(work, host.environment), work]));
  const queue = [...distinct].sort(([, a], [, b]) => b.cost - a.cost);
  const done = new Map<string, Done>();
  for (const [key] of queue) {
    const before = await known?.get(key);
    if (before !== undefined) done.set(key, before as unknown as Done);
  }
  const open = queue.filter(([key]) => !done.has(key));
  const total = queue.reduce((sum, [, { cost }]) => sum + cost, 0);
  const part = open.map(() => 0);
  let finished = total - open.reduce((sum, [, { cost }]) => sum + cost, 0);
  const say = (note?: string) => {
    const running = open.reduce((sum, [, { cost }], i) => sum + part[i] * cost, 0);
    host.progress(total === 0 ? 1 : (finished + running) / total, note);
  };
  say();
  // The pool takes tasks in their order: one begins where another ends.
  const began = open.map(() => performance.now());
  let next = host.pool.size;
  const writes: Promise<void>[] = [];
  await host.pool.run(
    open.map(([, { task, input, label }]) => ({ name: task, input, label })),
    {
      signal: host.signal,
      onProgress(i, fraction) {
        part[i] = fraction;
        say(open[i][1].label);
      },
      onResult(i, value) {
        const [key, { cost, label }] = open[i];
        if (next < open.length) began[next++] = performance.now();
        const result = { value, seconds: (performance.now() - began[i]) / 1000 };
        done.set(key, result);
        if (known !== undefined) writes.push(known.put(key, result));
        finished += cost;
        part[i] = 0;
        say(label);
      },
    },
  );
  await Promise.all(writes);
  return done;
}

interface Context extends ReproduceOptions {
  readonly bandsSha256: string;
  readonly seconds: number;
  readonly seeds: readonly string[];
  readonly host: Host;
}

function pageOf(
  paper: Paper,
  scale: ScaleName,
  found: readonly { readonly experiment: Experiment; readonly finding: Finding }[],
  claims: readonly ClaimVerdict[],
  context: Context,
): Report {
  const counts = countVerdicts(claims)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(", ");
  const surprises: Paragraph[] = found.flatMap(({ finding }) => finding.surprises ?? []);
  const section = (id: string, title: string, blocks: readonly Block[]): Section => ({
    id,
    title,
    blocks,
  });
  const { environment } = context.host;
  return {
    title: paper.title,
    kicker: `${paper.authors} (${paper.year}) · scale ${scale}`,
    lead: [...paper.lead, `Of ${claims.length} claims, ${counts}.`],
    sections: [
      section("verdicts", "Verdicts", [{ kind: "verdicts", claims }]),
      ...found.map(({ experiment, finding }) =>
        section(experiment.id, experiment.title, finding.blocks),
      ),
      ...(surprises.length === 0
        ? []
        : [section("surprises", "What surprised us", [{ kind: "text", paragraphs: surprises }])]),
    ],
    provenance: {
      command: context.command,
      configuration: JSON.stringify(
        found.flatMap(({ experiment }) =>
          experiment.plan({ scale, seeds: context.seeds.slice(0, 1) }).map(({ task, input }) => ({
            task,
            input,
          })),
        ),
        undefined,
        1,
      ),
      seeds: context.seeds,
      versions: [
        { name: "thalweg", value: environment.thalweg },
        { name: "Node", value: environment.node },
        { name: environment.runtime.name, value: environment.runtime.version },
        { name: "processor", value: environment.cpu },
      ],
      bands: {
        file: paper.bands.file,
        hash: context.bandsSha256,
        changes: paper.bands.changes,
      },
      duration: `${Math.round(context.seconds)} s of computing on one core`,
      citations: paper.citations,
    },
  };
}
