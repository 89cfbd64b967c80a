import { barrier1d, type Convention, powerLaw1d } from "../../diffusion/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { linearity } from "../linearity.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bySeed } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import { abscissaTable, logTimesFigure } from "./lines.ts";
import { constantField, type Escape, exactTime, lossNoise, reachOf, workOf } from "./mirrored.ts";
import { sizes } from "./sizes.ts";
import { affine, logPoint, pooled, ratioTo } from "./times.ts";

const kappa = 3;
/** D at the minimum, ησ_g/2. */
const floor = 0.1;
/** Of the control: the same barriers, no growth of the noise. */
const constantDiffusion = 0.3;

/** ΔL of a ratio X_b = 1 + ΔL/(κD₀). */
const heightOf = (ratio: number) => (ratio - 1) * kappa * floor;

interface Arm {
  readonly name: string;
  readonly escapes: readonly Escape[];
}

function arms({ scale }: Plan): readonly [ito: Arm, antiIto: Arm, constant: Arm] {
  const { ratios, step } = sizes[scale];
  const arm = (name: string, noise: Escape["noise"], convention: Convention): Arm => ({
    name,
    escapes: ratios.map((ratio) => {
      const height = heightOf(ratio);
      const exit = 2.3 * reachOf(height);
      const label = `${name}, X = ${ratio}`;
      return { label, height, noise, sharpness: 1, convention, exit, step };
    }),
  });
  return [
    arm("Itô", lossNoise(floor, kappa), "ito"),
    arm("anti-Itô", lossNoise(floor, kappa), "anti-ito"),
    arm("constant noise", constantField(constantDiffusion), "ito"),
  ];
}

/** The exponent of the escape law, κ − ½ as printed or κ + ½ as Itô's, where C is linear in the loss. */
export const exponent: Experiment = {
  id: "exponent",
  title: "The exponent of the escape law, and the convention",
  claims: ["M8", "M7"],
  plan(plan) {
    const { budget, walkers } = sizes[plan.scale];
    return arms(plan).flatMap(({ escapes }) =>
      escapes.flatMap((escape) => plan.seeds.map((seed) => workOf(escape, budget, walkers, seed))),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = arms(plan);
  const { ratios, step } = sizes[plan.scale];
  const seed = plan.seeds.join(" ");
  const times = bySeed<Json>(results, plan.seeds.length).map(pooled);
  const found = all.map(({ name, escapes }, a) => {
    const own = times.slice(a * ratios.length, (a + 1) * ratios.length);
    const points = ratios.map((ratio, i) => logPoint(Math.log(ratio), own[i], step));
    const line = linearity(points, {
      label: name,
      seed,
      rivals: {
        ΔL: (x) => Math.expm1(x),
        "ln ΔL": (x) => Math.log(Math.expm1(x)),
        "√ln X": (x) => Math.sqrt(x),
        "ln² X": (x) => x * x,
      },
    });
    return { name, escapes, points, own, line, shift: affine(line.slope.estimate, 1, -kappa) };
  });
  const [ito, antiIto, constant] = found;
  const statistic = ({ name, shift }: (typeof found)[number]) => ({
    label: name,
    estimate: shift,
  });
  const of = (convention: Convention) =>
    ratios.map((ratio) => ({
      x: Math.log(ratio),
      y: powerLaw1d(
        barrier1d(heightOf(ratio), 2, 2),
        { eta: 2 * floor, sigmaG: 1, kappa },
        { convention },
      ).logTime,
    }));
  return {
    claims: [
      judge({
        id: "M7",
        statement: `The escape time grows as X_b^(κ − ½), X_b = 1 + 2ΔL/(ηκσ_g) (1-D theorem as printed), for the dynamic that is the limit of SGD.`,
        statistic: "slope of ln τ in ln X_b, less κ",
        band: bands.exponentPrinted,
        measured: [statistic(ito)],
        controls: [statistic(constant)],
        doubts: ito.line.doubts,
      }),
      judge({
        id: "M8",
        statement:
          "The escape time grows as X_b^(κ + ½): the theorem in Itô's form, which is that of Mori et al.",
        statistic: "slope of ln τ in ln X_b, less κ",
        band: bands.exponentIto,
        measured: [statistic(ito)],
        controls: [statistic(antiIto), statistic(constant)],
        doubts: ito.line.doubts,
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `Where the covariance is linear in the loss, C = σ_g(1 + 2(L − L*)/(ηκσ_g)), the escape time is known in closed form: 2π/[(1 ± 1/2κ)√(H_a|H_b|)]·X_b^(κ ± ½), with + for noise taken at the start of a step (Itô, SGD) and − for noise taken at its end (anti-Itô), which is the formula as printed. Here κ = ${kappa} and ησ_g/2 = ${floor}. The same equation is simulated in both conventions.`,
        ],
      },
      {
        kind: "figure",
        figure: logTimesFigure({
          description:
            "Logarithm of the escape time against the logarithm of the noise ratio, in two conventions.",
          xLabel: "ln X_b",
          yLabel: "ln τ",
          series: [
            { name: "Itô, simulated", colour: "vermilion", points: ito.points },
            { name: "anti-Itô, simulated", colour: "purple", points: antiIto.points },
            { name: "constant noise (control)", colour: "grey", points: constant.points },
          ],
          theories: [
            { label: "Itô, κ + ½", colour: "vermilion", points: of("ito") },
            { label: "as printed, κ − ½", colour: "purple", dashed: true, points: of("anti-ito") },
          ],
        }),
        caption:
          "Times with 95 % intervals over walkers. The printed line is the one that the anti-Itô equation follows; the limit of SGD follows the other.",
      },
      abscissaTable(ito.line, "ln X_b"),
      {
        kind: "table",
        columns: [
          { label: "condition" },
          { label: "walkers", align: "end" },
          { label: "τ measured / quadrature", align: "end" },
        ],
        rows: found.flatMap(({ escapes, own }) =>
          escapes.map((e, i) => {
            const { value, stderr } = ratioTo(exactTime(e).mean, own[i], step, seed);
            return [e.label, String(own[i].walkers), `${value.toFixed(3)} ± ${stderr.toFixed(3)}`];
          }),
        ),
      },
    ],
    surprises: [
      `The printed exponent is that of an equation which SGD does not follow: Itô's simulation gives κ ${signed(ito.shift.value)}, the anti-Itô one κ ${signed(antiIto.shift.value)}.`,
    ],
  };
}

const signed = (x: number) => `${x < 0 ? "−" : "+"} ${Math.abs(x).toFixed(2)}`;
