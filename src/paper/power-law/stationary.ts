import { type Convention, kestenTail, powerLawStationary } from "../../diffusion/index.ts";
import { studentQuantile } from "../../numeric/index.ts";
import type { Colour, Figure } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan, ScaleName, Work } from "../paper.ts";
import { bySeed, overSeeds } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import { sizes } from "./sizes.ts";
import { shares, type Shaken, type StationaryFit } from "./stationary-task.ts";

interface Condition {
  readonly label: string;
  readonly shaken: Extract<Shaken, { kind: "diffusion" }>;
  readonly eta: number;
  readonly colour: Colour;
}

const kappas = [2, 4] as const;
/** The 2κ that the constant noise, which has no κ, is held against. */
const controlKappa = 4;

/** Steps so short that the recursion's own tail (Kesten) is that of the equation to 1 %. */
const etaOf = (kappa: number, scale: ScaleName) => (scale === "smoke" ? 0.05 : 0.02 / kappa);

function conditions({ scale }: Plan): Condition[] {
  const one = (kappa: number, convention: Convention, colour: Colour): Condition => ({
    label: `${convention === "ito" ? "Itô" : "anti-Itô"}, κ = ${kappa}`,
    shaken: { kind: "diffusion", kappa, convention },
    eta: etaOf(kappa, scale),
    colour,
  });
  return [
    ...kappas.map((kappa, i) => one(kappa, "ito", i === 0 ? "vermilion" : "amber")),
    ...kappas.map((kappa, i) => one(kappa, "anti-ito", i === 0 ? "purple" : "blue")),
    {
      label: "constant noise",
      shaken: { kind: "diffusion", kappa: Infinity, convention: "ito" },
      eta: etaOf(controlKappa, scale),
      colour: "grey",
    },
  ];
}

/** The work of one stationary law under one seed. */
export function stationaryWork(
  shaken: Shaken,
  eta: number,
  particles: number,
  time: number,
  seed: string,
  label: string,
): Work {
  return {
    task: "power-law/stationary",
    input: { shaken, eta, particles, time, seed },
    label: `${label}, seed ${seed}`,
    cost: (particles * (time / eta + 3000)) / 4e7,
  };
}

/** Which law iterates come to about a minimum: C^(−κ−1), or C^(−κ) as printed. */
export const stationary: Experiment = {
  id: "stationary",
  title: "The stationary law and its tail index",
  claims: ["M2", "M1"],
  plan(plan) {
    const { particles } = sizes[plan.scale];
    const time = plan.scale === "smoke" ? 3 : 10;
    return conditions(plan).flatMap(({ shaken, eta, label }) =>
      plan.seeds.map((seed) => stationaryWork(shaken, eta, particles, time, seed, label)),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = conditions(plan);
  const fits = bySeed<StationaryFit>(results, plan.seeds.length);
  const statistics = all.map(({ label, shaken }, i) => ({
    label,
    estimate: overSeeds(
      fits[i].map(({ degrees }) => degrees - 2 * Math.min(shaken.kappa, controlKappa)),
      plan.seeds,
    ),
  }));
  const [ito, antiIto, constant] = [statistics.slice(0, 2), statistics.slice(2, 4), statistics.slice(4)]; // prettier-ignore
  return {
    claims: [
      judge({
        id: "M1",
        statement:
          "About a minimum the iterates follow p ∝ C(w)^(−κ), Student's t of ν = 2κ − 1 (theorem on the stationary law as printed), for the dynamic that is the limit of SGD.",
        statistic: "ν − 2κ, Student's t by maximum likelihood",
        band: bands.tailPrinted,
        measured: ito,
        controls: constant,
        doubts: [],
      }),
      judge({
        id: "M2",
        statement: "They follow p ∝ C(w)^(−κ−1), Student's t of ν = 2κ + 1: the law in Itô's form.",
        statistic: "ν − 2κ, Student's t by maximum likelihood",
        band: bands.tailIto,
        measured: ito,
        controls: [...antiIto, ...constant],
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          "dw = −w dt + √(ηC(w)) dB with C = (1 + w²)/(ηκ): a parabola of curvature 1 under noise whose variance is quadratic in the distance. Independent particles run until the start is forgotten, and the tail index is fitted by Student's t, of which the power law is a member. With noise taken at the start of each step, as SGD takes it, p ∝ C^(−κ−1); the law printed, C^(−κ), is that of noise taken at the end.",
        ],
      },
      { kind: "figure", figure: tailFigure(all, fits), caption: "Chance to lie farther out than |w|, measured with the exact laws: C^(−κ−1) (Itô, full lines) and C^(−κ) (as printed, broken lines)." }, // prettier-ignore
      {
        kind: "table",
        columns: [
          { label: "noise" },
          { label: "ν measured", align: "end" },
          { label: "2κ + 1 (Itô)", align: "end" },
          { label: "2κ − 1 (printed)", align: "end" },
          { label: "tail of the recursion (Kesten)", align: "end" },
        ],
        rows: all.map(({ label, shaken, eta }, i) => {
          const { kappa } = shaken;
          const nu = fits[i].reduce((sum, fit) => sum + fit.degrees, 0) / fits[i].length;
          if (kappa === Infinity) return [label, nu.toFixed(0), "∞", "∞", "none"];
          const tail = kestenTail({ kind: "gaussian", mean: 1, variance: 1 / (eta * kappa) }, eta);
          return [
            label,
            nu.toFixed(2),
            String(2 * kappa + 1),
            String(2 * kappa - 1),
            shaken.convention === "ito" && tail.kind === "power" ? tail.alpha.toFixed(2) : "–",
          ];
        }),
        caption:
          "Kesten's exponent is exact for the recursion that was run, z ← (1 − ηh)z − ηg with normal h and g: with normal curvatures of a batch it hardly differs from the equation's.",
      },
    ],
  };
}

function tailFigure(
  all: readonly Condition[],
  fits: readonly (readonly StationaryFit[])[],
): Figure {
  const shown = all.map((condition, i) => ({ ...condition, fits: fits[i] })).slice(0, 4);
  const laws = kappas.flatMap((kappa, i) =>
    (["ito", "anti-ito"] as const).map((convention) => {
      const { degreesOfFreedom: nu } = powerLawStationary(
        { curvature: 1, eta: 1, sigmaG: 1 / kappa, sigmaH: 1 / kappa },
        { convention },
      );
      return {
        label: `κ = ${kappa}, ${convention === "ito" ? "Itô" : "printed"}`,
        colour: (convention === "ito" ? ["vermilion", "amber"] : ["purple", "blue"])[i] as Colour,
        dashed: convention === "anti-ito",
        points: shares.map((share) => ({
          x: studentQuantile((1 + share) / 2, nu) / Math.sqrt(nu),
          y: 1 - share,
        })),
      };
    }),
  );
  return {
    kind: "line-fit",
    description: "Tails of the stationary law for two tail indices in two conventions.",
    xLabel: "|w|, in units of √(σ_g/σ_H)",
    yLabel: "share farther out",
    xScale: "log",
    yScale: "log",
    series: shown.map(({ label, colour, fits: own }) => ({
      name: label,
      colour,
      points: shares.map((share, q) => {
        const reach = own.reduce((sum, f) => sum + f.quantiles[q] * f.scale, 0) / own.length;
        return { x: reach, estimate: { value: 1 - share } };
      }),
    })),
    lines: laws,
  };
}
