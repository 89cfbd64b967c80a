import type { InspectResult, Threshold } from "../../measure/inspect/result.ts";
import type { Plateau, Reference } from "../figures/spec.ts";
import { formatCount } from "../format.ts";
import type { Block, Section } from "../model.ts";
import { intervalOf } from "./layers.ts";
import { formatRate, quantityName } from "./words.ts";

/** Sharpness at this checkpoint against batch size, with the lines of the optimiser. */
export function batchSizesSection(result: InspectResult): Section | undefined {
  const { batchSizes } = result.figures;
  if (!batchSizes || batchSizes.length === 0) return undefined;
  const { loss, settings, data, measurements } = result;
  const top = measurements["hessian.top"]?.[0]?.value;
  const lines = linesOf(measurements.thresholds ?? []);
  const series = [
    { name: "batch sharpness", colour: "vermilion", of: "batchSharpness" },
    { name: "mini-batch sharpness", colour: "green", of: "miniBatchSharpness" },
  ] as const;
  const drawn = series
    .map(({ name, colour, of }) => ({
      name,
      colour,
      points: batchSizes.flatMap(({ batchSize, [of]: quantity }) =>
        quantity && quantity.value !== null && Number.isFinite(quantity.value)
          ? [{ x: batchSize, estimate: intervalOf(quantity) }]
          : [],
      ),
    }))
    .filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return undefined;
  const reference: Reference[] = [
    ...(top !== undefined && top > 0 ? [{ y: top, label: "λmax" }] : []),
    ...lines.map(({ y, label }) => ({ y, label })),
  ];
  const figure: Plateau = {
    kind: "plateau",
    description: `Sharpness of the ${loss} loss against batch size from ${batchSizes[0].batchSize} to ${batchSizes.at(-1)!.batchSize} at one checkpoint.`,
    xLabel: "batch size",
    yLabel: `sharpness of the ${loss} loss`,
    yScale: isWide(drawn, reference) ? "log" : "linear",
    series: drawn,
    reference,
    xNames: [{ x: data.samples, label: `${formatCount(data.samples)} (all)` }],
  };
  const rate = settings.learningRate;
  const above =
    rate === undefined
      ? "No learning rate was given, so no line of the optimiser is drawn."
      : lines.length === 0
        ? ""
        : `At η = ${formatRate(rate)} the ${lines.length === 1 ? "line is" : "lines are"} ${lines.map(({ said }) => said).join("; ")}: what lies above is beyond.`;
  const block: Block = {
    kind: "figure",
    figure,
    caption:
      `At this checkpoint, at fixed weights: training with another batch size would lead elsewhere. Bars are 95 % intervals over batches ${settings.replacement ? "with" : "without"} replacement. ${above}`.trim(),
  };
  return { id: "batch-sizes", title: "Sharpness against batch size", blocks: [block] };
}

interface Line extends Reference {
  readonly said: string;
}

/** The optimiser's lines at the given rate for curvatures in the units of the loss, equal ones once. */
function linesOf(thresholds: readonly Threshold[]): Line[] {
  const lines = new Map<number, Line>();
  for (const { quantity, formula, at } of thresholds) {
    if (at === undefined || !Number.isFinite(at.threshold) || !(at.threshold > 0)) continue;
    if (quantity !== "hessian.top" && !quantity.endsWith("batch-sharpness")) continue;
    const key = Number(at.threshold.toPrecision(9));
    const said = `${formula} for ${quantityName(quantity)}`;
    const before = lines.get(key);
    lines.set(key, {
      y: at.threshold,
      label: before?.label ?? formula,
      said: before && before.said !== said ? `${before.said} and ${quantityName(quantity)}` : said,
    });
  }
  return [...lines.values()];
}

function isWide(drawn: Plateau["series"], reference: readonly Reference[]): boolean {
  const values = [
    ...drawn.flatMap(({ points }) => points.map(({ estimate }) => estimate.value)),
    ...reference.map(({ y }) => y),
  ];
  return Math.min(...values) > 0 && Math.max(...values) > 12 * Math.min(...values);
}
