import { barrier1d, powerLaw1d } from "../../diffusion/index.ts";
import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { type Linearity, linearity } from "../linearity.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bySeed } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import { abscissaTable, logTimesFigure } from "./lines.ts";
import { constantField, type Escape, exactTime, lossNoise, reachOf, workOf } from "./mirrored.ts";
import { sizes } from "./sizes.ts";
import { affine, logPoint, pooled, ratioTo } from "./times.ts";

/** κ of k = 1; X is the same for all k. */
const kappa = 6;
const floor = 0.1;
const ratio = 3;
const height = (ratio - 1) * kappa * floor;
const constantDiffusion = 0.3;

function arms({ scale }: Plan): readonly [state: readonly Escape[], constant: readonly Escape[]] {
  const { flatness, step } = sizes[scale];
  const arm = (words: string, noise: Escape["noise"]) =>
    flatness.map((inverse): Escape => ({
      label: `${words}, k = ${(1 / inverse).toPrecision(3)}`,
      height,
      noise,
      sharpness: 1 / inverse,
      convention: "ito",
      exit: 2.3 * reachOf(height),
      step,
    }));
  return [
    arm("state-dependent noise", lossNoise(floor, kappa)),
    arm("constant noise", constantField(constantDiffusion)),
  ];
}

/** Sharp against flat: V(√k·x) of one height, its noise as the samples' gradients make it. */
export const sharpFlat: Experiment = {
  id: "sharp-flat",
  title: "Sharp minima against flat ones",
  claims: ["M9"],
  plan(plan) {
    const { budget, walkers } = sizes[plan.scale];
    return arms(plan).flatMap((escapes) =>
      escapes.flatMap((escape) => plan.seeds.map((seed) => workOf(escape, budget, walkers, seed))),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const { flatness, step } = sizes[plan.scale];
  const [state, constant] = arms(plan);
  const seed = plan.seeds.join(" ");
  const times = bySeed<Json>(results, plan.seeds.length).map(pooled);
  // A step is of length step/k, so that steps × step is k·τ.
  const bare = times.map((time, i) => logPoint(flatness[i % flatness.length], time, step));
  const corrected = (sign: 1 | -1) =>
    bare.slice(0, flatness.length).map((point) => ({
      ...point,
      y: point.y + Math.log1p(sign / (2 * kappa * point.x)),
    }));
  const points = corrected(1);
  const controlPoints = bare.slice(flatness.length);
  const theory = kappa * Math.log(ratio);
  const line = linearity(points, { label: "state-dependent noise, Itô's factor", seed });
  const printed = linearity(corrected(-1), { label: "with the printed factor 1 − 1/2κ", seed });
  const control = linearity(controlPoints, { label: "constant noise", seed });
  const law = flatness.map((inverse) => ({
    x: inverse,
    y:
      powerLaw1d(
        barrier1d(height, 2, 2),
        { eta: 2 * floor, sigmaG: 1 / inverse, kappa: kappa * inverse },
        { convention: "ito" },
      ).logTime + Math.log1p(1 / (2 * kappa * inverse)),
  }));
  return {
    claims: [
      judge({
        id: "M9",
        statement:
          "SGD leaves sharp minima exponentially faster than flat ones (abstract of v3): with V(√k·x), ln[kτ(1 + 1/2κ_k)] is linear in 1/k with slope κ₁·ln X.",
        statistic: "slope of ln[kτ(1 + 1/2κ_k)] in 1/k, over κ₁·ln X",
        band: bands.slope,
        measured: [{ label: line.slope.label, estimate: affine(line.slope.estimate, 1 / theory) }],
        controls: [
          { label: control.slope.label, estimate: affine(control.slope.estimate, 1 / theory) },
        ],
        doubts: line.doubts,
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `V(√k·x) is k times as sharp and as high as V, and samples whose losses are so scaled have C_k(x) = k·C(√k·x): κ becomes κ/k while X_b = ${ratio} stays. The power law then says that times differ exponentially in 1/k, here by κ₁·ln X = ${theory.toFixed(2)} from k = ∞ to k = 1 (κ₁ = ${kappa}). Under constant noise kτ does not depend on k at all, exactly: sharpness alone gains a factor k.`,
        ],
      },
      {
        kind: "figure",
        figure: logTimesFigure({
          description: "Logarithm of k times the escape time against 1/k, with the law of Itô.",
          xLabel: "1/k",
          yLabel: "ln[kτ(1 + 1/2κ_k)]",
          series: [
            { name: "state-dependent noise", colour: "vermilion", points },
            { name: "constant noise (control), ln kτ", colour: "grey", points: controlPoints },
          ],
          theories: [
            { label: "power law, Itô", colour: "ink", points: law },
            {
              label: "constant noise, exact",
              colour: "grey",
              dashed: true,
              points: constant.map((e, i) => ({
                x: flatness[i],
                y: exactTime(e).logMean + Math.log(e.sharpness),
              })),
            },
          ],
        }),
        caption: "Times with 95 % intervals over walkers.",
      },
      abscissaTable(line, "1/k"),
      {
        kind: "table",
        columns: [
          { label: "condition" },
          { label: "walkers", align: "end" },
          { label: "τ measured / quadrature", align: "end" },
        ],
        rows: [...state, ...constant].map((e, i) => {
          const unit = step / e.sharpness;
          const { value, stderr } = ratioTo(exactTime(e).mean, times[i], unit, seed);
          return [e.label, String(times[i].walkers), `${value.toFixed(3)} ± ${stderr.toFixed(3)}`];
        }),
      },
    ],
    surprises: [
      `The slope does not tell the conventions apart, but the line does: with the printed factor 1 − 1/2κ_k in place of Itô's the same times give a slope of ${(printed.slope.estimate.value / theory).toFixed(3)} times the theory's and a χ² of ${chiSquareOf(printed)} (with Itô's ${chiSquareOf(line)}).`,
    ],
  };
}

function chiSquareOf({ fits }: Linearity): string {
  const { line } = fits.find(({ name }) => name === "stated")!;
  return `${formatNumber(line.chiSquare)} on ${line.degrees} degrees`;
}
