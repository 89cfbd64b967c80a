import { permutation, stream } from "../../random/index.ts";
import { type Block, type Colour, formatNumber } from "../../report/index.ts";
import { type Estimate, fitLine, meanEstimate } from "../../statistics/index.ts";
import { judge, type Statistic } from "../claim.ts";
import type { Experiment, Plan, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { byCondition, type Condition, worksOf } from "../conditions.ts";
import type { EigenNoise, LogisticInput, LogisticResult, NetworkInput, NetworkResult } from "./covariance-task.ts"; // prettier-ignore
import { splitResults } from "../line-statistics.ts";

/** The noise's covariance against the Hessian: what everything else stands on. */
export const covariance: Experiment = {
  id: "covariance",
  title: "The noise is shaped like the Hessian: C ≈ H/B",
  claims: ["C1", "C2", "C3"],
  plan: (plan) => worksOf(all(plan).flat(), plan),
  judge(results, plan) {
    const scans = all(plan);
    const [logisticResults, networkResults] = splitResults(results, scans, plan);
    const logistic = byCondition<LogisticResult>(logisticResults, scans[0], plan);
    const network = byCondition<NetworkResult>(networkResults, scans[1], plan);
    const seed = plan.seeds.join(" ");
    const slopes = logistic.map((own, i) => {
      const values = own.flatMap((result) => result.slopes);
      return over(values, `${scans[0][i].label}, ${values.length} data sets`, seed);
    });
    const scatter = Math.min(...logistic[0].flatMap(({ rSquared }) => rSquared));
    const c1 = judge({
      id: "C1",
      statement:
        "At the minimum of a well-specified model the covariance of the mini-batch gradient is H/B (Eq. for C; A4).",
      statistic: "slope of vec(B·C) on vec(H) in the Hessian's eigenbasis; over data sets",
      band: bands.logistic,
      measured: [slopes[0]],
      controls: slopes.slice(1),
      doubts: scatter >= 0.98 ? [] : [`R² of a data set is ${formatNumber(scatter)}, below 0.98`],
    });
    const [trained, fitted, initial] = network;
    const deviation = (own: readonly NetworkResult[], label: string) =>
      over(own.map(({ pairs }) => rootMeanSquare(logRatios(pairs))), label, seed); // prettier-ignore
    const c2 = judge({
      id: "C2",
      statement:
        "Near a minimum of a network's cross-entropy the noise along each eigenvector is λ/B (Fig. 2, left).",
      statistic: "root mean square of ln(B·uᵀCu/λ) over the first eigenvectors; over seeds",
      band: bands.networkDeviation,
      measured: [deviation(trained, "cross-entropy, trained")],
      controls: [deviation(fitted, "squared loss, interpolating")],
      doubts: [],
    });
    const measured = trained.map(({ pairs }) => exponent(pairs));
    const shuffled = trained.map(({ pairs }, i) => shuffledExponent(pairs, plan.seeds[i]));
    const c3 = judge({
      id: "C3",
      statement: "The noise grows in proportion to the eigenvalue, over decades (Fig. 2, left).",
      statistic: "slope of ln B·uᵀCu on ln λ over the first eigenvectors; over seeds",
      band: bands.networkExponent,
      measured: [over(measured, "cross-entropy, trained", seed)],
      controls: [over(shuffled, "eigenvalues shuffled", seed)],
      doubts: [],
    });
    return {
      claims: [c1, c2, c3],
      blocks: [
        {
          kind: "text",
          paragraphs: [
            "C is the covariance of a batch's gradient drawn with replacement, per-sample covariance over B with ḡḡᵀ taken off. Along an eigenvector u of H with eigenvalue λ, the paper's law is B·uᵀCu = λ.",
          ],
        },
        scatterBlock("Logistic regression", scans[0].map(({ label }) => label), logistic.map(([one]) => one.pairs)), // prettier-ignore
        scatterBlock("Fully connected network on Fashion-MNIST", scans[1].map(({ label }) => label), network.map(([one]) => one.pairs)), // prettier-ignore
        networkTable(scans[1], network),
      ],
      surprises: [
        `The trained network has B·uᵀCu/λ of ${formatNumber(meanRatio(trained))} at a loss of ${formatNumber(mean(trained.map(({ loss }) => loss)))}. The law needs probabilities that are right on the samples; a network that fits its samples beyond that has noise below the Hessian.`,
        `With squared loss near interpolation B·uᵀCu/λ is ${formatNumber(meanRatio(fitted))} along the first eigenvectors, where C ≈ 2L·H/B would have 2L = ${formatNumber(mean(fitted.map(({ loss }) => 2 * loss)))}: what is left of the residuals lies along the flat directions. Random weights are no control: at the start of training the ratio is ${formatNumber(meanRatio(initial))}.`,
      ],
    };
  },
};

const all = (plan: Plan): readonly [readonly Condition[], readonly Condition[]] => [
  logisticConditions(plan.scale),
  networkConditions(plan),
];

function logisticConditions(scale: ScaleName): Condition[] {
  const condition = (
    label: string,
    labels: LogisticInput["labels"],
    at: LogisticInput["at"],
  ): Condition => ({
    task: "ddt/logistic-covariance",
    label,
    input: {
      samples: scale === "smoke" ? 500 : 2000,
      features: scale === "smoke" ? 5 : 20,
      labels,
      at,
      repeats: scale === "smoke" ? 2 : 8,
    },
    cost: 2,
  });
  return [
    condition("at the minimum", "model", "minimum"),
    condition("weights far away", "model", "far"),
    condition("labels of no such model", "misspecified", "minimum"),
  ];
}

interface NetworkSize extends Pick<NetworkInput, "hidden" | "samples" | "steps" | "eigenvalues"> {
  readonly fitted: number;
}

const sizes: Readonly<Record<ScaleName, NetworkSize>> = {
  smoke: { hidden: [6], samples: 200, steps: 40, eigenvalues: 3, fitted: 40 },
  quick: { hidden: [10, 10], samples: 2000, steps: 1500, eigenvalues: 12, fitted: 100 },
  standard: { hidden: [32, 32], samples: 10000, steps: 10000, eigenvalues: 40, fitted: 200 },
  paper: { hidden: [100, 100], samples: 60000, steps: 60000, eigenvalues: 100, fitted: 1000 },
};

function networkConditions({ scale, dataDir }: Plan): Condition[] {
  const { hidden, samples, steps, eigenvalues, fitted } = sizes[scale];
  const common = { hidden, eigenvalues, learningRate: 0.003, ...(dataDir !== undefined && { dataDir }) }; // prettier-ignore
  const condition = (
    label: string,
    own: Pick<NetworkInput, "loss" | "samples" | "steps" | "batchSize">,
  ): Condition => ({
    task: "ddt/network-covariance",
    label,
    input: { ...common, ...own },
    cost: 1 + own.steps / 500 + own.samples / 500,
  });
  const batchSize = Math.min(100, fitted);
  return [
    condition("cross-entropy, trained", { loss: "cross-entropy", samples, steps, batchSize }),
    condition("squared loss, interpolating", { loss: "squared-error", samples: fitted, steps, batchSize }), // prettier-ignore
    condition("cross-entropy, at the start", { loss: "cross-entropy", samples, steps: 0, batchSize }), // prettier-ignore
  ];
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean with its interval; none from fewer than two values. */
function over(values: readonly number[], label: string, seed: string): Statistic {
  const estimate: Pick<Estimate, "value" | "low" | "high"> =
    values.length >= 2
      ? meanEstimate(values, { seed })
      : { value: mean(values), low: NaN, high: NaN };
  return { label, estimate };
}

/** Pairs that have logarithms: H may have eigenvalues of either sign away from a minimum. */
const positive = (pairs: readonly EigenNoise[]) =>
  pairs.filter(({ lambda, noise }) => lambda > 0 && noise > 0);

const logRatios = (pairs: readonly EigenNoise[]) =>
  positive(pairs).map(({ lambda, noise }) => Math.log(noise / lambda));

const meanRatio = (results: readonly NetworkResult[]) =>
  Math.exp(mean(results.flatMap(({ pairs }) => logRatios(pairs))));

const rootMeanSquare = (values: readonly number[]) => Math.sqrt(mean(values.map((v) => v * v)));

function exponent(pairs: readonly EigenNoise[]): number {
  const used = positive(pairs);
  if (used.length < 3) return NaN;
  const { slope } = fitLine(
    used.map(({ lambda }) => Math.log(lambda)),
    used.map(({ noise }) => Math.log(noise)),
    { seed: "0" },
  );
  return slope.value;
}

/** The mean exponent where each noise has another's eigenvalue: 0 but for chance. */
function shuffledExponent(pairs: readonly EigenNoise[], seed: string): number {
  const draws = stream(seed, "ddt/shuffle");
  const exponents = Array.from({ length: shuffles }, (_, k) => {
    const order = permutation(draws, k, pairs.length);
    return exponent(pairs.map(({ noise }, i) => ({ lambda: pairs[order[i]].lambda, noise })));
  });
  return mean(exponents);
}

const shuffles = 400;

const colours: readonly Colour[] = ["vermilion", "blue", "grey"];

function scatterBlock(
  title: string,
  names: readonly string[],
  pairs: readonly (readonly EigenNoise[])[],
): Block {
  return {
    kind: "figure",
    figure: {
      kind: "scatter",
      description: `${title}: noise along eigenvectors against eigenvalues, with the line of equality.`,
      xLabel: "λ",
      yLabel: "B·uᵀCu",
      series: pairs.map((own, i) => ({
        name: names[i],
        colour: colours[i],
        points: positive(own).map(({ lambda, noise }) => ({ x: lambda, y: noise })),
      })),
      lines: [{ label: "B·C = H", factor: 1 }],
    },
    caption: `${title}, first seed: noise along the Hessian's eigenvectors against their eigenvalues.`,
  };
}

function networkTable(
  conditions: readonly Condition[],
  network: readonly (readonly NetworkResult[])[],
): Block {
  return {
    kind: "table",
    narrow: "scroll",
    columns: [
      { label: "network" },
      { label: "loss L", align: "end" },
      { label: "‖∇L‖", align: "end" },
      { label: "λmax", align: "end" },
      { label: "B·uᵀCu/λ", align: "end" },
      { label: "over 2L", align: "end" },
    ],
    rows: network.map((own, i) => {
      const loss = mean(own.map((result) => result.loss));
      return [
        conditions[i].label,
        formatNumber(loss),
        formatNumber(mean(own.map((result) => result.gradientNorm))),
        formatNumber(mean(own.map(({ pairs }) => pairs[0].lambda))),
        formatNumber(meanRatio(own)),
        formatNumber(meanRatio(own) / (2 * loss)),
      ];
    }),
    caption: "Geometric means over the first eigenvectors. With squared loss near interpolation C ≈ 2L·H/B.", // prettier-ignore
  };
}
