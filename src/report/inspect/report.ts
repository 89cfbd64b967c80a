import type { InspectComparison, InspectResult } from "../../measure/inspect/result.ts";
import type { Paragraph, Report, Section } from "../model.ts";
import { renderReport } from "../page.ts";
import { batchSizesSection } from "./batch-sizes.ts";
import { checkpointsSection } from "./checkpoints.ts";
import { comparisonPage } from "./comparison.ts";
import { eigenvectorsSection } from "./eigenvectors.ts";
import { landscapeSection } from "./landscape.ts";
import { layersSection } from "./layers.ts";
import { count, fileName } from "./names.ts";
import { numbersSection } from "./numbers.ts";
import { provenanceOf } from "./provenance.ts";
import { samplesSection } from "./samples.ts";
import { spectrumSection } from "./spectrum.ts";
import { thresholdsSection } from "./thresholds.ts";
import { inspectWords } from "./words.ts";

export interface InspectReportOptions {
  /** As it was typed; written from the settings otherwise. */
  readonly command?: string;
}

/**
 * What `inspect` measured, of one model or two, as one HTML file: words first, then the pictures, then
 * every number and where it comes from. What was not measured leaves its section out.
 */
export function inspectReport(
  result: InspectResult | InspectComparison,
  document: Document,
  options: InspectReportOptions = {},
): string {
  return renderReport(
    document,
    result.schema === "thalweg/inspect@1"
      ? inspectPage(result, options)
      : comparisonPage(result, options),
  );
}

/** The page as data, for who wants its figures one by one. */
export function inspectPage(result: InspectResult, { command }: InspectReportOptions = {}): Report {
  const { measured, answer, more, caveats } = inspectWords(result);
  const { data, loss, model } = result;
  const paragraphs: Paragraph[] = [measured, answer, more, caveats]
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => stressed(sentences.join(" ")));
  const sections: (Section | undefined)[] = [
    checkpointsSection(result),
    thresholdsSection(result),
    spectrumSection(result),
    batchSizesSection(result),
    eigenvectorsSection(result),
    layersSection(result),
    samplesSection(result),
    landscapeSection(result),
    numbersSection(result),
  ];
  return {
    title: fileName(model.file),
    kicker: `${loss} loss · ${count(model.parameterCount)} parameters · ${count(data.samples)} samples of ${fileName(data.file)}`,
    lead: paragraphs,
    sections: sections.filter((section) => section !== undefined),
    provenance: provenanceOf([result], command),
  };
}

/** The reservation on which all else stands, stressed. */
function stressed(text: string): Paragraph {
  const words = "at this checkpoint";
  const at = text.indexOf(words);
  if (at < 0) return text;
  return [text.slice(0, at), { kind: "em", text: words }, text.slice(at + words.length)];
}
