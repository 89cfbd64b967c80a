import { formatNumber } from "../../report/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { byCondition, worksOf } from "../conditions.ts";
import { linePoint } from "./conditions.ts";
import type { EscapePoint } from "./escape-task.ts";
import { againstTheory, escapeFigure } from "./figures.ts";
import { barrier, levyScan, sharpnessScan, whiteScan, whiteSharpness } from "./scans.ts";
import { lineOf, rateExponent, scaledBy, slopeOf, splitResults } from "../line-statistics.ts";

/** Escapes under white noise: what the paper sets beside SGD's. */
export const whiteNoise: Experiment = {
  id: "white-noise",
  title: "White noise: exponential in 1/D, a first power of sharpness",
  claims: ["W1", "W2"],
  plan: (plan) => worksOf(all(plan.scale).flat(), plan),
  judge(results, plan) {
    const scans = all(plan.scale);
    const [white, levy, sharp, sgd] = splitResults(results, scans, plan).map((part, i) =>
      byCondition<EscapePoint>(part, scans[i], plan),
    );
    const seed = plan.seeds.join(" ");
    const height = barrier().height;
    const line = (i: number, points: readonly EscapePoint[][]) =>
      scans[i].map(({ x, k }, j) => linePoint(i < 2 ? x : k, points[j]));
    const law = lineOf(line(0, white), { label: "slope / ΔL, all walkers", seed });
    const heavy = slopeOf(line(1, levy), "Lévy noise, α = 1.5", seed);
    const w1 = judge({
      id: "W1",
      statement:
        "Under white noise −log γ is a line in 1/D, with the barrier as its slope (Fig. 4).",
      statistic: "d ln τ/d(1/D) over ΔL; weighted fit, rivals rejected; intervals over walkers",
      band: bands.whiteSlope,
      measured: [scaledBy(law.slope, 1 / height)],
      controls: [scaledBy(heavy.statistic, 1 / height)],
      doubts: law.doubts,
    });
    const power = rateExponent(line(2, sharp), "white noise, all walkers", seed);
    const other = rateExponent(line(3, sgd), "batches with the Hessian's covariance", seed);
    const w2 = judge({
      id: "W2",
      statement:
        "Under white noise the rate grows as the first power of sharpness: γ is proportional to k (Fig. 4).",
      statistic: "d ln γ/d ln k at fixed D; weighted fit; intervals over walkers",
      band: bands.whiteExponent,
      measured: [power.statistic],
      controls: [other.statistic],
      doubts: power.pValue > 0.01 ? [] : ["ln γ is not a line in ln k"],
    });
    return {
      claims: [w1, w2],
      blocks: [
        {
          kind: "text",
          paragraphs: [
            "The paper's theorem for white noise (SGLD) is Kramers' law, τ = 2π/√(H_a|H_b|)·e^{ΔL/D}. Walkers start in the right valley of Styblinski and Tang's function and are out 1.5 past the top. The theory line is the exact mean first-passage time by quadrature, the dashed one the printed formula.",
          ],
        },
        escapeFigure({
          description:
            "ln τ of walkers under white noise against 1/D with exact and printed theory, and under Lévy noise.",
          xLabel: "1/D",
          series: [
            { name: "white", colour: "blue", scan: scans[0], points: white },
            { name: "Lévy", colour: "grey", scan: scans[1], points: levy },
          ],
          printed: scans[0].map(({ x }) => ({ x, y: kramers(x) })),
          caption:
            "−log γ = ln τ against 1/D. Control: heavy-tailed noise, whose times follow a power of D.",
        }),
        againstTheory(scans[0], white, "1/D", (x) => formatNumber(kramers(x), 4)),
        escapeFigure({
          description: "ln kτ against k under white noise, which is constant, and under batches.",
          xLabel: "k",
          yLabel: "ln kτ",
          shift: ({ k }) => Math.log(k),
          axis: ({ k }) => k,
          series: [
            { name: "white, D = 5", colour: "blue", scan: scans[2], points: sharp },
            { name: "batches of 8", colour: "vermilion", scan: scans[3], points: sgd },
          ],
          caption:
            "ln kτ against k: constant where γ ∝ k. Control: batches whose covariance is the Hessian's.",
        }),
      ],
    };
  },
};

const all = (scale: ScaleName) =>
  [whiteScan(scale), levyScan(scale), whiteSharpness(scale), sharpnessScan(scale)] as const;

/** ln of 2π/√(H_a|H_b|)·e^{ΔL/D}. */
function kramers(x: number): number {
  const { height, minimum, saddle } = barrier();
  return Math.log((2 * Math.PI) / Math.sqrt(minimum * saddle)) + height * x;
}
