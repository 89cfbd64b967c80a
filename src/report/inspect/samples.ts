import type { InspectResult, SharpSample } from "../../measure/inspect/result.ts";
import { formatNumber } from "../format.ts";
import type { Block, Section } from "../model.ts";
import { count } from "./names.ts";

/** The samples with the most curvature along u₁, and those with the largest gradients. */
export function samplesSection(result: InspectResult): Section | undefined {
  const { sharpSamples = [], steepSamples = [] } = result.figures;
  const blocks: Block[] = [];
  if (sharpSamples.length > 0) blocks.push(text(sharpWords(result)), sampleTable(sharpSamples));
  if (steepSamples.length > 0)
    blocks.push(
      text(`The largest gradients: first the largest ‖gᵢ‖ of the ${result.loss} loss.`),
      sampleTable(steepSamples),
    );
  return blocks.length === 0
    ? undefined
    : { id: "samples", title: "Which samples make it sharp", blocks };
}

function sharpWords({ data, figures, loss, measurements }: InspectResult): string {
  const first = `The sharpest: first the largest curvature u₁ᵀHᵢu₁ of the ${loss} loss along the top eigenvector.`;
  const top = measurements["hessian.top"]?.[0]?.value;
  if (top === undefined || !(top > 0) || data.weighted === true) return first;
  const samples = figures.sharpSamples!;
  const sum = samples.reduce((s, { curvature }) => s + curvature, 0);
  const part = (100 * sum) / (data.samples * top);
  return `${first} λmax is the mean of this curvature over all ${count(data.samples)} samples; these ${samples.length}, ${formatNumber((100 * samples.length) / data.samples, 2)}\u00A0% of them, add up to ${formatNumber(part, part >= 100 ? 3 : 2)}\u00A0% of the sum.`;
}

function text(paragraph: string): Block {
  return { kind: "text", paragraphs: [paragraph] };
}

function sampleTable(samples: readonly SharpSample[]): Block {
  const labelled = samples.some(({ label }) => label !== undefined);
  return {
    kind: "table",
    columns: [
      { label: "row", align: "end" },
      ...(labelled ? [{ label: "label" }] : []),
      { label: "loss", align: "end" },
      { label: "u₁ᵀHᵢu₁", align: "end" },
      { label: "‖gᵢ‖", align: "end" },
    ],
    rows: samples.map(({ row, label, loss, curvature, gradientNorm }) => [
      count(row),
      ...(labelled ? [label ?? "–"] : []),
      formatNumber(loss),
      formatNumber(curvature),
      formatNumber(gradientNorm),
    ]),
  };
}
