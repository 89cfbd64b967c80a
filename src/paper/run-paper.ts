import type { Block, ClaimVerdict, Paragraph, Report, Section } from "../report/index.ts";
import { countVerdicts } from "../report/index.ts";
import type { Host } from "../run/index.ts";
import { findSets, type Found, type Question } from "./found.ts";
import type { Paper, ScaleName } from "./paper.ts";
import { hashOfBands } from "./bands-hash.ts";
import { type VerdictFile, verdictFile } from "./verdict-file.ts";
import type { ResultCache } from "./works.ts";

export type { ResultCache } from "./works.ts";

export interface ReproduceOptions extends Question {
  /** Default: those of the paper at this scale. */
  readonly seeds?: readonly string[];
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
 * @throws RangeError for a claim that the paper does not have at this scale, and for seeds among which is the
 * pilots'.
 */
export async function reproducePaper(
  host: Host,
  paper: Paper,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const { scale } = options;
  const seeds = options.seeds ?? paper.seeds[scale];
  const { found: [found], seconds } = await findSets(host, paper, [seeds], options); // prettier-ignore
  const claims = found.flatMap((one) => one.claims);
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

interface Context extends ReproduceOptions {
  readonly bandsSha256: string;
  readonly seconds: number;
  readonly seeds: readonly string[];
  readonly host: Host;
}

function pageOf(
  paper: Paper,
  scale: ScaleName,
  found: readonly Found[],
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
    lead: [
      ...paper.lead,
      ...found.flatMap(({ finding: { headline } }) => headline ?? []),
      `Of ${claims.length} claims, ${counts}.`,
    ],
    sections: [
      section("verdicts", "Verdicts", [{ kind: "verdicts", claims }]),
      ...found.flatMap(({ experiment, finding: { blocks, sections = [] } }) => [
        ...(blocks.length === 0 ? [] : [section(experiment.id, experiment.title, blocks)]),
        ...sections,
      ]),
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
