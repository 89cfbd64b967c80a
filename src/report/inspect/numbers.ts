import type { InspectResult, Quantity } from "../../measure/inspect/result.ts";
import { formatNumber } from "../format.ts";
import type { Block, Section } from "../model.ts";
import { count, measurementName, scalarsOf } from "./names.ts";
import { quantityWords } from "./words.ts";

/** Every scalar with its error, samples and method; what is missing, with the reason. */
export function numbersSection(result: InspectResult): Section | undefined {
  const blocks: Block[] = [];
  const scalars = scalarsOf(result);
  if (scalars.length > 0)
    blocks.push({
      kind: "table",
      narrow: "stack",
      columns: [
        { label: "quantity" },
        { label: "value", align: "end" },
        { label: "samples", align: "end" },
        { label: "method" },
      ],
      rows: scalars.map(({ name, quantity }) => [
        name,
        quantityWords(quantity),
        samplesWords(quantity),
        methodWords(quantity, result.settings.until !== undefined),
      ]),
      caption: `Of the ${result.loss} loss. ± is one standard error; numbers without it are exact but for rounding. Samples are what the estimator drew: probes, batches or data.`,
    });
  const diagonal = result.measurements["hessian.diagonal"];
  if (diagonal) {
    const { minimum, maximum, mean, negative, stderr, method } = diagonal;
    const error =
      stderr === undefined ? "" : `; root mean square error of an entry ${formatNumber(stderr, 2)}`;
    blocks.push({
      kind: "text",
      paragraphs: [
        `The Hessian’s diagonal lies between ${formatNumber(minimum)} and ${formatNumber(maximum)} with mean ${formatNumber(mean)}; ${formatNumber(100 * negative, 2)}\u00A0% of its entries are negative (${method}${error}).`,
      ],
    });
  }
  if (result.missing.length > 0)
    blocks.push({
      kind: "table",
      narrow: "stack",
      columns: [{ label: "not measured" }, { label: "because" }],
      rows: result.missing.map(({ name, reason }) => [measurementName(name), reason]),
    });
  return blocks.length === 0 ? undefined : { id: "numbers", title: "All numbers", blocks };
}

function samplesWords({ samples, excluded }: Quantity): string {
  if (samples === undefined) return "";
  return excluded === undefined || excluded === 0
    ? count(samples)
    : `${count(samples)}, less ${count(excluded)} without a value`;
}

function methodWords({ method, status, note, value }: Quantity, asked: boolean): string {
  const parts = [method];
  if (status === "max-iterations") parts.push("not converged");
  if (status === "max-samples" && asked) parts.push("the error bar asked for was not reached");
  if (note !== undefined && !(value === null && status === "too-large")) parts.push(note);
  return parts.join("; ");
}
