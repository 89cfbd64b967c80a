import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { type FrozenBand, judge } from "../claim.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import { curvesFigure, endTable } from "./network-figures.ts";
import { constantCell, type NetworkCell, networkResults, type NetworkScale, networkScales, networkWorks, phasesCell } from "./network-cells.ts"; // prettier-ignore
import { curveDistance, logRatio, meanOf, perSeed, type Quantity, trainingDoubts } from "./network-statistics.ts"; // prettier-ignore
import type { NetworkResult } from "./network-task.ts";

/** (η, S) against (cη, cS) in a network: what the drift alone decides, and what the noise does. */
export const rescaling: Experiment = {
  id: "rescaling",
  title: "Learning rate and batch size scaled together, in a network",
  claims: ["R1", "R2", "R3", "R4", "R5", "R6"],
  plan: (plan) => networkWorks(Object.values(cellsOf(plan)), plan),
  judge: judged,
};

function cellsOf({ scale }: Plan) {
  const [network] = networkScales[scale];
  const { eta, batchSize, large, full, time, setting } = network;
  return {
    base: constantCell(network, eta, batchSize),
    twice: constantCell(network, 2 * eta, 2 * batchSize),
    four: constantCell(network, 4 * eta, 4 * batchSize),
    quiet: constantCell(network, 2 * eta, 8 * batchSize),
    // Forks of `twice`, with the same weights up to there.
    forkHalf: forked(network, eta, batchSize),
    forkTwice: forked(network, 4 * eta, 4 * batchSize),
    forkQuiet: forked(network, 2 * eta, 8 * batchSize),
    large: constantCell(network, large * eta, large * batchSize),
    // As many epochs: half the time.
    root: constantCell(network, 2 * eta, 4 * batchSize, time / 2),
    drift: constantCell(network, full[0] * eta, setting.samples, time / 2),
    driftTwice: constantCell(network, full[1] * eta, setting.samples, time / 2),
  } satisfies Record<string, NetworkCell>;
}

/** Goes on with another η and S after 0.58 of the time, shortly before the window that is averaged. */
function forked(network: NetworkScale, eta: number, batchSize: number): NetworkCell {
  const past = { learningRate: 2 * network.eta, batchSize: 2 * network.batchSize };
  const before = Math.round((0.58 * network.time) / past.learningRate);
  const left = network.time - before * past.learningRate;
  return {
    ...phasesCell(network, `fork to η = ${formatNumber(eta)}, S = ${batchSize}`, [
      { ...past, steps: before },
      { learningRate: eta, batchSize, steps: Math.round(left / eta) },
    ]),
    eta,
    batchSize,
  };
}

type Cells = ReturnType<typeof cellsOf>;

function judged(results: readonly Json[], plan: Plan): Finding {
  const cells = cellsOf(plan);
  const names = Object.keys(cells) as (keyof Cells)[];
  const all = networkResults(results, plan);
  const found = Object.fromEntries(names.map((name, i) => [name, all[i]])) as Record<keyof Cells, NetworkResult[]>; // prettier-ignore
  const doubtsOf = (...used: (keyof Cells)[]) =>
    trainingDoubts(used.map((name) => cells[name]), used.map((name) => found[name])); // prettier-ignore
  const apart = (a: keyof Cells, b: keyof Cells, label = cells[a].label) =>
    perSeed(label, found[a].map((result, s) => curveDistance(result, found[b][s])), plan); // prettier-ignore
  const ratio = (of: Quantity, name: keyof Cells) =>
    logRatio(cells[name].label, of, [found[name], found.base], plan);
  const excessOf = (name: keyof Cells) =>
    logRatio(cells[name].label, ({ excess }) => excess, [found[name], found.twice], plan);
  const noise = doubtsOf("base", "twice", "four", "quiet");
  const equal = (id: string, what: string, of: Quantity, band: FrozenBand) =>
    judge({
      id,
      statement: `${what} is the same for (η, S) and (cη, cS) at one η·k (rescaling, decided by the noise).`,
      statistic: `ln of it over that of ${cells.base.label}, c = 2 and 4; over seeds`,
      band,
      measured: [ratio(of, "twice"), ratio(of, "four")],
      controls: [ratio(of, "quiet")],
      doubts: noise,
    });
  const { eta, batchSize } = cells.base;
  const overLaw = (name: keyof Cells) =>
    perSeed(
      cells[name].label,
      found[name].map(({ excess }, s) => excess / ((eta / (4 * batchSize)) * found.base[s].trace)),
      plan,
    );
  const claims = [
    judge({
      id: "R1",
      statement:
        "Loss curves of (η, S) and (cη, cS) lie on each other against epochs (learning curves). This is drift: it needs no noise, and full gradients do the same.",
      statistic: "mean over looks of |ln| of the ratio of losses; over seeds",
      band: bands.sameCurve,
      measured: [
        apart("twice", "base"),
        apart("four", "base"),
        apart("driftTwice", "drift", "full gradient, η and 2η"),
      ],
      controls: [apart("root", "base", "2η, 4S at equal epochs")],
      doubts: doubtsOf("base", "twice", "four", "root", "drift", "driftTwice"),
    }),
    judge({
      id: "R2",
      statement:
        "The loss that noise keeps up is the same for (η, S) and (cη, cS) (rescaling, decided by the noise).",
      statistic: `ln of it over that of ${cells.twice.label}, of forks with one past; over seeds`,
      band: bands.equalExcess,
      measured: [excessOf("forkHalf"), excessOf("forkTwice")],
      controls: [excessOf("forkQuiet")],
      doubts: doubtsOf("twice", "forkHalf", "forkTwice", "forkQuiet"),
    }),
    equal("R3", "λmax at the end", ({ lambdaMax }) => lambdaMax, bands.equalSharpness),
    equal("R4", "‖H‖_F at the end", ({ frobenius }) => frobenius, bands.equalSharpness),
    judge({
      id: "R5",
      statement: "The rescaling breaks where the learning rate gets too large (abstract).",
      statistic: "|ln| of the ratio of λmax; over seeds",
      band: bands.breaksInNetwork,
      measured: [absolute("large")],
      controls: [absolute("twice")],
      doubts: doubtsOf("base", "twice"),
    }),
    judge({
      id: "R6",
      statement:
        "In a network too the loss that noise keeps up is (η/4S)·Tr C (theory, for any C near a minimum).",
      statistic: "L̄ less the loss after full gradients, over (η/4S)·Tr C; over seeds",
      band: bands.networkLaw,
      measured: [overLaw("base")],
      controls: [overLaw("driftTwice")],
      doubts: doubtsOf("base", "driftTwice"),
    }),
  ];
  /** A run that has diverged is as far as a run can be. */
  function absolute(name: keyof Cells) {
    const gaps = found[name].map(
      ({ lambdaMax, status }, s) =>
      status === "diverged" ? farthest : Math.abs(Math.log(lambdaMax / found.base[s].lambdaMax)), // prettier-ignore
    );
    return perSeed(cells[name].label, gaps, plan);
  }
  const { setting, cooling } = networkScales[plan.scale][0];
  return {
    claims,
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `${found.base[0].sampleSet}, a network of ${found.base[0].parameterCount} parameters, ${setting.loss}. Every run has the same η·k; (η, S) and (cη, cS) then also see as many epochs. That their curves agree is no evidence for noise: two step sizes of one gradient flow agree as well.`,
          `What noise keeps up is decided apart: at looks near the end a copy of the network goes on with full gradients for η·k = ${cooling.time}, and the loss that it sheds is the noise's. How far a run has got by chance would blur it, so that forks of one run are compared. λmax and ‖H‖_F are of whole runs.`,
        ],
      },
      curvesFigure(
        [
          { cell: cells.base, results: found.base, colour: "vermilion" },
          { cell: cells.twice, results: found.twice, colour: "amber" },
          { cell: cells.four, results: found.four, colour: "purple" },
          { cell: cells.quiet, results: found.quiet, colour: "blue" },
          { cell: cells.drift, results: found.drift, colour: "grey" },
        ],
        "Training loss, mean over seeds. The first three have one η/S; the control has a quarter of it; grey has no noise and half the time.",
      ),
      endTable(names.filter((name) => name !== "root").map((name) => ({ cell: cells[name], results: found[name] }))), // prettier-ignore
    ],
    surprises: [
      `While its loss still falls, and so far from any minimum, the network keeps up ${formatNumber(overLawOf(found.base, eta / (4 * batchSize)))} times (η/4S)·Tr C with batches of ${batchSize} at η = ${eta}.`,
    ],
  };
}

/** Loss kept up over (η/4S)·Tr C, means over seeds. */
const overLawOf = (results: readonly NetworkResult[], rate: number): number =>
  meanOf(results, ({ excess }) => excess) / (rate * meanOf(results, ({ trace }) => trace));

/** In e-folds: what a run counts that has no loss any more. */
const farthest = 5;
