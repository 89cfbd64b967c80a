import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { fitLine } from "../../statistics/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import { constantCell, type NetworkCell, networkResults, networkScales, networkWorks } from "./network-cells.ts"; // prettier-ignore
import { curvesFigure, endTable, lastAnswers } from "./network-figures.ts";
import { perSeed, trainingDoubts } from "./network-statistics.ts";
import type { Look, NetworkResult } from "./network-task.ts";

/** How much of the random labels is learnt under more noise or less. */
export const memorisation: Experiment = {
  id: "memorisation",
  title: "Noise against memorisation of random labels",
  claims: ["N1", "N2"],
  plan: (plan) => networkWorks(Object.values(cellsOf(plan)), plan),
  judge: judged,
};

function cellsOf({ scale }: Plan) {
  const [network] = networkScales[scale];
  const { eta, batchSize, batches } = network;
  return {
    quiet: constantCell(network, 2 * eta, Math.max(...batches) * batchSize),
    loud: constantCell(network, 2 * eta, Math.min(...batches) * batchSize),
    base: constantCell(network, eta, batchSize),
    four: constantCell(network, 4 * eta, 4 * batchSize),
  } satisfies Record<string, NetworkCell>;
}

/** Share of the true training labels fitted at which runs are compared, and how far looks may be from it. */
const level = 0.9;
const reach = 0.1;

/** Share of random labels fitted where 0.9 of the true ones are: the line through the looks about there; NaN for fewer than 3. */
export function memorisedAt(looks: readonly Look[]): number {
  const near = looks.filter(({ clean }) => Math.abs(clean - level) < reach);
  if (near.length < 3) return NaN;
  const x = near.map(({ clean }) => clean - level);
  if (x.every((value) => value === x[0])) return NaN;
  return fitLine(x, near.map(({ random }) => random), { seed: "0" }).intercept.value; // prettier-ignore
}

function judged(results: readonly Json[], plan: Plan): Finding {
  const cells = cellsOf(plan);
  const [quiet, loud, base, four] = networkResults(results, plan);
  const doubts = trainingDoubts(Object.values(cells), [quiet, loud, base, four]);
  const random = lastAnswers("random");
  const atEnd = (label: string, a: readonly NetworkResult[], b: readonly NetworkResult[]) =>
    perSeed(label, a.map((result, s) => random(result) - random(b[s])), plan); // prettier-ignore
  const atFit = (label: string, a: readonly NetworkResult[], b: readonly NetworkResult[]) =>
    perSeed(label, a.map(({ looks }, s) => memorisedAt(looks) - memorisedAt(b[s].looks)), plan); // prettier-ignore
  const names = [
    `${cells.quiet.label} less ${cells.loud.label}`,
    `${cells.base.label} less ${cells.four.label}`,
  ];
  return {
    claims: [
      judge({
        id: "N1",
        statement: "Larger η/S memorises fewer random labels (memorisation).",
        statistic: "share of random labels fitted at one η·k, little noise less much; over seeds",
        band: bands.memorised,
        measured: [atEnd(names[0], quiet, loud)],
        controls: [atEnd(names[1], base, four)],
        doubts,
      }),
      judge({
        id: "N2",
        statement:
          "It does so at the same fit of the true labels, not only because it is behind (memorisation).",
        statistic: "the same where 0.9 of the true labels are fitted; over seeds",
        band: bands.memorised,
        measured: [atFit(names[0], quiet, loud)],
        controls: [atFit(names[1], base, four)],
        doubts,
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `${100 * networkScales[plan.scale][0].setting.labelNoise} % of the training labels are drawn at random, a tenth of which are right by chance. Shares are of the samples whose label was drawn, right where the drawn label is answered.`,
        ],
      },
      curvesFigure(
        [
          { cell: cells.quiet, results: quiet, colour: "blue" },
          { cell: cells.loud, results: loud, colour: "vermilion" },
          { cell: cells.base, results: base, colour: "grey" },
          { cell: cells.four, results: four, colour: "ink" },
        ],
        "Share of random labels fitted against η·k, mean over seeds.",
        { of: (look) => look.random, yLabel: "random labels fitted", yScale: "linear" },
      ),
      endTable(Object.values(cells).map((cell, i) => ({ cell, results: [quiet, loud, base, four][i] }))), // prettier-ignore
    ],
    surprises: [quiet, loud].every((own) => Number.isFinite(mean(own)))
      ? [
          `At one time less noise has memorised more. Where ${level} of the true labels are fitted, ${cells.quiet.label} has fitted ${formatNumber(mean(quiet))} of the random ones and ${cells.loud.label} ${formatNumber(mean(loud))}.`,
        ]
      : [],
  };
}

/** What has been memorised at one fit, mean over seeds. */
const mean = (results: readonly NetworkResult[]) =>
  results.reduce((sum, { looks }) => sum + memorisedAt(looks), 0) / results.length;
