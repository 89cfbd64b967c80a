import type { Point } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { bySeed } from "../over-seeds.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import type { InterpolationInput, InterpolationResult } from "./interpolation-task.ts";
import { networkScales, networkSeeds } from "./network-cells.ts";
import { perSeed } from "./network-statistics.ts";
import type { Phase } from "./setting.ts";

/** Loss on the line through two ends of training. */
export const interpolation: Experiment = {
  id: "interpolation",
  title: "Between an end of little noise and one of much",
  claims: ["I1", "I2"],
  plan(plan) {
    const { setting } = networkScales[plan.scale][0];
    return pairsOf(plan).flatMap(({ label, ends }) =>
      networkSeeds(plan).map((seed) => {
        const input: InterpolationInput = {
          setting,
          ends,
          places,
          ...(plan.dataDir !== undefined && { dataDir: plan.dataDir }),
          seed,
        };
        return {
          task: "three-factors/interpolation",
          input: input as unknown as Json,
          label: `${label}, seed ${seed}`,
          cost: ends.reduce((sum, { steps, batchSize }) => sum + steps * (4e-5 + 2e-6 * batchSize), 1), // prettier-ignore
        };
      }),
    );
  },
  judge: judged,
};

/** α from −1 to 2; the ends are at 0 and 1. */
const places = Array.from({ length: 25 }, (_, i) => -1 + i / 8);

interface Pair {
  readonly label: string;
  readonly ends: readonly [Phase, Phase];
}

function pairsOf({ scale }: Plan): readonly [uneven: Pair, even: Pair] {
  const { time, batches, ...first } = networkScales[scale][0];
  const [eta, batchSize] = [2 * first.eta, 2 * first.batchSize];
  const phase = (learningRate: number, size: number): Phase => ({
    learningRate,
    batchSize: size,
    steps: Math.round(time / learningRate),
  });
  const [quiet, loud] = [Math.max(...batches), Math.min(...batches)].map(
    (f) => f * first.batchSize,
  );
  return [
    {
      label: `S = ${quiet} and S = ${loud} at η = ${eta}`,
      ends: [phase(eta, quiet), phase(eta, loud)],
    },
    {
      label: `(η, S) and (4η, 4S) at η = ${eta}, S = ${batchSize}`,
      ends: [phase(eta, batchSize), phase(4 * eta, 4 * batchSize)],
    },
  ];
}

/** ln of how much steeper the loss rises beyond the first end than beyond the second, mean over distances. */
export function widthRatio({ training }: InterpolationResult): number {
  const loss = (alpha: number) => training[Math.round((alpha + 1) * 8)];
  const distances = [0.25, 0.5, 0.75, 1];
  const logs = distances.map((d) => Math.log((loss(-d) - loss(0)) / (loss(1 + d) - loss(1))));
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

function judged(results: readonly Json[], plan: Plan): Finding {
  const pairs = pairsOf(plan);
  const [uneven, even] = bySeed<InterpolationResult>(results, networkSeeds(plan).length);
  const diverged = [uneven, even].flat().filter(({ status }) => status === "diverged").length;
  const doubts = diverged === 0 ? [] : [`training diverged: ${diverged} of the pairs`];
  const width = (own: readonly InterpolationResult[], label: string) =>
    perSeed(label, own.map((one) => (one.status === "finished" ? widthRatio(one) : NaN)), plan); // prettier-ignore
  const [apart, alike] = [width(uneven, pairs[0].label), width(even, pairs[1].label)];
  const statistic =
    "ln of the rise beyond the first end over that beyond the second, mean of α = ¼ … 1; over seeds";
  const curve = (own: readonly InterpolationResult[], of: "training" | "validation"): Point[] => {
    const whole = own.filter(({ status }) => status === "finished");
    return places.map((x, i) => ({
      x,
      y: whole.reduce((sum, one) => sum + one[of][i], 0) / whole.length,
    }));
  };
  return {
    claims: [
      judge({
        id: "I1",
        statement:
          "Of two ends of training the one with the larger η/S lies in the wider valley (interpolation).",
        statistic,
        band: bands.wider,
        measured: [apart],
        controls: [alike],
        doubts,
      }),
      judge({
        id: "I2",
        statement: "Ends of equal η/S lie in valleys of equal width (interpolation).",
        statistic,
        band: bands.equalWidth,
        measured: [alike],
        controls: [apart],
        doubts,
      }),
    ],
    blocks: [
      {
        kind: "panels",
        panels: pairs.map(({ label }, i) => ({
          title: label,
          figure: {
            kind: "time-series" as const,
            description: `Loss between the ends of ${label}.`,
            xLabel: "α",
            yLabel: "loss",
            yScale: "log" as const,
            series: [
              { name: "training", colour: "vermilion" as const, points: curve([uneven, even][i], "training") }, // prettier-ignore
              { name: "validation", colour: "blue" as const, points: curve([uneven, even][i], "validation") }, // prettier-ignore
            ],
            events: [
              { x: 0, label: "first" },
              { x: 1, label: "second" },
            ],
          },
        })),
        caption:
          "L((1 − α)θ₁ + αθ₂), mean over seeds: left the ends of little and of much noise, right the control with one η/S.",
      },
    ],
  };
}
