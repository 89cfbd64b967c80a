import type { EscapeResult, ReplicaResult, SweepResult } from "../../diffusion/index.ts";
import { formatNumber } from "../format.ts";
import type { Citation, Paragraph, Provenance, Report, Section } from "../model.ts";
import { renderReport } from "../page.ts";
import { landscapeSection } from "./landscape.ts";
import { estimateText, formatCount, numbersSection, theorySection } from "./numbers.ts";
import { checkpointSection, replicaLead, tracksSection } from "./replicas.ts";
import { survivalSection } from "./survival.ts";
import { sweepSection } from "./sweep.ts";

export interface EscapeReportOptions {
  /** As it was typed. */
  readonly command: string;
  readonly versions: Provenance["versions"];
}

/** What `escape` measured, one experiment, a sweep or replicas of a run, as one HTML file. */
export function escapeReport(
  result: EscapeResult | SweepResult | ReplicaResult,
  document: Document,
  options: EscapeReportOptions,
): string {
  return renderReport(document, escapePage(result, options));
}

/** The page as data. */
export function escapePage(
  found: EscapeResult | SweepResult | ReplicaResult,
  options: EscapeReportOptions,
): Report {
  return "tracks" in found ? replicasPage(found, options) : landscapePage(found, options);
}

function replicasPage(found: ReplicaResult, { command, versions }: EscapeReportOptions): Report {
  const { spec, training, theory, throughput } = found;
  const sections = [
    checkpointSection(found),
    tracksSection(found),
    survivalSection(found),
    theorySection(found),
    numbersSection(found),
  ];
  return {
    title: "Escape from a checkpoint",
    kicker: `${spec.run} at step ${formatCount(spec.at)} · ${training.loss} · ${training.optimiser}`,
    lead: replicaLead(found),
    sections: sections.filter((section) => section !== undefined),
    provenance: {
      command,
      configuration: JSON.stringify(spec, undefined, 2),
      seeds: [spec.seed],
      versions,
      duration: `${formatNumber(throughput.seconds)} s`,
      citations: citations([{ theory }]),
    },
  };
}

function landscapePage(
  found: EscapeResult | SweepResult,
  { command, versions }: EscapeReportOptions,
): Report {
  const results = "points" in found ? found.points.map(({ result }) => result) : [found];
  const [first] = results;
  const sections: (Section | undefined)[] =
    "points" in found
      ? [sweepSection(found), ...results.slice(-1).flatMap((last) => [survivalSection(last)])]
      : [landscapeSection(found), survivalSection(found), theorySection(found), numbersSection(found)]; // prettier-ignore
  const seconds = results.reduce((sum, { throughput }) => sum + throughput.seconds, 0);
  return {
    title: "Escape from a minimum",
    kicker: `${landscapeName(first)} · ${first.noise.name} noise · ${first.target} target`,
    lead: "points" in found ? sweepLead(found) : lead(found),
    sections: sections.filter((section) => section !== undefined),
    provenance: {
      command,
      configuration: JSON.stringify(found.spec, undefined, 2),
      seeds: [first.spec.seed],
      versions,
      duration: `${formatNumber(seconds)} s`,
      citations: citations(results),
    },
  };
}

/** The formula where it is short, otherwise the name. */
const landscapeName = ({ potential: { name, formula } }: EscapeResult): string =>
  formula.length <= 48 ? `V = ${formula}` : name;

function lead(result: EscapeResult): Paragraph[] {
  const { meanFirstPassageTime: time, steps, spec, exit, reference, notes } = result;
  const theory = reference === null ? undefined : result.theory[reference];
  const start = `From (${spec.start.join(", ")}) until ${exit.text}, ${formatCount(time.samples)} walkers took`;
  const found =
    time.value === null
      ? `${start} longer than they were followed: the mean is ${estimateText(time)}.`
      : `${start} ${estimateText(time)} on average, ${estimateText(steps)} steps of ${result.eta}.`;
  const held =
    theory?.time === null || theory?.time === undefined || time.value === null
      ? "No theory at hand applies to this landscape and noise."
      : `${capital(theory.name)} says ${formatNumber(theory.time)}: the measured mean is ${(time.value / theory.time).toFixed(3)} of it${within(time.low, time.high, theory.time) ? ", and its interval covers it" : ", and its interval does not cover it"}.`;
  return [`${found} ${held}`, ...(notes.length > 0 ? [sentences(notes)] : [])];
}

const within = (low: number, high: number | null, x: number) =>
  low <= x && (high === null || x <= high);

const capital = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}`;
const sentences = (notes: readonly string[]) => notes.map((note) => `${capital(note)}.`).join(" ");

function sweepLead({
  parameter,
  points,
  fits,
  predicted,
  theoreticalSlope,
}: SweepResult): Paragraph[] {
  const best = fits[0];
  const range = `${points.length} values of ${parameter} from ${formatNumber(points[0].value)} to ${formatNumber(points.at(-1)!.value)}`;
  if (best === undefined) return [`${range}: too few means for a law.`];
  const stated = fits.find(({ abscissa }) => abscissa === predicted);
  const slope =
    stated === undefined
      ? ""
      : ` Theory names ${predicted}: slope ${formatNumber(stated.slope.value)} measured${theoreticalSlope.reference === null ? "" : `, ${formatNumber(theoreticalSlope.reference)} by theory at these points`}.`;
  return [`Over ${range}, ln τ is nearest a line in ${best.abscissa}.${slope}`];
}

/** Sources of the theories that were used. */
function citations(results: readonly Pick<EscapeResult, "theory">[]): Citation[] {
  const texts = new Set(
    results.flatMap(({ theory }) => Object.values(theory).map((t) => t.source)),
  );
  return [...texts].filter(Boolean).map((text, i) => {
    const url = /https?:\/\/\S+/.exec(text)?.[0];
    return { key: `source${i + 1}`, text, ...(url !== undefined && { url }) };
  });
}
