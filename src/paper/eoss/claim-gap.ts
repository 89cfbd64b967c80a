import type { ClaimVerdict } from "../../report/index.ts";
import { judge } from "../claim.ts";
import { bands } from "./bands.ts";
import { batchSweep, edge, type Findings, overSeeds, plateauDoubts, slopesPerSeed } from "./findings.ts"; // prettier-ignore
import { column } from "./series.ts";
import type { Condition, Setting } from "./setting.ts";
import { windowMean } from "./window.ts";

/**
 * Batch sizes at which the gap is asked: up to N/32. Beyond, λmax and batch sharpness come together
 * and the gap closes faster than any power.
 */
export const gapSizes = (setting: Setting): Condition[] =>
  batchSweep(setting).filter((c) => c.batchSize <= setting.samples / 32);

/** How the distance of λmax's plateau from 2/η goes with the batch size. */
export function gapClaim(found: Findings): ClaimVerdict {
  const conditions = gapSizes(found.setting);
  const gap = (c: Condition, lambdaMax: number) => Math.log(1 - edge(c) * lambdaMax);
  const slopes = (level: Parameters<typeof slopesPerSeed>[3]) =>
    slopesPerSeed(found, conditions, (c) => Math.log(c.batchSize), level);
  const plateau = slopes((c, { series, window }) =>
    window === undefined
      ? NaN
      : gap(c, windowMean(series.steps, column(series, "lambda-max"), window)),
  );
  const initial = slopes((c, { series }) => gap(c, column(series, "lambda-max")[0] ?? NaN));
  return judge({
    id: "D7",
    statement:
      "The gap between λmax and 2/η closes as a power of the batch size, between b^−½ and b^−1.27.",
    statistic: "d ln(1 − ηλmax/2)/d ln b for b ≤ N/32",
    band: bands.gapExponent,
    measured: [{ label: "on the plateau", estimate: overSeeds(plateau, "slope over seeds") }],
    controls: [{ label: "before training", estimate: overSeeds(initial, "slope over seeds") }],
    doubts: [
      ...(conditions.length < 3
        ? [`a power needs three batch sizes of at most N/32, this setting has ${conditions.length}`]
        : []),
      ...plateauDoubts(found, conditions, "lambda-max"),
    ],
  });
}
