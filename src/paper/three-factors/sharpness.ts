import { type Block, formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import { type NetworkCell, type NetworkScale, networkScales, networkSeeds, networkWorks } from "./network-cells.ts"; // prettier-ignore
import { againstNoise, endTable, lastAnswers } from "./network-figures.ts";
import { meanOf, perSeed, type Quantity, shuffledSpearman, slopeOn, spearman, trainingDoubts } from "./network-statistics.ts"; // prettier-ignore
import type { NetworkResult } from "./network-task.ts";
import { sweepCells, type SweepResults, sweepResults, sweepsOf } from "./sharpness-sweep.ts";

const networkNames = { mlp: "MLP", cnn: "CNN", resnet8: "ResNet-8", vgg11: "VGG-11" } as const;

const claimIds = ["S1", "S2", "S3", "S4", "S5", "S6"];

/** The first network decides; the others' claims are named by their network. */
const claimOf = (id: string, { setting }: NetworkScale): string => `${id}.${setting.model.kind}`;

/** What λmax, ‖H‖_F and validation accuracy at the end of training depend on. */
export const sharpnessSweep: Experiment = {
  id: "sharpness",
  title: "Sharpness and generalisation against η/S",
  claims: claimIds,
  further: (scale) =>
    networkScales[scale].slice(1).flatMap((network) => claimIds.map((id) => claimOf(id, network))),
  plan: (plan) => networkWorks(sweepsOf(plan).flatMap(sweepCells), plan),
  judge: (results, plan) => judged(results, plan),
};

const lambdaMax: Quantity = (result) => result.lambdaMax;

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = sweepResults(results, plan);
  const findings = all.map((one) => ofOne(one, plan));
  return {
    claims: findings.flatMap(({ claims }, i) =>
      claims.map((claim) =>
        i === 0 ? claim : { ...claim, id: claimOf(claim.id, all[i].sweep.scale) },
      ),
    ),
    blocks: findings.flatMap(({ blocks }) => blocks),
    surprises: findings.flatMap(({ surprises = [] }) => surprises),
  };
}

function ofOne({ sweep, found }: SweepResults, plan: Plan): Finding {
  const { scale, batches, rates, equal, full } = sweep;
  const shared = ({ eta }: NetworkCell) => eta === 2 * scale.eta; // also in the sweep over S
  const noisy = [...batches, ...rates.filter((cell) => !shared(cell))];
  const noisyFound = [...found.batches, ...found.rates.filter((_, i) => !shared(rates[i]))]; // prettier-ignore
  const seeds = networkSeeds(plan);
  const doubts = trainingDoubts(sweepCells(sweep), [...found.batches, ...found.rates, ...found.equal, ...found.full]); // prettier-ignore
  const over = (
    cells: readonly NetworkCell[],
    own: readonly (readonly NetworkResult[])[],
    label: string,
    number: (x: number[], results: NetworkResult[], seed: string) => number,
    axis: (cell: NetworkCell) => number = ({ eta, batchSize }) => eta / batchSize,
  ) =>
    perSeed(
      label,
      seeds.map((seed, s) => number(cells.map(axis), own.map((one) => one[s]), seed)), // prettier-ignore
      plan,
    );
  const logSlope = (of: Quantity) => (x: number[], own: NetworkResult[]) =>
    slopeOn(x.map(Math.log), own.map((result) => Math.log(of(result)))); // prettier-ignore
  const plainSlope = (of: Quantity) => (x: number[], own: NetworkResult[]) =>
    slopeOn(x.map(Math.log), own.map(of));
  const byEta = ({ eta }: NetworkCell) => eta;
  const ranks = (id: string, what: string, of: Quantity) =>
    judge({
      id,
      statement: `${what} at the end of training falls as η/S grows (Fig. on η/S; B4).`,
      statistic: `Spearman's ρ of it and η/S over ${noisy.length} settings at one η·k; over seeds`,
      band: bands.rank,
      measured: [over(noisy, noisyFound, "all settings", (x, own) => spearman(x, own.map(of)))],
      controls: [
        over(noisy, noisyFound, "settings shuffled", (x, own, seed) =>
          shuffledSpearman(x, own.map(of), seed),
        ),
      ],
      doubts,
    });
  const bound = (cells: readonly NetworkCell[], own: readonly (readonly NetworkResult[])[], label: string) => // prettier-ignore
    over(cells, own, label, (_, results) => Math.max(...results.map((r, i) => (cells[i].eta * r.lambdaMax) / 2))); // prettier-ignore
  const validation = lastAnswers("validation");
  const family = "one η/S, in η";
  const claims = [
    ranks("S1", "λmax", lambdaMax),
    ranks("S2", "‖H‖_F", ({ frobenius }) => frobenius),
    judge({
      id: "S3",
      statement: "Validation accuracy grows with η/S (Fig. on η/S).",
      statistic: "slope of the accuracy on ln(η/S) at one η; over seeds",
      band: bands.accuracySlope,
      measured: [over(batches, found.batches, `η = ${2 * scale.eta}`, plainSlope(validation))],
      controls: [
        over(
          batches,
          found.batches,
          "true labels of the training samples",
          plainSlope(lastAnswers("clean")),
        ),
      ],
      doubts,
    }),
    judge({
      id: "S4",
      statement:
        "λmax falls with η/S also where the bound 2/η of instability is the same for all: at one η.",
      statistic: "d ln λmax / d ln(η/S) at one η; over seeds",
      band: bands.sharpnessSlope,
      measured: [over(batches, found.batches, `η = ${2 * scale.eta}`, logSlope(lambdaMax))],
      controls: [over(equal, found.equal, family, logSlope(lambdaMax), byEta)],
      doubts,
    }),
    judge({
      id: "S5",
      statement: "At one η/S λmax does not depend on η (equal η/S, equal minima).",
      statistic: "d ln λmax / d ln η at one η/S, −1 where λmax is at the bound 2/η; over seeds",
      band: bands.equalSlope,
      measured: [over(equal, found.equal, family, logSlope(lambdaMax), byEta)],
      controls: [
        over(rates, found.rates, `S = ${2 * scale.batchSize}`, logSlope(lambdaMax), byEta),
      ],
      doubts,
    }),
    judge({
      id: "S6",
      statement:
        "The bound of instability, λmax ≤ 2/η, is not what sets λmax in these runs (not in the paper).",
      statistic: "largest ηλmax/2 of the settings; over seeds",
      band: bands.farFromBound,
      measured: [bound(batches, found.batches, `η = ${2 * scale.eta}`)],
      controls: [bound(full, found.full, full[0].label)],
      doubts,
    }),
  ];
  const groups = [
    { name: "one η", colour: "vermilion" as const, cells: batches, results: found.batches },
    { name: "one S", colour: "blue" as const, cells: rates, results: found.rates },
    { name: "one η/S", colour: "amber" as const, cells: equal, results: found.equal },
  ];
  const [first] = found.batches[0];
  const blocks: Block[] = [
    {
      kind: "text",
      paragraphs: [
        `${networkNames[scale.setting.model.kind]}: ${first.sampleSet}; ${first.parameterCount} parameters, ${scale.setting.loss}; every run ends at η·k = ${scale.time}, so that the drift has had the same time.`,
        "λmax cannot lie far above 2/η. So that a trend is not only this bound, one sweep holds η and changes S, and one holds η/S and changes η. Full gradients at a large η show what being at the bound looks like.",
      ],
    },
    {
      kind: "panels",
      panels: [
        againstNoise(groups, lambdaMax, "λmax"),
        againstNoise(groups, ({ frobenius }) => frobenius, "‖H‖_F"),
        againstNoise(groups, validation, "validation accuracy", "linear"),
      ],
      caption: "Mean over seeds; bars reach from the least to the greatest seed.",
    },
    endTable([
      ...noisy.map((cell, i) => ({ cell, results: noisyFound[i] })),
      ...equal.map((cell, i) => ({ cell, results: found.equal[i] })).filter(({ cell }) => !shared(cell)), // prettier-ignore
      ...full.map((cell, i) => ({ cell, results: found.full[i] })),
    ]),
  ];
  if (first.status === "absent")
    return { claims, blocks: [{ kind: "note", text: `${networkNames[scale.setting.model.kind]}: no data. ${first.sampleSet}` }] }; // prettier-ignore
  const shareOf = (cell: NetworkCell, own: readonly NetworkResult[]) =>
    meanOf(own, (result) => (cell.eta * result.lambdaMax) / 2);
  const share = (cell: NetworkCell, own: readonly NetworkResult[]) => formatNumber(shareOf(cell, own)); // prettier-ignore
  const quiet = shareOf(full[0], found.full[0]) > 0.9 ? "rises to" : "ends below";
  const loss = formatNumber(
    meanOf(found.full[0], (result) => result.loss),
    2,
  );
  return {
    claims,
    blocks,
    surprises: [
      `${networkNames[scale.setting.model.kind]}: without noise λmax ${quiet} its bound: ηλmax/2 is ${share(full[0], found.full[0])} with full gradients at η = ${full[0].eta}, where the loss is ${loss}, and ${share(batches[0], found.batches[0])} to ${share(batches.at(-1)!, found.batches.at(-1)!)} with batches of ${batches[0].batchSize} to ${batches.at(-1)!.batchSize} at η = ${batches[0].eta}.`,
    ],
  };
}
