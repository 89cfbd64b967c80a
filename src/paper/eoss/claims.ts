import type { ClaimVerdict } from "../../report/index.ts";
import { type Evidence, judge } from "../claim.ts";
import { bands } from "./bands.ts";
import { forkClaim } from "./claim-forks.ts";
import { gapClaim, gapSizes } from "./claim-gap.ts";
import { leadClaim } from "./claim-lead.ts";
import {
  baseRate,
  batchSweep,
  edge,
  type Findings,
  overSeeds,
  plateauDoubts,
  plateaus,
  rateSweep,
  slopesPerSeed,
} from "./findings.ts";
import { column } from "./series.ts";
import { windowMean } from "./window.ts";
import type { Condition, Setting } from "./setting.ts";
import type { ConditionResult } from "./condition-task.ts";

const named = (c: Condition) => `b = ${c.batchSize}`;

/** The claims of section C of the specification, judged. */
export function eossClaims(found: Findings): ClaimVerdict[] {
  return [
    d0(found),
    d1(found),
    d1Clean(found),
    d2Trend(found),
    d2Full(found),
    d3(found),
    forkClaim(found),
    leadClaim(found),
    d6(found),
    gapClaim(found),
  ];
}

/** Ids of the claims that the setting's conditions are planned to decide. */
export function plannedClaims(setting: Setting): string[] {
  const { conditions, samples } = setting;
  const sizes = batchSweep(setting);
  const base = baseRate(conditions);
  const partial = (c: Condition) => c.batchSize < samples;
  const planned: Readonly<Record<string, boolean>> = {
    D0: sizes.some((c) => c.miniBatch),
    D1: true,
    D1c: conditions.some(
      (c) => c.labels === "clean" && c.learningRate === base && !sizes.includes(c),
    ),
    D2a: sizes.filter(partial).length >= 3,
    D2b: !sizes.every(partial),
    D3: sizes.some((c) => c.miniBatch),
    D4: conditions.some((c) => c.forks),
    D5: [true, false].every((side) => conditions.some((c) => c.gni && partial(c) === side)),
    D6: rateSweep(setting).length >= 3,
    D7: gapSizes(setting).length >= 3,
  };
  return Object.keys(planned).filter((id) => planned[id]);
}

/** Isotropic noise and rates too small for the edge: neither may hold batch sharpness at 2/η. */
function plateauControls(found: Findings) {
  const replaced = found.setting.conditions.filter((c) => c.replacements?.includes("isotropic"));
  const timid = timidConditions(found);
  return [
    ...replaced.map((c) => ({
      label: `isotropic noise of equal trace, b = ${c.batchSize}`,
      estimate: overSeeds(
        found.of(c).map((result) => edge(c) * replacedMean(result, "isotropic")),
        "isotropic noise, mean of the second half over seeds",
      ),
    })),
    ...timid.map((c) => ({
      label: `η = ${c.learningRate}, too small for the edge`,
      estimate: overSeeds(plateaus(found, c, "batch-sharpness"), "window mean over seeds"),
    })),
  ];
}

/** Conditions at less than half of the smallest rate of the sweeps. */
function timidConditions({ setting }: Findings): Condition[] {
  const least = Math.min(
    ...[...batchSweep(setting), ...rateSweep(setting)].map((c) => c.learningRate),
  );
  return setting.conditions.filter((c) => c.learningRate < least / 2);
}

/** Mean batch sharpness over the second half of a replacement run. */
export function replacedMean(result: ConditionResult, kind: string): number {
  const run = result.replacements.find((r) => r.kind === kind);
  if (run === undefined) return NaN;
  const values = column(run.series, "batch-sharpness").slice(
    Math.ceil(run.series.steps.length / 2),
  );
  return values.reduce<number>((sum, v) => sum + (v ?? NaN), 0) / values.length;
}

function d0(found: Findings): ClaimVerdict {
  const conditions = batchSweep(found.setting).filter((c) => c.miniBatch);
  return judge({
    id: "D0",
    statement: "Mini-batch sharpness E[λmax(H_B)] plateaus at 2/η (first version of the paper).",
    statistic: "η·MiniBS/2, mean over the loss window",
    band: bands.plateau,
    measured: conditions.map((c) => ({
      label: named(c),
      estimate: overSeeds(plateaus(found, c, "mini-batch-sharpness"), "window mean over seeds"),
    })),
    controls: conditions.map((c) => ({
      label: `λmax of the full loss in its place, ${named(c)}`,
      estimate: overSeeds(plateaus(found, c, "lambda-max"), "window mean over seeds"),
    })),
    doubts: plateauDoubts(found, conditions, "mini-batch-sharpness"),
  });
}

function d1(found: Findings): ClaimVerdict {
  const conditions = batchSweep(found.setting).filter((c) => c.batchSize < found.setting.samples);
  return judge({
    id: "D1",
    statement: "Batch sharpness E[gᵀH_B g / ‖g‖²] plateaus at 2/η, for several batch sizes.",
    statistic: "η·BS/2, mean over the loss window",
    band: bands.plateau,
    measured: conditions.map((c) => ({
      label: named(c),
      estimate: overSeeds(plateaus(found, c, "batch-sharpness"), "window mean over seeds"),
    })),
    controls: plateauControls(found),
    doubts: plateauDoubts(found, conditions, "batch-sharpness"),
  });
}

/** Clean labels, reported as found: a fit that converges leaves the edge. */
function d1Clean(found: Findings): ClaimVerdict {
  const base = baseRate(found.setting.conditions);
  const sweep = new Set(batchSweep(found.setting));
  const conditions = found.setting.conditions.filter(
    (c) => c.labels === "clean" && c.learningRate === base && !sweep.has(c),
  );
  return judge({
    id: "D1c",
    statement: "The same on clean labels, where the fit converges.",
    statistic: "η·BS/2, mean over the loss window",
    band: bands.plateau,
    measured: conditions.map((c) => ({
      label: `clean, ${named(c)}`,
      estimate: overSeeds(plateaus(found, c, "batch-sharpness"), "window mean over seeds"),
    })),
    controls: plateauControls(found),
    doubts: plateauDoubts(found, conditions, "batch-sharpness"),
  });
}

function d2Trend(found: Findings): ClaimVerdict {
  return slopeClaim(found, {
    id: "D2a",
    statement: "The plateau of λmax falls with smaller batch.",
    statistic: "rise of η·λmax/2 a doubling of b, paired over seeds",
    band: bands.risePerDoubling,
    conditions: batchSweep(found.setting).filter((c) => c.batchSize < found.setting.samples),
    points: "batch sizes",
    x: (c) => Math.log2(c.batchSize),
    y: (c, lambdaMax) => edge(c) * lambdaMax,
  });
}

function d2Full(found: Findings): ClaimVerdict {
  const sweep = batchSweep(found.setting);
  const [smallest] = sweep;
  const full = sweep.filter((c) => c.batchSize === found.setting.samples);
  const statistic = (c: Condition) =>
    overSeeds(plateaus(found, c, "lambda-max"), "window mean over seeds");
  return judge({
    id: "D2b",
    statement: "At full batch λmax is within 5 % of 2/η.",
    statistic: "η·λmax/2, mean over the loss window",
    band: bands.fullBatch,
    measured: full.map((c) => ({ label: `b = N = ${c.batchSize}`, estimate: statistic(c) })),
    controls: [{ label: `b = ${smallest.batchSize}`, estimate: statistic(smallest) }],
    doubts:
      full.length === 0
        ? ["no full-batch training in this setting"]
        : plateauDoubts(found, full, "lambda-max"),
  });
}

const exact = (value: number) => ({ value, low: value, high: value });

function d3(found: Findings): ClaimVerdict {
  const conditions = batchSweep(found.setting).filter((c) => c.miniBatch);
  const results = conditions.flatMap((c) => found.of(c));
  const pairs = results.flatMap(({ series }) => {
    const mini = column(series, "mini-batch-sharpness");
    const own = column(series, "mini-batch-sharpness-bs");
    return mini.flatMap((value, i) => {
      const bs = own[i];
      return value === null || bs === null ? [] : [(value - bs) / value];
    });
  });
  const jensen = results.flatMap(({ partition }) =>
    partition ? [(partition.miniBatch - partition.lambdaMax) / partition.lambdaMax] : [],
  );
  const reversed = conditions.map((c) => {
    const bs = plateaus(found, c, "batch-sharpness");
    const whole = plateaus(found, c, "lambda-max");
    return {
      label: `λmax above batch sharpness, ${named(c)}`,
      estimate: overSeeds(
        bs.map((value, i) => (whole[i] - value) / whole[i]),
        "over seeds",
      ),
    };
  });
  return judge({
    id: "D3",
    statement:
      "Exactly: batch sharpness ≤ MiniBS on the same batches, and MiniBS ≥ λmax on a partition.",
    statistic: "smallest relative excess",
    band: bands.inequality,
    measured: [
      { label: `MiniBS − BS, ${pairs.length} measurements`, estimate: exact(Math.min(...pairs)) },
      { label: `MiniBS − λmax, ${jensen.length} partitions`, estimate: exact(Math.min(...jensen)) },
    ].filter(({ estimate }) => Number.isFinite(estimate.value)),
    controls: reversed,
    doubts: [],
  });
}

function d6(found: Findings): ClaimVerdict {
  const conditions = rateSweep(found.setting);
  return slopeClaim(found, {
    id: "D6",
    statement: `The plateau of λmax falls with larger η at fixed b (${conditions.length} values).`,
    statistic: "d log λmax / d log η",
    band: bands.rateSlope,
    conditions,
    points: "learning rates",
    x: (c) => Math.log(c.learningRate),
    y: (_, lambdaMax) => Math.log(lambdaMax),
  });
}

interface SlopeClaim extends Pick<Evidence, "id" | "statement" | "statistic" | "band"> {
  readonly conditions: readonly Condition[];
  /** What differs between the conditions, in the plural. */
  readonly points: string;
  readonly x: (condition: Condition) => number;
  readonly y: (condition: Condition, lambdaMax: number) => number;
}

/** A trend of λmax's plateau over conditions, one slope a seed; before training there may be none. */
function slopeClaim(
  found: Findings,
  { conditions, points, x, y, ...claim }: SlopeClaim,
): ClaimVerdict {
  const plateau = slopesPerSeed(found, conditions, x, (c, { series, window }) =>
    window === undefined
      ? NaN
      : y(c, windowMean(series.steps, column(series, "lambda-max"), window)),
  );
  const initial = slopesPerSeed(found, conditions, x, (c, { series }) =>
    y(c, column(series, "lambda-max")[0] ?? NaN),
  );
  return judge({
    ...claim,
    measured: [{ label: "on the plateau", estimate: overSeeds(plateau, "slope over seeds") }],
    controls: [{ label: "before training", estimate: overSeeds(initial, "slope over seeds") }],
    doubts: [
      ...(conditions.length < 3
        ? [`a trend needs three ${points}, this setting has ${Math.max(1, conditions.length)}`]
        : []),
      ...plateauDoubts(found, conditions, "lambda-max"),
    ],
  });
}
