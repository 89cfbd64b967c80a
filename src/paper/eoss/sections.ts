import { formatNumber, type Block, type Section } from "../../report/index.ts";
import type { ConditionResult } from "./condition-task.ts";
import { replacedMean } from "./claims.ts";
import {
  batchPlateauFigure,
  criticalFigure,
  forksFigure,
  lossFigure,
  ratePlateauFigure,
  replacementFigure,
  sharpnessFigure,
} from "./figures.ts";
import { batchSweep, edge, type Findings, overSeeds, plateaus, rateSweep } from "./findings.ts";
import { lossWindow } from "./window.ts";
import { catapultRatio, criticalFactor } from "./forks.ts";

/** The sections of one setting; its title stands in each heading where there are several. */
export function settingSections(found: Findings, several: boolean): Section[] {
  const { id, title, conditions } = found.setting;
  const section = (part: string, heading: string, blocks: Block[]): Section => ({
    id: several ? `${id}-${part}` : part,
    title: several ? `${title}: ${heading}` : heading,
    blocks,
  });
  const has = (key: "forks" | "replacements") => conditions.some((c) => c[key]);
  return [
    section("along", "Along training", alongBlocks(found)),
    section("plateaus", "Where each sharpness settles", plateauBlocks(found)),
    ...(has("forks") ? [section("forks", "Interventions", forkBlocks(found))] : []),
    ...(has("replacements")
      ? [section("noise", "Other noise in the place of sampling", noiseBlocks(found))]
      : []),
    section("method", "How it was measured", methodBlocks(found)),
  ];
}

/** `the first 1,024 images of fashion-mnist/test, with 30 % random labels and with clean ones`. */
function sampleSetName({ setting, of }: Findings): string {
  const [name] = setting.conditions.flatMap((c) => of(c)).map((r) => r.sampleSet.split(" × ")[0]);
  const noisy = `${percent(setting.labelNoise)} random labels`;
  const kinds = new Set(setting.conditions.map(({ labels }) => labels));
  const labels =
    kinds.size === 2
      ? `with ${noisy} and with clean ones`
      : `with ${kinds.has("noisy") ? noisy : "clean labels"}`;
  return `the first ${setting.samples.toLocaleString("en-US")} images of ${name ?? setting.dataset}, ${labels},`;
}

/** `0.462 ± 0.018`: as many decimals as the margin has meaning. */
function plusMinus(value: number, margin: number): string {
  const decimals = Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(margin))));
  return `${value.toFixed(decimals)} ± ${margin.toFixed(decimals)}`;
}

const percent = (part: number) => `${Number((100 * part).toPrecision(3))}\u00A0%`;

/** `Measured here on the first 1,024 images …`: where both sharpnesses settled over the batch sizes. */
export function headline(found: Findings): string {
  const sweep = batchSweep(found.setting).filter((c) => c.batchSize < found.setting.samples);
  const range = (name: string) => {
    const values = sweep.map((c) => overSeeds(plateaus(found, c, name), "over seeds").value);
    const known = values.filter(Number.isFinite);
    return known.length === 0
      ? "was not decided"
      : `lay between ${formatNumber(Math.min(...known))} and ${formatNumber(Math.max(...known))}`;
  };
  return `Measured here on ${sampleSetName(found)} and ${found.seeds.length} seeds: over batch sizes from ${sweep[0].batchSize} to ${sweep.at(-1)!.batchSize}, η·BS/2 on the plateau ${range("batch-sharpness")}, η·λmax/2 ${range("lambda-max")}.`;
}

function alongBlocks(found: Findings): Block[] {
  const sweep = batchSweep(found.setting);
  const first = (id: (typeof sweep)[number]) => found.of(id)[0];
  const shown = sweep.filter((c) => first(c) !== undefined);
  return [
    {
      kind: "panels",
      panels: shown.map((c) => ({
        title: `b = ${c.batchSize}, η = ${c.learningRate}`,
        figure: sharpnessFigure(c, first(c), true),
      })),
      caption: `Each measure as η·S/2, so that the edge of SGD is the line at 1. Seed ${found.seeds[0]}; bands are 95 % intervals of each measurement; the shaded steps are averaged.`,
    },
    {
      kind: "panels",
      panels: shown
        .filter((c) => c.miniBatch)
        .map((c) => ({
          title: `b = ${c.batchSize}, η = ${c.learningRate}`,
          figure: sharpnessFigure(c, first(c), false),
        })),
      caption:
        "The same in units of the loss, squared-error (sum over outputs, mean over samples).",
    },
    {
      kind: "figure",
      figure: lossFigure(found, sweep),
      caption: "The full loss, by which alone the averaging window is chosen.",
    },
  ];
}

function plateauBlocks(found: Findings): Block[] {
  const rates = rateSweep(found.setting);
  return [
    {
      kind: "figure",
      figure: batchPlateauFigure(found),
      caption:
        "Means over the loss window; faint dots are seeds, bars 95 % t intervals over seeds.",
    },
    ...(rates.length > 1
      ? [
          {
            kind: "figure" as const,
            figure: ratePlateauFigure(found),
            caption: `The same at b = ${rates[0].batchSize} for ${rates.length} learning rates.`,
          },
        ]
      : []),
    {
      kind: "table",
      columns: [
        { label: "labels" },
        { label: "b", align: "end" },
        { label: "η", align: "end" },
        { label: "η·BS/2", align: "end" },
        { label: "η·λmax/2", align: "end" },
        { label: "s a seed", align: "end" },
        { label: "window" },
      ],
      rows: found.setting.conditions.map((c) => {
        const cell = (name: string) => {
          const { value, low, high } = overSeeds(plateaus(found, c, name), "over seeds");
          if (Number.isNaN(value)) return "–";
          const margin = (high - low) / 2;
          return margin > 0 ? plusMinus(value, margin) : formatNumber(value);
        };
        const reached = found.of(c).filter((r) => r.window?.reached).length;
        return [
          c.labels,
          String(c.batchSize),
          String(c.learningRate),
          cell("batch-sharpness"),
          cell("lambda-max"),
          String(Math.round(meanSeconds(found.of(c)))),
          `${reached} of ${found.of(c).length} seeds to its end`,
        ];
      }),
      caption:
        "Every condition, those off the edge included; ± is half of the 95 % interval over seeds.",
    },
  ];
}

function meanSeconds(results: readonly ConditionResult[]): number {
  return results.reduce((sum, { seconds }) => sum + seconds, 0) / results.length;
}

function forkBlocks(found: Findings): Block[] {
  const blocks: Block[] = [
    {
      kind: "text",
      paragraphs: [
        `From a checkpoint at the end of the window training goes on with one setting changed. It catapults where the full loss passes ${catapultRatio} times the checkpoint’s. The critical factor f* lies between the largest factor on η that does not and the smallest that does; the sharpness S for which f*·η·S/2 is nearest 1 is the one that decides.`,
      ],
    },
    {
      kind: "figure",
      figure: criticalFigure(found),
      caption: "What each measure predicts at the critical factor: 1 is a perfect prediction.",
    },
  ];
  for (const c of found.setting.conditions.filter((condition) => condition.forks)) {
    const result = found.of(c)[0];
    const figure = result && forksFigure(c, result);
    if (figure === undefined) continue;
    const f = criticalFactor(result.forked!.runs, c.batchSize);
    const bs = edge(c) * result.forked!.measures["batch-sharpness"];
    blocks.push({
      kind: "figure",
      figure,
      caption: `${c.labels} labels, b = ${c.batchSize}, η = ${c.learningRate}, seed ${result.seed}, step ${result.forked!.atStep}: η·BS/2 = ${formatNumber(bs)} at the checkpoint, f* ${f.censored === "above" ? "above" : f.censored === "below" ? "below" : "about"} ${formatNumber(f.factor)}.`,
    });
  }
  return blocks;
}

function noiseBlocks(found: Findings): Block[] {
  return found.setting.conditions
    .filter((c) => c.replacements)
    .flatMap((c): Block[] => {
      const result = found.of(c)[0];
      const figure = result && replacementFigure(c, result);
      if (figure === undefined) return [];
      return [
        {
          kind: "figure",
          figure,
          caption:
            "From the middle of the window the full gradient with injected noise takes the place of mini-batches. Isotropic noise of equal trace is the negative control; the other laws are comparisons, which may well behave like SGD.",
        },
        {
          kind: "table",
          columns: [
            { label: "noise" },
            { label: "η·BS/2, second half", align: "end" },
            { label: "injected trace", align: "end" },
          ],
          rows: result.replacements.map(({ kind, trace }) => [
            kind,
            formatNumber(
              overSeeds(
                found.of(c).map((r) => edge(c) * replacedMean(r, kind)),
                "over seeds",
              ).value,
            ),
            formatNumber(trace),
          ]),
          caption:
            "The trace is that of the covariance added to the gradient, averaged over steps, of the first seed.",
        },
      ];
    });
}

function methodBlocks(found: Findings): Block[] {
  const { setting } = found;
  return [
    {
      kind: "definitions",
      items: [
        {
          term: "loss",
          text: "squared-error: sum over outputs, mean over samples, no ½. Halving it would halve every sharpness and leave 2/η.",
        },
        {
          term: "λmax",
          text: `largest eigenvalue of the Hessian of the mean loss over ${setting.curvatureSamples < setting.samples ? `the first ${setting.curvatureSamples.toLocaleString("en-US")}` : "all"} samples, by Lanczos from the last eigenvector, verified from a random one.`,
        },
        {
          term: "batch sharpness",
          text: "mean over fresh batches of gᵀH_B g/‖g‖², the mean of the ratios, batches without replacement from streams of their own.",
        },
        {
          term: "window",
          text: `from where the full loss first falls below ${percent(lossWindow.from)} of its start to where it falls below ${percent(lossWindow.to)}; chosen by the loss alone.`,
        },
        {
          term: "verdict",
          text: "reproduced: every 95 % interval over seeds inside the band and every control’s outside. Not reproduced: an interval wholly outside. Otherwise inconclusive.",
        },
        {
          term: "network",
          text: `${networkWords(setting)}, ${setting.activation}, Kaiming initialisation × ${setting.initScale}; plain SGD, batches drawn without replacement.`,
        },
      ],
    },
  ];
}

function networkWords({ model }: Findings["setting"]): string {
  switch (model.kind) {
    case "mlp":
      return `fully connected, hidden layers ${model.hidden.join(", ")}`;
    case "cnn":
      return `the paper’s CNN, ${model.widths.join(", ")} wide`;
    case "resnet8":
      return `ResNet-8 without normalisation, ${model.widths.join(", ")} channels`;
  }
}
