import { type Block, formatNumber } from "../../report/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { byCondition, worksOf } from "../conditions.ts";
import { linePoint, pooled } from "./conditions.ts";
import type { EscapePoint } from "./escape-task.ts";
import { againstTheory, escapeFigure } from "./figures.ts";
import {
  barrier,
  batchScan,
  exponentSlope,
  matchedScan,
  rateScan,
  type ScanPoint,
  sharpnessScan,
  shiftedScan,
  whiteSharpness,
} from "./scans.ts";
import { difference, lineOf, scaledBy, slopeOf, splitResults } from "../line-statistics.ts";

/** Escapes by real batches whose covariance is the Hessian's: the laws that define the paper. */
export const sgdNoise: Experiment = {
  id: "sgd-noise",
  title: "SGD: exponential in B, in 1/η and in 1/k",
  claims: ["S1", "S2", "S3", "S4", "S5"],
  plan: (plan) => worksOf(all(plan.scale).flat(), plan),
  judge(results, plan) {
    const scans = all(plan.scale);
    const found = splitResults(results, scans, plan).map((part, i) =>
      byCondition<EscapePoint>(part, scans[i], plan),
    );
    const [byBatch, byRate, bySharpness, matched, white] = found;
    const shifted = shiftedScan(plan.scale);
    const seed = plan.seeds.join(" ");
    const integral = exponentSlope();
    const line = (i: number, shift?: (at: ScanPoint) => number) =>
      scans[i].map((at, j) => linePoint(at.x, found[i][j], shift?.(at)));
    const inTime = ({ k }: ScanPoint) => Math.log(k);
    const near = <T>(points: readonly T[]) => points.slice(0, 5);
    const control = scaledBy(
      slopeOf(line(3), "white noise, as strong at the minimum", seed).statistic,
      1 / integral,
    );
    const words = "over I(ε); weighted fit, rivals rejected; intervals over walkers";
    const laws = [
      {
        id: "S1",
        statement: "−log γ of SGD is a line in the batch size B (Fig. 3).",
        statistic: `d ln τ/d(2B/ηs²) ${words}`,
        points: line(0),
        controls: [control],
      },
      {
        id: "S2",
        statement: "−log γ of SGD is a line in 1/η (Fig. 3).",
        statistic: `d ln τ/d(2B/ηs²) ${words}`,
        points: line(1),
        controls: [control],
      },
      {
        id: "S3",
        statement: "−log γ of SGD is a line in 1/k, k the sharpness of the valley (Fig. 3).",
        statistic: `d ln kτ/d(1/k) ${words}`,
        points: near(line(2, inTime)),
        controls: [
          scaledBy(
            slopeOf(
              shifted.map((at) => ({ x: at.x, y: at.exact + inTime(at), stderr: 1 })),
              "noise as H², by quadrature",
              seed,
            ).value,
            1 / integral,
          ),
          scaledBy(
            slopeOf(
              scans[4].map(({ k }, j) => linePoint(4 / k, white[j], Math.log(k))),
              "white noise",
              seed,
            ).statistic,
            1 / integral,
          ),
        ],
      },
    ].map(({ points, ...claim }) => {
      const law = lineOf(points, { label: "slope / I(ε), all walkers", seed });
      return judge({
        ...claim,
        band: bands.sgdSlope,
        measured: [scaledBy(law.slope, 1 / integral)],
        doubts: law.doubts,
      });
    });
    const time = (points: readonly EscapePoint[]) => {
      const { logTime: value, stderr } = pooled(points);
      return { value, stderr };
    };
    const [sgdSharp, whiteSharp] = [bySharpness.at(-1)!, white.at(-1)!];
    const s4 = judge({
      id: "S4",
      statement:
        "SGD prefers flat valleys exponentially, white noise only polynomially: from k = 1 to 4 its escape time falls a thousandfold, theirs fourfold (abstract, A3).",
      statistic: "ln τ(k = 1) − ln τ(k = 4); intervals over walkers",
      band: bands.contrast,
      measured: [difference(time(bySharpness[0]), time(sgdSharp), "batches of 8 at k = 1")],
      controls: [difference(time(white[0]), time(whiteSharp), "white noise, D = 5")],
      doubts: [],
    });
    // In steps: ln η is taken off ln τ.
    const steps = (i: number, j: number) => {
      const { value, stderr } = time(found[i][j]);
      return { value: value - Math.log(scans[i][j].eta), stderr };
    };
    const double = scans[0].findIndex(({ x }) => x === 2 * scans[0][0].x);
    const same = scans[1].findIndex(({ x }) => x === scans[0][double]?.x);
    const unit = integral * scans[0][0].x;
    const s5 = judge({
      id: "S5",
      statement:
        "Large batches need exponentially many steps: doubling B at fixed η multiplies the steps by the exponential of what B/η gained (abstract).",
      statistic: "ln steps(2B)/steps(B) over I(ε)·Δ(2B/ηs²); intervals over walkers",
      band: bands.largeBatch,
      measured:
        double < 0 ? [] : [difference(steps(0, double), steps(0, 0), "B = 4 to 8, η fixed", unit)],
      controls:
        double < 0 || same < 0
          ? []
          : [difference(steps(0, double), steps(1, same), "B = 4 to 8, η doubled too", unit)],
      doubts: [],
    });
    return {
      claims: [...laws, s4, s5],
      blocks: [
        ...introduction(integral),
        escapeFigure({
          description:
            "ln τ against 2B/ηs², by batch size, by learning rate, and under white noise.",
          xLabel: "2B/ηs²",
          series: [
            { name: "B varied", colour: "vermilion", scan: scans[0], points: byBatch },
            { name: "η varied", colour: "blue", scan: scans[1], points: byRate },
            { name: "white", colour: "grey", scan: scans[3], points: matched },
          ],
          printed: printedLine(scans[0]),
          caption:
            "−log γ against B and against 1/η, in one unit. Amber: the upper end of the printed interval, s = 0. Control: white noise of the same strength at the minimum.",
        }),
        againstTheory(scans[0], byBatch, "2B/ηs²", (x) => printedInterval(x)),
        escapeFigure({
          description:
            "ln kτ against 1/k for batches, for noise that goes with the square of the Hessian, and for white noise.",
          xLabel: "1/k",
          yLabel: "ln kτ",
          axis: ({ k }) => 1 / k,
          shift: inTime,
          series: [
            { name: "batches", colour: "vermilion", scan: scans[2], points: bySharpness },
            { name: "as H²", colour: "purple", scan: shifted },
            { name: "white", colour: "grey", scan: scans[4], points: white },
          ],
          caption:
            "ln kτ against 1/k. Controls: noise of shifted data, D ∝ H² + ε², by quadrature, which is steeper and bends (its law is 1/k²), and white noise, which is level.",
        }),
      ],
      surprises: [
        `The slope of −log γ is ${formatNumber(integral, 4)}, the integral of L′/√(H² + ε²) along the path. The printed interval, ΔL/H to ΔL/|H| at minimum and top, ends at ${formatNumber(printedSlopes()[1], 4)}: no s in (0, 1) gives what is measured, and the smaller the floor ε, the farther off.`,
      ],
    };
  },
};

const all = (scale: ScaleName) =>
  [
    batchScan(scale),
    rateScan(scale),
    sharpnessScan(scale),
    matchedScan(scale),
    whiteSharpness(scale),
  ] as const;

/** ΔL/H_a and ΔL/|H_b|, the ends of the printed exponent. */
function printedSlopes(): [number, number] {
  const { height, minimum, saddle } = barrier();
  const slopes = [height / minimum, height / saddle];
  return [Math.min(...slopes), Math.max(...slopes)];
}

/** ln τ = ln(2π/|H_b|) + (2B/η)·slope. */
const printedTime = (x: number, slope: number) =>
  Math.log((2 * Math.PI) / barrier().saddle) + slope * x;

const printedInterval = (x: number) =>
  printedSlopes()
    .map((slope) => formatNumber(printedTime(x, slope), 3))
    .join(" … ");

const printedLine = (scan: readonly ScanPoint[]) =>
  scan.map(({ x }) => ({ x, y: printedTime(x, printedSlopes()[1]) }));

function introduction(integral: number): Block[] {
  const [low, high] = printedSlopes().map((slope) => formatNumber(slope, 4));
  return [
    {
      kind: "text",
      paragraphs: [
        "SGD itself on a finite sum: ℓⱼ = f + ξⱼφ with φ′ = (f″² + ε²)^¼ and ξ of mean 0 and variance s², batches drawn with replacement, so that C = (s²/B)√(H² + ε²) exactly. The floor ε = 10 is needed: with D ∝ |H| itself nothing passes the inflection point in continuous time.",
        `The printed law has the slope s·ΔL/H_a + (1 − s)·ΔL/|H_b| in 2B/ηs², between ${low} and ${high}. The exact diffusion has I(ε) = ∫L′/√(H² + ε²) = ${formatNumber(integral, 4)}. The table shows with which the walkers side.`,
      ],
    },
  ];
}
