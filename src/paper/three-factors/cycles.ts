import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import { constantCell, type NetworkCell, networkResults, networkScales, networkWorks, phasesCell } from "./network-cells.ts"; // prettier-ignore
import { curvesFigure, endTable } from "./network-figures.ts";
import { curveDistance, logRatio, perSeed, trainingDoubts } from "./network-statistics.ts";
import type { NetworkResult } from "./network-task.ts";
import type { Phase } from "./setting.ts";

/** A batch size that goes up and down against a learning rate that goes down and up. */
export const cycles: Experiment = {
  id: "cycles",
  title: "Cyclic batch size against cyclic learning rate",
  claims: ["Y1", "Y2", "Y3"],
  plan: (plan) => networkWorks(Object.values(cellsOf(plan)), plan),
  judge: judged,
};

/** Between the two levels of noise, as in the paper: S 128 to 640, η 0.001 to 0.005. */
const depth = 5;
const rounds = 5;

function cellsOf({ scale }: Plan) {
  const [network] = networkScales[scale];
  const [eta, batchSize] = [2 * network.eta, 2 * network.batchSize];
  const { time, batches } = network;
  // A round is as many epochs of much noise as of little: 1 + 1/depth of time.
  const loud = Math.round(time / (rounds * (1 + 1 / depth)) / eta / depth) * depth; // steps
  const high: Phase = { learningRate: eta, batchSize, steps: loud };
  const alternate = (low: Phase): Phase[] => Array.from({ length: rounds }, () => [high, low]).flat(); // prettier-ignore
  const byBatch = alternate({ learningRate: eta, batchSize: depth * batchSize, steps: loud / depth }); // prettier-ignore
  const byRate = alternate({ learningRate: eta / depth, batchSize, steps: loud });
  return {
    batch: phasesCell(network, "cyclic batch size", byBatch),
    rate: phasesCell(network, "cyclic learning rate", byRate),
    quiet: constantCell(network, eta, Math.max(...batches) * network.batchSize),
  } satisfies Record<string, NetworkCell>;
}

function judged(results: readonly Json[], plan: Plan): Finding {
  const cells = cellsOf(plan);
  const [batch, rate, quiet] = networkResults(results, plan);
  const doubts = trainingDoubts(Object.values(cells), [batch, rate, quiet]);
  const apart = (label: string, a: readonly NetworkResult[], b: readonly NetworkResult[]) =>
    perSeed(label, a.map((result, s) => curveDistance(result, b[s])), plan); // prettier-ignore
  const claims = [
    judge({
      id: "Y1",
      statement:
        "A cyclic batch size gives the loss curve of a cyclic learning rate with the same η/S (Fig. 1, left).",
      statistic: "mean over looks of |ln| of the ratio of losses; over seeds",
      band: bands.sameCurve,
      measured: [apart("cyclic batch size and rate", batch, rate)],
      controls: [apart("constant, little noise", quiet, rate)],
      doubts,
    }),
    ...(
      [
        ["Y2", "λmax", ({ lambdaMax }: NetworkResult) => lambdaMax],
        ["Y3", "‖H‖_F", ({ frobenius }: NetworkResult) => frobenius],
      ] as const
    ).map(([id, what, of]) =>
      judge({
        id,
        statement: `A cyclic batch size ends at the ${what} of a cyclic learning rate (Fig. 1, left).`,
        statistic: "ln of the ratio; over seeds",
        band: bands.equalSharpness,
        measured: [logRatio("cyclic batch size over rate", of, [batch, rate], plan)],
        controls: [logRatio("constant, little noise, over rate", of, [quiet, rate], plan)],
        doubts,
      }),
    ),
  ];
  const { eta, batchSize } = cells.batch;
  return {
    claims,
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `${rounds} rounds of as many epochs of much noise (η = ${eta}, S = ${batchSize}) as of little: S = ${depth * batchSize} at the same η, or η = ${eta / depth} at the same S. The constant run of little noise is one of those above.`,
        ],
      },
      curvesFigure(
        [
          { cell: cells.batch, results: batch, colour: "vermilion" },
          { cell: cells.rate, results: rate, colour: "amber" },
          { cell: cells.quiet, results: quiet, colour: "blue" },
        ],
        "Training loss, mean over seeds.",
      ),
      endTable([
        { cell: cells.batch, results: batch },
        { cell: cells.rate, results: rate },
        { cell: cells.quiet, results: quiet },
      ]),
    ],
  };
}
