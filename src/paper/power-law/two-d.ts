import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bySeed, overSeeds } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import type { EscapeTimes } from "./escape-task.ts";
import { type Dynamics, type SharpValley, sharpValley, type TwoDInput } from "./two-d-task.ts";

const eta = 0.01;
const steps = 250;

const dynamics: readonly { readonly kind: Dynamics; readonly label: string }[] = [
  { kind: "sgd", label: "SGD, b = 1" },
  { kind: "power-law", label: "power-law dynamic" },
  { kind: "constant", label: "constant noise of equal trace" },
  { kind: "constant-again", label: "the same noise again, other draws" },
];

/** Who leaves the sharp valley of the two-dimensional test. */
export const twoD: Experiment = {
  id: "two-d",
  title: "Leaving the sharp minimum of the two-dimensional test",
  claims: ["M12"],
  plan({ scale, seeds }) {
    const walkers = scale === "smoke" ? 20 : scale === "quick" ? 400 : 4000;
    return dynamics.flatMap(({ kind, label }) =>
      seeds.map((seed): Work => {
        const input: TwoDInput = { dynamics: kind, eta, steps, walkers, seed };
        return {
          task: "power-law/two-d",
          input: input as unknown as Json,
          label: `${label}, seed ${seed}`,
          cost: 0.3 + (walkers * steps) / 1e7,
        };
      }),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const found = bySeed<EscapeTimes>(results, plan.seeds.length);
  const share = ({ left, walkers }: EscapeTimes) => left / walkers;
  const of = (kind: Dynamics) => found[dynamics.findIndex((d) => d.kind === kind)];
  const constant = of("constant");
  const advantage = (kind: Dynamics) =>
    overSeeds(
      of(kind).map((times, s) => share(times) - share(constant[s])),
      plan.seeds,
    );
  const valleys = plan.seeds.map(sharpValley);
  const mean = (f: (v: SharpValley) => number) =>
    valleys.reduce((sum, v) => sum + f(v), 0) / valleys.length;
  const statistic = ({ kind, label }: (typeof dynamics)[number]) => ({
    label,
    estimate: advantage(kind),
  });
  return {
    claims: [
      judge({
        id: "M12",
        statement:
          "State-dependent noise leaves the sharp minimum of the two-dimensional test where constant noise stays (2-D experiment).",
        statistic: `share of walkers that leave within ${steps} steps, less that of constant noise`,
        band: bands.escapeAdvantage,
        measured: dynamics.slice(0, 2).map(statistic),
        controls: dynamics.slice(3).map(statistic),
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `V is the mean of 15 Σⱼ |wⱼ − xⱼ − 1|^2.5 |wⱼ − xⱼ + 1|³ over 100 samples x ~ N(0, 0.01·I) (the number is not known from the paper). All walkers begin in its sharp valley near (1, 1) with η = ${eta} and have left it where a coordinate is negative. The power-law dynamic has the samples' variances at the minimum, σ_g = ${mean((v) => v.slopeVariance).toPrecision(3)} and σ_H = ${formatNumber(mean((v) => v.curvatureVariance))} (H = ${mean((v) => v.curvature).toPrecision(3)}, κ = ${mean((v) => v.curvature / (eta * v.curvatureVariance)).toPrecision(3)}); constant noise has its trace at the minimum.`,
        ],
      },
      {
        kind: "table",
        columns: [
          { label: "dynamics" },
          { label: "left the sharp valley", align: "end" },
          { label: "mean steps", align: "end" },
        ],
        rows: dynamics.map(({ label }, i) => {
          const shares = found[i].map(share);
          const all = overSeeds(shares, plan.seeds);
          const exits = found[i].reduce((sum, t) => sum + t.left, 0);
          const total = found[i].reduce((sum, t) => sum + (t.left === 0 ? t.walkers * steps : t.left * t.steps), 0); // prettier-ignore
          return [
            label,
            `${(100 * all.value).toFixed(1)} %`,
            exits === 0 ? `more than ${total}` : (total / exits).toFixed(0),
          ];
        }),
        caption: `Means over data sets. Mean steps are the steps of all walkers over the exits within ${steps}.`,
      },
      {
        kind: "figure",
        figure: {
          kind: "bars",
          description: "Share of walkers that left the sharp valley, for each dynamics.",
          xLabel: "share that left",
          colour: "vermilion",
          xDomain: [0, 1],
          rows: dynamics.map(({ label }, i) => {
            const estimate = overSeeds(found[i].map(share), plan.seeds);
            return { name: label, estimate, text: `${(100 * estimate.value).toFixed(1)} %` };
          }),
        },
        caption: "95 % intervals over data sets.",
      },
    ],
  };
}
