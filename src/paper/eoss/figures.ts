import type { Colour, Figure, Point, Series } from "../../report/index.ts";
import { bands } from "./bands.ts";
import { type ForkMeasure, forkMeasures, forkReadings } from "./claim-forks.ts";
import type { ConditionResult } from "./condition-task.ts";
import { batchSweep, edge, type Findings, overSeeds, plateaus, rateSweep } from "./findings.ts";
import { catapultRatio, type ForkRun } from "./forks.ts";
import type { Condition } from "./setting.ts";
import { column, type RunSeries, stderrOf } from "./series.ts";

const quantities: readonly { name: string; label: string; colour: Colour; dashed?: boolean }[] = [
  { name: "lambda-max", label: "λmax", colour: "blue" },
  { name: "batch-sharpness", label: "batch sharpness", colour: "vermilion" },
  { name: "mini-batch-sharpness", label: "MiniBS", colour: "green" },
  { name: "gni", label: "GNI", colour: "purple", dashed: true },
];

/** A column as points with 95 % error bands where it has standard errors. */
export function points(series: RunSeries, name: string, unit = 1): Point[] {
  const values = column(series, name);
  const errors = column(series, stderrOf(name));
  return series.steps.flatMap((x, i) => {
    const [value, error] = [values[i], errors[i]];
    if (value === null) return [];
    const y = unit * value;
    if (error === null || !Number.isFinite(error)) return [{ x, y }];
    return [{ x, y, low: y - 1.96 * unit * error, high: y + 1.96 * unit * error }];
  });
}

/** Each sharpness against step, as it is or as η·S/2, with the optimiser's own threshold. */
export function sharpnessFigure(
  condition: Condition,
  { series, window, seed }: ConditionResult,
  scaled: boolean,
): Figure {
  const half = edge(condition);
  const unit = scaled ? half : 1;
  const present = quantities.filter(({ name }) => column(series, name).some((v) => v !== null));
  return {
    kind: "time-series",
    description: `Sharpness measures against step at batch size ${condition.batchSize}, seed ${seed}, with the threshold of SGD.`,
    xLabel: "step",
    yLabel: scaled ? "η·S/2" : "sharpness of squared-error loss",
    yDomain: [0, (scaled ? 1 : 1 / half) * 2.2],
    series: present.map(({ name, label, colour, dashed }): Series => ({
      name: label,
      colour,
      points: points(series, name, unit),
      ...(dashed && { dashed }),
    })),
    thresholds: [{ label: scaled ? "1" : "2/η", value: scaled ? 1 : 1 / half }],
    ...(window && { window: { from: window.from, to: window.to, label: "averaged" } }),
  };
}

/** Full loss against step, a line a batch size, of the first seed. */
export function lossFigure(found: Findings, conditions: readonly Condition[]): Figure {
  const seed = found.seeds[0];
  return {
    kind: "time-series",
    description: "Full squared-error loss against step for each batch size.",
    xLabel: "step",
    yLabel: "full squared-error loss",
    yScale: "log",
    series: conditions.flatMap((condition, i): Series[] => {
      const result = found.of(condition).find((r) => r.seed === seed);
      if (result === undefined) return [];
      return [
        {
          name: `b = ${condition.batchSize}`,
          colour: `step-${Math.min(i + 1, 6) as 1 | 2 | 3 | 4 | 5 | 6}`,
          points: points(result.series, "full-loss"),
        },
      ];
    }),
  };
}

function plateauSeries(
  found: Findings,
  conditions: readonly Condition[],
  x: (c: Condition) => number,
  names: readonly string[],
) {
  return quantities
    .filter(({ name }) => names.includes(name))
    .map(({ name, label, colour }) => ({
      name: label,
      colour,
      points: conditions.flatMap((c) => {
        const seeds = plateaus(found, c, name);
        const estimate = overSeeds(seeds, "over seeds");
        return Number.isNaN(estimate.low) ? [] : [{ x: x(c), estimate, seeds }];
      }),
    }))
    .filter(({ points: list }) => list.length > 0);
}

const plateauNames = ["lambda-max", "batch-sharpness", "mini-batch-sharpness"];
const [low, high] = bands.plateau;

export function batchPlateauFigure(found: Findings): Figure {
  const sweep = batchSweep(found.setting);
  const all = sweep.at(-1)!.batchSize;
  return {
    kind: "plateau",
    description:
      "Plateaus of the sharpness measures against batch size, with intervals over seeds.",
    xLabel: "batch size b",
    yLabel: "η·S/2 on the plateau",
    xScale: "log",
    series: plateauSeries(found, sweep, (c) => c.batchSize, plateauNames),
    reference: { y: 1, label: "edge" },
    band: { low, high },
    ...(all === found.setting.samples && {
      xNames: [{ x: all, label: `${all.toLocaleString("en-US")} (all)` }],
    }),
  };
}

export function ratePlateauFigure(found: Findings): Figure {
  return {
    kind: "plateau",
    description:
      "Plateaus of the sharpness measures against learning rate, with intervals over seeds.",
    xLabel: "learning rate η",
    yLabel: "η·S/2 on the plateau",
    xScale: "log",
    series: plateauSeries(found, rateSweep(found.setting), (c) => c.learningRate, plateauNames),
    reference: { y: 1, label: "edge" },
    band: { low, high },
  };
}

/** Loss along the forks from one checkpoint. */
export function forksFigure(condition: Condition, result: ConditionResult): Figure | undefined {
  if (result.forked === undefined) return undefined;
  const { runs, atLoss } = result.forked;
  const labels = [...new Set(runs.map(({ label }) => label))];
  const top = 10 * catapultRatio * atLoss;
  // A fork that is lost between two measurements leaves the frame at the second.
  const curve = ({ steps, losses, peak }: ForkRun): Point[] => [
    ...steps.flatMap((x, i) =>
      losses[i] > 0 && Number.isFinite(losses[i]) ? [{ x, y: losses[i] }] : [],
    ),
    ...(peak === Infinity ? [{ x: steps.at(-1)! + (steps[1] ?? 20), y: 10 * top }] : []),
  ];
  return {
    kind: "forks",
    description: `Full loss along forks from one checkpoint of ${condition.id} with one setting changed.`,
    xLabel: "steps after the fork",
    yLabel: "full squared-error loss",
    forks: labels.map((label) => ({
      label,
      control: label === "control",
      runs: runs.filter((run) => run.label === label).map(curve),
    })),
    threshold: { label: `${catapultRatio} × the checkpoint`, value: catapultRatio * atLoss },
    yDomain: [atLoss / 10, top],
  };
}

export function criticalFigure(found: Findings): Figure {
  const readings = forkReadings(found);
  const row = (name: ForkMeasure) => {
    const { label, colour } = quantities.find((q) => q.name === name)!;
    const perSeed = found.seeds.map((seed) => {
      const own = readings.filter((r) => r.seed === seed);
      return own.reduce((sum, r) => sum + r.products[name], 0) / own.length;
    });
    return {
      name: label,
      colour,
      estimate: overSeeds(perSeed, "over seeds"),
      observations: readings.map((r) => ({
        label: `${r.condition.labels}, seed ${r.seed}`,
        estimate: { value: r.products[name] },
        ...(r.critical.censored && { censored: r.critical.censored }),
      })),
    };
  };
  return {
    kind: "critical-factor",
    description: "Critical factor on the learning rate times what each sharpness predicts.",
    xLabel: "f*·η·S/2",
    reference: { x: 1, label: "decides" },
    rows: forkMeasures.map(row),
  };
}

/** Batch sharpness after sampling was replaced by injected noise. */
export function replacementFigure(
  condition: Condition,
  result: ConditionResult,
): Figure | undefined {
  if (result.replacements.length === 0) return undefined;
  const colours: Readonly<Record<string, Colour>> = {
    isotropic: "grey",
    resampling: "vermilion",
    diagonal: "amber",
    sde: "purple",
  };
  const longest = Math.max(...result.replacements.map((r) => r.series.steps.at(-1)!));
  return {
    kind: "time-series",
    description:
      "Batch sharpness after mini-batches were replaced by injected noise of equal trace.",
    xLabel: "steps after the replacement (SGD steps)",
    yLabel: "η·BS/2",
    yDomain: [0, 1.6],
    series: result.replacements.map(({ kind, series }) => {
      const stretch =
        series.steps.at(-1)! / (result.replacements[0].series.steps.at(-1)! || longest);
      return {
        name: kind,
        colour: colours[kind],
        points: points(series, "batch-sharpness", edge(condition)).map((p) => ({
          ...p,
          x: p.x / stretch,
        })),
      };
    }),
    thresholds: [{ label: "1", value: 1 }],
  };
}
