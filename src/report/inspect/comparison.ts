import type { InspectComparison, InspectResult, Quantity } from "../../measure/inspect/result.ts";
import type { Plateau } from "../figures/spec.ts";
import { formatCount, formatInterval } from "../format.ts";
import type { Block, Report, Section } from "../model.ts";
import type { Colour } from "../palette.ts";
import { intervalOf } from "./layers.ts";
import { count, fileName, measurementName, scalarsOf } from "./names.ts";
import { provenanceOf } from "./provenance.ts";
import { spectrumFigure } from "./spectrum.ts";
import { inspectWords, quantityWords } from "./words.ts";

interface Side {
  readonly name: string;
  readonly colour: Colour;
  readonly result: InspectResult;
}

/** Two models on the same samples: differences first, then both columns and what can be laid over. */
export function comparisonPage(
  comparison: InspectComparison,
  { command }: { readonly command?: string } = {},
): Report {
  const { a, b } = comparison;
  const sides: readonly [Side, Side] = [
    { name: "A", colour: "blue", result: a },
    { name: "B", colour: "vermilion", result: b },
  ];
  const sections: (Section | undefined)[] = [
    differencesSection(comparison),
    spectraSection(sides),
    batchSizesSection(sides),
    wordsSection(sides),
  ];
  return {
    title: `${fileName(a.model.file)} and ${fileName(b.model.file)}`,
    kicker: `${a.loss} loss · the same ${count(a.data.samples)} samples of ${fileName(a.data.file)}, the same draws`,
    lead: leadOf(comparison),
    sections: sections.filter((section) => section !== undefined),
    provenance: provenanceOf([a, b], command),
  };
}

/** A comparison in words: which differences are told from 0, and what they do not mean. */
export function comparisonWords({ a, b, differences }: InspectComparison): string[] {
  const told = Object.entries(differences).map(([key, quantity]) => ({
    name: measurementName(key),
    quantity,
    side: sideOf(quantity),
  }));
  const named = (side: Side3) =>
    told
      .filter((t) => t.side === side)
      .map(({ name, quantity }) => `${name} (by ${quantityWords(absolute(quantity), 3)})`);
  const sentences = [
    `A is ${fileName(a.model.file)}, B is ${fileName(b.model.file)}; both were measured on the same ${count(a.data.samples)} samples with the same draws.`,
  ];
  const [higher, lower] = [named("higher"), named("lower")];
  if (higher.length > 0) sentences.push(`B is higher in ${higher.join(", ")}.`);
  if (lower.length > 0) sentences.push(`B is lower in ${lower.join(", ")}.`);
  const open = told.filter((t) => t.side === "not told apart").map(({ name }) => name);
  if (open.length > 0) sentences.push(`Not told apart: ${open.join(", ")}.`);
  if (a.interrupted || b.interrupted)
    sentences.push("The measurement was interrupted: what both had finished is compared.");
  sentences.push(
    sameShape(a, b)
      ? "Raw sharpness is not invariant to reparametrisation: equal functions can differ in it."
      : "These are different architectures: raw sharpness is not invariant to reparametrisation and does not rank them.",
  );
  return sentences;
}

function leadOf(comparison: InspectComparison): string[] {
  const sentences = comparisonWords(comparison);
  const [first, last] = [sentences[0], sentences.at(-1)!];
  const middle = sentences.slice(1, -1).join(" ");
  return [first, ...(middle === "" ? [] : [middle]), last];
}

type Side3 = "higher" | "lower" | "not told apart";

/** Where the 95 % interval of b − a lies; an exact difference is told by its sign. */
function sideOf(difference: Quantity): Side3 | undefined {
  if (difference.value === null || !Number.isFinite(difference.value)) return undefined;
  const { value, low = value, high = value } = intervalOf(difference);
  if (low > 0) return "higher";
  if (high < 0) return "lower";
  return "not told apart";
}

function absolute(quantity: Quantity): Quantity {
  return quantity.value === null ? quantity : { ...quantity, value: Math.abs(quantity.value) };
}

function sameShape(a: InspectResult, b: InspectResult): boolean {
  const shape = ({ model }: InspectResult) => model.parameters.map((p) => p.shape.join("×")).join();
  return shape(a) === shape(b);
}

function differencesSection({ a, b, differences }: InspectComparison): Section {
  const [ofA, ofB] = [a, b].map(
    (result) => new Map(scalarsOf(result).map(({ key, quantity }) => [key, quantity])),
  );
  const keys = [...new Set([...ofA.keys(), ...ofB.keys(), ...Object.keys(differences)])];
  const cell = (quantity: Quantity | undefined) => (quantity ? quantityWords(quantity) : "");
  const table: Block = {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "quantity" },
      { label: "A", align: "end" },
      { label: "B", align: "end" },
      { label: "B − A", align: "end" },
      { label: "B is" },
    ],
    rows: keys.map((key) => [
      measurementName(key),
      cell(ofA.get(key)),
      cell(ofB.get(key)),
      differenceWords(differences[key]),
      sideCell(differences[key]),
    ]),
    caption: `Of the ${a.loss} loss. ± is one standard error; brackets hold the 95\u00A0% interval of the difference, paired where both were measured by the same draws, which is why it can be narrower than either error suggests. Higher and lower are said where it leaves out 0.`,
  };
  return { id: "differences", title: "Differences", blocks: [table] };
}

function differenceWords(difference: Quantity | undefined): string {
  if (difference === undefined) return "";
  const interval = intervalOf(difference);
  return difference.value === null || interval.low === undefined
    ? quantityWords(difference)
    : formatInterval(interval).replaceAll(" ", "\u00A0");
}

function sideCell(difference: Quantity | undefined): string {
  return (difference && sideOf(difference)) ?? "";
}

function spectraSection(sides: readonly [Side, Side]): Section | undefined {
  if (sides.some(({ result }) => !result.measurements["hessian.density"])) return undefined;
  const block: Block = {
    kind: "figure",
    figure: spectrumFigure(sides),
    caption: `Eigenvalues of the Hessian of the ${sides[0].result.loss} loss, A and B; vertical lines are eigenvalues that were computed one by one, bands 95 % intervals over probes.`,
  };
  return { id: "spectrum", title: "The spectra", blocks: [block] };
}

function batchSizesSection(sides: readonly [Side, Side]): Section | undefined {
  const series = sides.flatMap(({ name, colour, result }) => {
    const points = (result.figures.batchSizes ?? []).flatMap(({ batchSize, batchSharpness }) =>
      batchSharpness.value !== null && Number.isFinite(batchSharpness.value)
        ? [{ x: batchSize, estimate: intervalOf(batchSharpness) }]
        : [],
    );
    return points.length === 0 ? [] : [{ name, colour, points }];
  });
  if (series.length < 2) return undefined;
  const values = series.flatMap(({ points }) => points.map(({ estimate }) => estimate.value));
  const { loss, data } = sides[0].result;
  const figure: Plateau = {
    kind: "plateau",
    description: "Batch sharpness of both models against batch size.",
    xLabel: "batch size",
    yLabel: `batch sharpness of the ${loss} loss`,
    yScale:
      Math.min(...values) > 0 && Math.max(...values) > 12 * Math.min(...values) ? "log" : "linear",
    series,
    xNames: [{ x: data.samples, label: `${formatCount(data.samples)} (all)` }],
  };
  const caption = "Batch sharpness at each checkpoint, weights fixed. Bars are 95 % intervals.";
  return {
    id: "batch-sizes",
    title: "Sharpness against batch size",
    blocks: [{ kind: "figure", figure, caption }],
  };
}

function wordsSection(sides: readonly [Side, Side]): Section {
  const items = sides.map(({ name, result }) => {
    const { measured, answer, more } = inspectWords(result);
    return {
      term: `${name}: ${fileName(result.model.file)}`,
      text: [...measured, ...answer, ...more].join(" "),
    };
  });
  return { id: "each", title: "Each by itself", blocks: [{ kind: "definitions", items }] };
}
