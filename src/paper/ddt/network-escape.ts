import { formatNumber } from "../../report/index.ts";
import { judge } from "../claim.ts";
import { byCondition, type Condition, worksOf } from "../conditions.ts";
import { lineOf, slopeOf, splitResults } from "../line-statistics.ts";
import type { LinePoint } from "../linearity.ts";
import type { Experiment, Plan, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { errorBand, linePoint } from "./conditions.ts";
import type { NetworkEscapeInput, NetworkEscapeResult } from "./network-escape-task.ts";
import type { TwoClassData } from "./two-classes.ts";

/** The paper's lines for a small fully connected network; their slopes are not foretold. */
export const networkEscape: Experiment = {
  id: "network-escape",
  title: "A fully connected network: the same lines",
  claims: ["N1", "N2"],
  plan: (plan) => worksOf(all(plan).flat(), plan),
  judge(results, plan) {
    const scans = all(plan);
    const found = splitResults(results, scans, plan).map((part, i) =>
      byCondition<NetworkEscapeResult>(part, scans[i], plan),
    );
    const seed = plan.seeds.join(" ");
    const lines = scans.map((scan, i) => scan.map(({ x }, j) => linePoint(x, found[i][j])));
    const groups = sizesAt[plan.scale].sources.map(({ data }, i) => ({
      name: nameOf(data),
      lines: lines.slice(3 * i, 3 * i + 3),
      minima: found[3 * i][0],
    }));
    const claims = (["B", "1/η and in 1/k"] as const).map((axis, i) => {
      const laws = groups.map(({ name, lines: own }) => lineOf(own[i], { label: name, seed }));
      return judge({
        id: `N${i + 1}`,
        statement: `Out of a minimum of a fully connected network −log γ of SGD is a line in ${axis} (Fig. 3).`,
        statistic:
          "rise of ln τ a multiple of the smallest B or 1/η; weighted fit, rivals rejected; intervals over walkers",
        band: bands.networkRise,
        measured: laws.map(({ slope }) => slope),
        controls: groups.map(({ name, lines: own }) => slopeOf(own[2], `${name}, η in proportion to B`, seed).statistic), // prettier-ignore
        doubts: groups.flatMap(({ name }, j) => laws[j].doubts.map((doubt) => `${name}: ${doubt}`)),
      });
    });
    return {
      claims,
      surprises: bends(groups.map(({ name, lines: own }) => ({ name, points: own[0] }))),
      blocks: [
        {
          kind: "text",
          paragraphs: [
            `Tanh units and weight decay, trained to a minimum by the full gradient; walkers are copies of it that SGD with replacement carries away, out at a distance. A network with L(√k·θ) in the place of L(θ) is SGD at the rate kη with its distances over √k, step by step the same, so that the line in 1/k is the line in 1/η and no other experiment. The slope is not foretold: what decides is that the line holds and no rival does. Control: η in proportion to B, the same temperature throughout.`,
          ],
        },
        {
          kind: "table",
          narrow: "stack",
          columns: [
            { label: "data" },
            { label: "weights", align: "end" },
            { label: "loss", align: "end" },
            { label: "gradient", align: "end" },
            { label: "λmax", align: "end" },
          ],
          rows: groups.map(({ name, minima }) => {
            const { loss, gradientNorm, lambdaMax, parameters } = minima[0].minimum;
            const numbers = [loss, gradientNorm, lambdaMax].map((value) => formatNumber(value));
            return [name, String(parameters), ...numbers];
          }),
          caption: "At the minimum of the first seed.",
        },
        ...groups.map(({ name, lines: own }) => ({
          kind: "figure" as const,
          figure: {
            kind: "time-series" as const,
            description: `ln τ of a network on ${name} against B and 1/η, and at η in proportion to B.`,
            xLabel: "B, 1/η: multiples of the smallest",
            yLabel: "ln τ",
            series: own.map((points, i) => ({
              name: ["B", "1/η, 1/k", "η ∝ B"][i],
              colour: (["vermilion", "blue", "grey"] as const)[i],
              points: errorBand(points),
            })),
          },
          caption: `−log γ out of the minimum of a network, ${name}. Control: grey.`,
        })),
      ],
    };
  },
};

/** Where ln τ bends upwards in B: rises of the first interval and of the last. */
function bends(
  lines: readonly { readonly name: string; readonly points: readonly LinePoint[] }[],
): string[] {
  const bent = lines.flatMap(({ name, points }) => {
    const rise = (i: number) => (points[i + 1].y - points[i].y) / (points[i + 1].x - points[i].x);
    const error = (i: number) => Math.hypot(points[i].stderr, points[i + 1].stderr) / (points[i + 1].x - points[i].x); // prettier-ignore
    const last = points.length - 2;
    if (!(rise(last) - rise(0) > 3 * Math.hypot(error(0), error(last)))) return [];
    return [`${rise(0).toFixed(2)} a multiple at first and ${rise(last).toFixed(2)} at last (${name})`]; // prettier-ignore
  });
  if (bent.length === 0) return [];
  return [
    `In the network ln τ bends upwards in B, by ${bent.join(", ")}. In many dimensions the walkers' usual distance from the minimum is no small part of the way out, and shrinks as B grows; the paper's line is the limit in which it is.`,
  ];
}

/** In labels, from which seeds are made. */
const keyOf = (data: TwoClassData): string =>
  data.kind === "model" ? "labels of a model" : data.name.split("/")[1];

const nameOf = (data: TwoClassData): string =>
  data.kind === "model" ? keyOf(data) : keyOf(data).replace(/^./, (first) => first.toUpperCase());

interface Source {
  readonly data: TwoClassData;
  /** Distance that is out: ln τ is about 2 at the smallest B, by pilots with seed 101. */
  readonly radius: number;
  /** Where that is fewer than the scale has. */
  readonly mostWalkers?: number;
}

interface Sizes {
  readonly sources: readonly Source[];
  readonly samples: number;
  readonly hidden: readonly number[];
  readonly walkers: number;
  /** Of the smallest batch, or of the smallest 1/η. */
  readonly multiples: readonly number[];
}

const multiples = [1, 1.25, 1.5, 1.75, 2];
const model: Source = { data: { kind: "model", features: 10 }, radius: 0.4 };
const uci: readonly Source[] = [
  { data: { kind: "uci", name: "uci/avila/avila-tr.txt", split: 1 }, radius: 0.4 },
  {
    data: { kind: "uci", name: "uci/banknote/data_banknote_authentication.txt", split: 1 },
    radius: 0.17,
  },
  {
    data: {
      kind: "uci",
      name: "uci/cardiotocography",
      target: "NSP",
      drop: ["CLASS"],
      split: 1,
    },
    radius: 0.4,
    // Sets of its samples hold walkers for times that differ a hundredfold: a thousand took up to an hour of a core.
    mostWalkers: 300,
  },
];

const sizesAt: Readonly<Record<ScaleName, Sizes>> = {
  smoke: { sources: [model], samples: 60, hidden: [4], walkers: 20, multiples: [1, 1.25, 1.5] },
  quick: { sources: [model], samples: 200, hidden: [10], walkers: 200, multiples },
  standard: { sources: [model, ...uci], samples: 200, hidden: [10], walkers: 1000, multiples },
  paper: { sources: uci, samples: 1000, hidden: [10, 10], walkers: 100, multiples },
};

/** λ of the weight decay, the smallest batch and its rate: ηλmax is 0.1 to 0.5 throughout. */
const base = { weightDecay: 0.05, batchSize: 8, eta: 0.2 };

interface NetworkCondition extends Condition {
  readonly x: number;
}

/** Scans of B, of 1/η, and of both together, data set by data set. */
const all = ({ scale, dataDir }: Plan): readonly (readonly NetworkCondition[])[] =>
  sizesAt[scale].sources.flatMap(({ data, radius, mostWalkers = Infinity }) => {
    const at = (x: number, batchSize: number, eta: number): NetworkCondition => {
      const { samples, hidden } = sizesAt[scale];
      const walkers = Math.min(sizesAt[scale].walkers, mostWalkers);
      const { weightDecay } = base;
      const input: Omit<NetworkEscapeInput, "seed" | "dataSeed"> = {
        data,
        samples,
        hidden,
        weightDecay,
        batchSize,
        eta,
        radius,
        walkers,
        horizon: 200_000,
        ...(data.kind === "uci" && dataDir !== undefined && { dataDir }),
      };
      return {
        task: "ddt/network-escape",
        label: `${keyOf(data)}, B = ${batchSize}, η = ${eta.toPrecision(3)}`,
        input: { ...input },
        paired: true,
        cost: 1 + 3e-5 * walkers * Math.exp(3.4 + 3.8 * ((batchSize / base.batchSize) * (base.eta / eta) - 1)), // prettier-ignore
        x,
      };
    };
    const { batchSize, eta } = base;
    const scanned = sizesAt[scale].multiples;
    const held = [scanned[0], scanned[scanned.length >> 1], scanned[scanned.length - 1]];
    return [
      scanned.map((x) => at(x, x * batchSize, eta)),
      scanned.map((x) => at(x, batchSize, eta / x)),
      held.map((x) => at(x, x * batchSize, x * eta)),
    ];
  });
