import type { Json } from "../../run/index.ts";
import { fitLine } from "../../statistics/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bySeed, type Ends, overSeeds } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import { logTimesFigure } from "./lines.ts";
import type { SgdInput, SgdTimes } from "./sgd-task.ts";
import { sizes } from "./sizes.ts";

const eta = 0.1;
/** Past the barrier, as the specification's own run. */
const beyond = 0.75;

/** SGD's own escapes, real batches of one sample, against its own chain and against the diffusion. */
export const sgdEscape: Experiment = {
  id: "sgd-escape",
  title: "SGD itself",
  claims: ["M10", "M11"],
  plan({ scale, seeds }) {
    const { budget, walkers, sgdHeights } = sizes[scale];
    return sgdHeights.flatMap((height) =>
      seeds.map((seed): Work => {
        const input: SgdInput = { height, eta, beyond, budget: budget / 4, walkers, seed };
        return {
          task: "power-law/sgd",
          input: input as unknown as Json,
          label: `SGD, ΔL = ${height}, seed ${seed}`,
          cost: 1 + budget / 4e7,
        };
      }),
    );
  },
  judge: judged,
};

interface Row {
  readonly height: number;
  readonly times: readonly SgdTimes[];
}

function judged(results: readonly Json[], plan: Plan): Finding {
  const { sgdHeights } = sizes[plan.scale];
  const found = bySeed<SgdTimes>(results, plan.seeds.length);
  const rows = sgdHeights.map((height, i): Row => ({ height, times: found[i] }));
  const last = rows.at(-1)!;
  return {
    claims: [
      judge({
        id: "M10",
        statement:
          "SGD's own escape times are those of its Markov chain on the data, not those of the diffusion.",
        statistic: "steps to the exit over the theory's, mean over data sets",
        band: bands.chainRatio,
        measured: rows.map((row) => ({
          label: `ΔL = ${row.height}, over the exact chain`,
          estimate: ratios(row, (t) => t.chain),
        })),
        controls: [
          {
            label: `ΔL = ${last.height}, over the diffusion`,
            estimate: ratios(last, (t) => t.diffusion),
          },
        ],
        doubts: [],
      }),
      judge({
        id: "M11",
        statement:
          "SGD's own escape time is the power of 1 + ΔL that its diffusion has, (1 + ΔL)^2κ (1-D experiment, whose axis is ln ΔL).",
        statistic: "slope of ln τ in ln(1 + ΔL), over 2κ",
        band: bands.slope,
        measured: [
          {
            label: "SGD, b = 1",
            estimate: overSeeds(
              slopes(rows, (t) => t.steps),
              plan.seeds,
            ),
          },
        ],
        controls: [
          {
            label: "the exponential law exp(ΔL/D), exact",
            estimate: overSeeds(
              slopes(rows, (t) => Math.exp(t.height / t.floor)),
              plan.seeds,
            ),
          },
        ],
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `The one-dimensional test as the paper runs it: ℓᵢ(u) = (uxᵢ − yᵢ)², 500 samples with standard normal x and y, SGD on batches of one with η = ${eta}. Every seed has its own data, and its own theory: the chain w ← w − ηgᵢ(w) is solved exactly on a grid of the line, and the diffusion with the covariance of the same data by quadrature.`,
        ],
      },
      {
        kind: "figure",
        figure: logTimesFigure({
          description:
            "Logarithm of SGD's steps to the exit, with the exact chain and the diffusion.",
          xLabel: "ln(1 + ΔL)",
          yLabel: "ln steps",
          series: [
            {
              name: "SGD",
              colour: "vermilion",
              points: rows.map((row) => {
                const mean = meanOf(row, (t) => t.steps);
                const error = Math.hypot(...row.times.map((t) => t.stderr)) / row.times.length;
                return { x: Math.log1p(row.height), y: Math.log(mean), stderr: error / mean };
              }),
            },
          ],
          theories: [
            { label: "exact chain", colour: "blue", points: meanLog(rows, (t) => t.chain) },
            {
              label: "diffusion",
              colour: "ink",
              dashed: true,
              points: meanLog(rows, (t) => t.diffusion),
            },
          ],
        }),
        caption: "Means over the data sets; intervals over walkers.",
      },
      {
        kind: "table",
        columns: [
          { label: "ΔL" },
          { label: "SGD, steps", align: "end" },
          { label: "SGD / chain", align: "end" },
          { label: "chain / diffusion", align: "end" },
        ],
        rows: rows.map((row) => [
          String(row.height),
          meanOf(row, (t) => t.steps).toFixed(0),
          meanOf(row, (t) => t.steps / t.chain).toFixed(3),
          meanOf(row, (t) => t.chain / t.diffusion).toFixed(2),
        ]),
      },
    ],
    surprises: [
      `At η = ${eta} SGD stays longer than its diffusion says, ${meanOf(last, (t) => t.chain / t.diffusion).toFixed(1)} times as long at ΔL = ${last.height} in the mean over data sets: the steps of real samples are bounded, and what the largest curvature among 500 samples is decides more than κ does.`,
    ],
  };
}

/** Mean over data sets of measured over theory; the interval over walkers. */
function ratios({ times }: Row, theory: (t: SgdTimes) => number): Ends {
  const mean = meanOf({ times }, (t) => t.steps / theory(t));
  const half = (1.96 * Math.hypot(...times.map((t) => t.stderr / theory(t)))) / times.length;
  return { value: mean, low: mean - half, high: mean + half };
}

/** One slope a data set, over its own 2κ. */
function slopes(rows: readonly Row[], steps: (t: SgdTimes) => number): number[] {
  return rows[0].times.map(({ kappa }, s) => {
    const line = fitLine(
      rows.map(({ times }) => Math.log1p(times[s].height)),
      rows.map(({ times }) => Math.log(steps(times[s]))),
      { seed: String(s) },
    );
    return line.slope.value / (2 * kappa);
  });
}

const meanOf = ({ times }: Pick<Row, "times">, of: (t: SgdTimes) => number) =>
  times.reduce((sum, t) => sum + of(t), 0) / times.length;

const meanLog = (rows: readonly Row[], of: (t: SgdTimes) => number) =>
  rows.map((row) => ({ x: Math.log1p(row.height), y: Math.log(meanOf(row, of)) }));
