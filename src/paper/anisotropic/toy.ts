import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { bySeed, type Ends, overSeeds } from "../over-seeds.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bands } from "./bands.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { sizes } from "./sizes.ts";
import type { ToyDynamics, ToyInput, ToyResult } from "./toy-task.ts";

const dynamics: readonly { readonly id: ToyDynamics; readonly label: string }[] = [
  { id: "gd", label: "GD" },
  { id: "constant", label: "GLD constant" },
  { id: "diagonal", label: "GLD diagonal" },
  { id: "leading", label: "GLD leading" },
  { id: "hessian", label: "GLD Hessian" },
  { id: "first-eigenvector", label: "GLD first eigenvector" },
  { id: "second-eigenvector", label: "second eigenvector (control)" },
  { id: "leading-again", label: "GLD leading, other draws (control)" },
];
/** Those of the paper's figure. */
const six = 6;

/** Data sets, each of its own seed; walkers' draws differ from one noise to another. */
const dataOf = (seed: string, index: number) => String(BigInt(seed) * 1000n + BigInt(index));

/** Who reaches the flat minimum of the two-dimensional toy. */
export const toy: Experiment = {
  id: "toy",
  title: "From the sharp minimum to the flat one, in two dimensions",
  claims: ["T1", "T2", "T3", "T4"],
  plan({ scale, seeds }) {
    const { toyWalkers: walkers, toyDataSets } = sizes[scale];
    return dynamics.flatMap(({ id, label }, kind) =>
      seeds.flatMap((seed) =>
        Array.from({ length: toyDataSets }, (_, index): Work => {
          const input: ToyInput = {
            dynamics: id,
            data: dataOf(seed, index),
            walkers,
            seed: dataOf(dataOf(seed, index), kind),
          };
          return {
            task: "anisotropic/toy",
            input: input as unknown as Json,
            label: `${label}, data ${input.data}`,
            cost: 0.5 + walkers * 2e-3,
          };
        }),
      ),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const { toyDataSets: sets, toyWalkers } = sizes[plan.scale];
  const found = bySeed<ToyResult>(results, plan.seeds.length * sets);
  const means = (values: readonly number[]): Ends => overSeeds(values, plan.seeds);
  const of = (id: ToyDynamics) => found[dynamics.findIndex((d) => d.id === id)];
  const success = (id: ToyDynamics) => ({
    label: dynamics.find((d) => d.id === id)!.label,
    estimate: means(of(id).map((r) => r.success)),
  });
  /** Over the six, for each data set. */
  const correlation = (abscissa: (r: ToyResult) => number) =>
    means(
      found[0].map((_, set) => {
        const own = found.slice(0, six).map((rs) => rs[set]);
        return rankCorrelation(own.map(abscissa), own.map((r) => r.success)); // prettier-ignore
      }),
    );
  const lead = (over: ToyDynamics, of_: ToyDynamics = "first-eigenvector") =>
    means(of(of_).map((r, set) => r.success - of(over)[set].success));
  const [moving, staying] = [
    ["leading", "hessian", "first-eigenvector"],
    ["gd", "constant", "diagonal"],
  ] as const;
  return {
    claims: [
      judge({
        id: "T1",
        statement:
          "Noise that goes with the covariance, with the Hessian or with its first eigenvector carries the toy from its sharp minimum to the flat one (figure 2).",
        statistic: "share of walkers that are there after 500 steps",
        band: bands.toyMoves,
        measured: moving.map(success),
        controls: (["second-eigenvector", "constant"] as const).map(success),
        doubts: [],
      }),
      judge({
        id: "T2",
        statement:
          "Without noise, with isotropic noise of the same trace and with the covariance's diagonal it stays (figure 2).",
        statistic: "share of walkers that are there after 500 steps",
        band: bands.toyStays,
        measured: staying.map(success),
        controls: [success("leading")],
        doubts: [],
      }),
      judge({
        id: "T3",
        statement: "The rate of success goes with Tr(HΣ) at the sharp minimum (figure 2, text).",
        statistic: "Spearman's correlation over the six dynamics",
        band: bands.toyOrder,
        measured: [{ label: "with Tr(HΣ)", estimate: correlation((r) => r.indicator) }],
        controls: [{ label: "with Tr(H⁻¹Σ)", estimate: correlation((r) => r.inverse) }],
        doubts: [],
      }),
      judge({
        id: "T4",
        statement: "All of the noise along the Hessian's first eigenvector succeeds most often.",
        statistic: "its share less that of another noise",
        band: bands.toyLead,
        measured: [
          { label: "less that of the covariance", estimate: lead("leading") },
          { label: "less that of the Hessian", estimate: lead("hessian") },
        ],
        controls: [
          {
            label: "covariance, less that of the covariance with other draws",
            estimate: lead("leading-again", "leading"),
          },
        ],
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `L is the mean over 100 points x of min{10(K₁u − K₂v)² + 100(K₁u + K₂v)², ‖w − x + 1‖²}, (u, v) = w − x − 1: a sharp minimum near (1, 1), with curvatures 200 and 20, beside a flat one near (−1, −1) with 2 and 2. η = 0.005, 500 steps from (1, 1); every noise adds a covariance of trace 0.01 to the weights in each step. ${plan.seeds.length * sets} data sets, ${toyWalkers} walkers on each; intervals are over data sets.`,
        ],
      },
      {
        kind: "table",
        columns: [
          { label: "dynamics" },
          { label: "Tr(HΣ) at (1, 1)", align: "end" },
          { label: "success", align: "end" },
          { label: "95 %", align: "end" },
        ],
        rows: dynamics.map(({ label, id }) => {
          const { value, low, high } = success(id).estimate;
          const percent = (x: number) => (100 * Math.max(0, x)).toFixed(1);
          return [
            label,
            means(of(id).map((r) => r.indicator)).value.toFixed(2),
            `${percent(value)} %`,
            `${percent(low)} to ${percent(high)}`,
          ];
        }),
        caption: "Means over data sets.",
      },
      {
        kind: "figure",
        figure: {
          kind: "bars",
          description: "Share of walkers that reached the flat minimum, for each dynamics.",
          xLabel: "share that succeeded",
          colour: "blue",
          xDomain: [0, 0.6],
          rows: dynamics.map(({ label, id }) => {
            const { estimate } = success(id);
            return { name: label, estimate, text: `${(100 * estimate.value).toFixed(1)} %` };
          }),
        },
        caption: "95 % intervals over data sets.",
      },
    ],
    surprises: [
      `The first eigenvector of the Hessian succeeds in ${(100 * success("first-eigenvector").estimate.value).toFixed(0)} % of runs here; a port of the released code had 51 of 100, a high draw: in the flat basin, whose curvatures are equal, u₁ is arbitrary, and what a run does there depends on which vector it is given.`,
    ],
  };
}
