import type { Colour } from "../../report/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { byCondition, type Condition, worksOf } from "../conditions.ts";
import { errorBand, linePoint, walkersAt } from "./conditions.ts";
import type { EscapePoint } from "./escape-task.ts";
import type { LogisticEscapeInput } from "./logistic-escape-task.ts";
import { lineOf, slopeOf, splitResults } from "../line-statistics.ts";

/** The three lines of the paper for logistic regression. */
export const logisticEscape: Experiment = {
  id: "logistic-escape",
  title: "Logistic regression: the same three lines",
  claims: ["L1", "L2", "L3"],
  plan: (plan) => worksOf(all(plan.scale).flat(), plan),
  judge(results, plan) {
    const scans = all(plan.scale);
    const found = splitResults(results, scans, plan).map((part, i) =>
      byCondition<EscapePoint>(part, scans[i], plan),
    );
    const seed = plan.seeds.join(" ");
    const lines = scans.map((scan, i) =>
      scan.map(({ x, k }, j) => linePoint(x, found[i][j], Math.log(k))),
    );
    const control = slopeOf(lines[3], "white noise of equal trace", seed).statistic;
    const statistic = "d ln kτ/d(2BΔL/ηλ₁); weighted fit, rivals rejected; intervals over walkers";
    const claims = (["B", "1/η", "1/k"] as const).map((axis, i) => {
      const law = lineOf(lines[i], { label: "slope, all walkers", seed });
      return judge({
        id: `L${i + 1}`,
        statement: `Out of the minimum of a logistic regression −log γ of SGD is a line in ${axis} (Fig. 3).`,
        statistic,
        band: bands.logisticSlope,
        measured: [law.slope],
        controls: [control],
        doubts: law.doubts,
      });
    });
    return {
      claims,
      blocks: [
        {
          kind: "text",
          paragraphs: [
            "Two weights, labels drawn from the model, so that C = H/B near the minimum. The loss is convex: there is no saddle, and walkers are out where the loss has risen by ΔL to second order. SGD's stationary law is then isotropic, and the nearest way out is along the sharpest direction: the exponent is the paper's, 2BΔL/ηλ₁ with s = 1. A power of the exponent before it takes up to a tenth off the slope.",
          ],
        },
        {
          kind: "figure",
          figure: {
            kind: "time-series",
            description:
              "ln kτ of logistic regression against 2BΔL/ηλ₁ in three scans, and under white noise.",
            xLabel: "2BΔL/ηλ₁",
            yLabel: "ln kτ",
            series: lines.map((points, i) => ({
              name: ["B", "η", "k", "white"][i],
              colour: (["vermilion", "blue", "green", "grey"] as const)[i] satisfies Colour,
              points: errorBand(points),
            })),
          },
          caption:
            "−log γ for batch size, learning rate and sharpness varied, each on the paper's scale. Control: isotropic noise of equal trace.",
        },
      ],
    };
  },
};

interface LogisticCondition extends Condition {
  /** 2BΔL/ηλ₁. */
  readonly x: number;
  readonly k: number;
}

/** ΔL, at which λ₁ = 1, B = 8 and η = 0.05 make the exponent 3. */
const rise = 0.15 / 16;

const all = (scale: ScaleName): readonly (readonly LogisticCondition[])[] => [
  [8, 10, 12, 14, 16, 18].map((batchSize) => condition(scale, { batchSize, eta: 0.05, k: 1 })),
  [3, 3.75, 4.5, 5.25, 6, 6.75].map((x) => condition(scale, { batchSize: 8, eta: 0.15 / x, k: 1 })),
  [1, 1.12, 1.3, 1.5, 1.8, 2.25].map((k) =>
    condition(scale, { batchSize: 8, eta: 0.15 / 6.75, k }),
  ),
  [8, 10, 12, 14].map((batchSize) => condition(scale, { batchSize, eta: 0.05, k: 1, white: true })),
];

function condition(
  scale: ScaleName,
  {
    batchSize,
    eta,
    k,
    white = false,
  }: Pick<LogisticEscapeInput, "batchSize" | "eta" | "k"> & { readonly white?: boolean },
): LogisticCondition {
  const x = (2 * batchSize * rise) / (eta * k);
  const exponent = white ? 1.6 * x : x;
  const walkers = walkersAt[scale];
  const input: Omit<LogisticEscapeInput, "seed" | "dataSeed"> = {
    samples: 4096,
    k,
    rise,
    batchSize,
    eta,
    white,
    walkers,
    horizon: Math.ceil((40 * Math.exp(exponent)) / (k * eta)),
  };
  return {
    task: "ddt/logistic-escape",
    label: `${white ? "white" : "batches"}, B = ${batchSize}, η = ${eta.toPrecision(3)}, k = ${k}`,
    input: { ...input },
    paired: true,
    cost: 0.5 + (walkers * Math.exp(exponent)) / eta / 2e7,
    x,
    k,
  };
}
