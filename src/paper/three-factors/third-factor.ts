import { type Block, formatNumber, formatPlusMinus } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge, type Statistic } from "../claim.ts";
import { byCondition, worksOf } from "../conditions.ts";
import { lineOf, scaledBy, slopeOf, splitResults, weightedAverage } from "../line-statistics.ts";
import type { LinePoint } from "../linearity.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import { type OccupancyCondition, type Scans, scans } from "./occupancy-scans.ts";
import { printedLogOdds, type TwoWells } from "./two-wells.ts";
import type { TwoWellsPoint } from "./two-wells-task.ts";

/** Depth against width in two wells, and σ² as the third of the factors. */
export const thirdFactor: Experiment = {
  id: "third-factor",
  title: "Which minimum: depth against width, and the third factor σ²",
  claims: ["O1", "O2", "O3"],
  plan: (plan) => worksOf(Object.values(scans(plan.scale)).flat(), plan),
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = scans(plan.scale);
  const names = Object.keys(all) as (keyof Scans)[];
  const parts = splitResults(results, names.map((name) => all[name]), plan); // prettier-ignore
  const points = Object.fromEntries(
    names.map((name, i) => [
      name,
      byCondition<TwoWellsPoint>(parts[i], all[name], plan).map((own, j) =>
        averaged(all[name][j], own),
      ),
    ]),
  ) as Record<keyof Scans, LinePoint[]>;
  const seed = plan.seeds.join(" ");
  const { wells } = all.first[0];
  const curve = [...points.first, ...points.second, ...points.third];
  const law = lineOf(curve, { label: "three triples, all particles", seed, span: 1 });
  const half = 0.5 * Math.log(wells.flat / wells.sharp);
  const width = (name: keyof Scans, label: string): Statistic =>
    scaledBy(
      weightedAverage(
        points[name].map(({ x, y, stderr }, j) => ({ y: y - x * all[name][j].wells.difference, stderr })), // prettier-ignore
        label,
      ).statistic,
      1 / half,
    );
  const apart = (name: keyof Scans, label: string): Statistic =>
    weightedAverage(
      points[name].map(({ y, stderr }, j) => ({
        y: y - points.first[j].y,
        stderr: Math.hypot(stderr, points.first[j].stderr),
      })),
      label,
    ).statistic;
  const claims = [
    judge({
      id: "O1",
      statement:
        "With C = σ²I the odds of two minima are those of exp(−2L/T), T = ησ²/S: a line in 1/T with slope 2(L_B − L_A) (theorem on relative probabilities).",
      statistic: "d ln(p_A/p_B)/d(1/D) over L_B − L_A, D = T/2; intervals over particles",
      band: bands.depthSlope,
      measured: [scaledBy(law.slope, 1 / wells.difference)],
      controls: [
        scaledBy(slopeOf(points.level, "equal depths", seed).statistic, 1 / wells.difference),
      ],
      doubts: law.doubts,
    }),
    judge({
      id: "O2",
      statement:
        "The wider minimum holds √(H_A/H_B) more than its depth gives it (theorem on relative probabilities).",
      statistic: "ln(p_A/p_B) − (L_B − L_A)/D, over ½ ln(H_B/H_A); intervals over particles",
      band: bands.width,
      measured: [width("first", "mean over D")],
      controls: [width("alike", "equal curvatures")],
      doubts: [],
    }),
    judge({
      id: "O3",
      statement:
        "The noise of the gradients is the third factor: η, S and σ² count only as ησ²/S (abstract, theory).",
      statistic: "difference of ln(p_A/p_B) from the first triple's, mean over D; over particles",
      band: bands.sameOdds,
      measured: [apart("second", all.second[0].triple), apart("third", all.third[0].triple)],
      controls: [apart("unequal", all.unequal[0].triple)],
      doubts: [],
    }),
  ];
  return {
    claims,
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `A is sharp and deep (H = ${formatNumber(wells.sharp)}), B flat and higher by ${formatNumber(wells.difference)} (H = ${formatNumber(wells.flat)}). Samples are L + ξᵢx with ξ of variance σ² exactly, so that C = σ²I; batches of S are drawn with replacement. Particles begin on the saddle and are looked at in their stationary law.`,
          "Laplace's method gives the printed line; the dashed line is the stationary density by quadrature, without it.",
        ],
      },
      oddsFigure(all, points, wells),
      oddsTable(all, points),
    ],
  };
}

/** The log-odds over the particles of all seeds, at 1/D. */
function averaged({ diffusion }: OccupancyCondition, points: readonly TwoWellsPoint[]): LinePoint {
  const n = points.length;
  return {
    x: 1 / diffusion,
    y: points.reduce((sum, { logOdds }) => sum + logOdds, 0) / n,
    stderr: Math.sqrt(points.reduce((sum, { stderr }) => sum + stderr ** 2, 0)) / n,
  };
}

type Points = Readonly<Record<keyof Scans, readonly LinePoint[]>>;

function oddsFigure(all: Scans, points: Points, wells: TwoWells): Block {
  const shown = [
    ["first", "vermilion"],
    ["second", "blue"],
    ["third", "amber"],
    ["unequal", "grey"],
  ] as const;
  const ends = [all.first[0], all.first.at(-1)!];
  return {
    kind: "figure",
    figure: {
      kind: "line-fit",
      description: "Log-odds of the sharp deep well against 1/D of the first triple.",
      xLabel: "1/D of the first triple",
      yLabel: "ln(p_A/p_B)",
      series: shown.map(([name, colour]) => ({
        name: name === "unequal" ? "2σ² (control)" : all[name][0].triple,
        colour,
        points: points[name].map(({ y, stderr }, j) => ({
          x: points.first[j].x,
          estimate: { value: y, low: y - 1.96 * stderr, high: y + 1.96 * stderr },
        })),
      })),
      lines: [
        {
          label: "as printed",
          colour: "ink",
          points: ends.map(({ diffusion }) => ({
            x: 1 / diffusion,
            y: printedLogOdds(wells, diffusion),
          })),
        },
        {
          label: "exact",
          colour: "ink",
          dashed: true,
          points: all.first.map(({ diffusion, exact }) => ({ x: 1 / diffusion, y: exact })),
        },
      ],
    },
    caption:
      "ln(p_A/p_B) of triples (η, S, σ²) with one ησ²/S, 95 % intervals. Below 0 the flat well holds more although it is higher. Control: σ² alone doubled.",
  };
}

function oddsTable(all: Scans, points: Points): Block {
  const names = Object.keys(all) as (keyof Scans)[];
  return {
    kind: "table",
    narrow: "scroll",
    columns: [
      { label: "wells, triple" },
      { label: "1/D", align: "end" },
      { label: "measured", align: "end" },
      { label: "exact", align: "end" },
      { label: "as printed", align: "end" },
    ],
    rows: names.flatMap((name) =>
      all[name].map(({ triple, diffusion, exact, wells }, j) => [
        triple,
        formatNumber(1 / diffusion),
        formatPlusMinus(points[name][j].y, points[name][j].stderr),
        formatNumber(exact),
        formatNumber(printedLogOdds(wells, diffusion)),
      ]),
    ),
    caption: "ln(p_A/p_B), standard errors over the particles of all seeds.",
  };
}
