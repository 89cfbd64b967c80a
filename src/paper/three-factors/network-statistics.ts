import { permutation, stream } from "../../random/index.ts";
import { fitLine } from "../../statistics/index.ts";
import type { Statistic } from "../claim.ts";
import { overSeeds } from "../over-seeds.ts";
import type { Plan } from "../paper.ts";
import { networkSeeds } from "./network-cells.ts";
import type { NetworkResult } from "./network-task.ts";

/** A number of a result. */
export type Quantity = (result: NetworkResult) => number;

/** One number a seed as a statistic over seeds. */
export const perSeed = (label: string, values: readonly number[], plan: Plan): Statistic => ({
  label,
  estimate: overSeeds(values, networkSeeds(plan)),
});

/** ln of one cell's quantity over another's, seeds paired. */
export const logRatio = (
  label: string,
  of: Quantity,
  [a, b]: readonly [readonly NetworkResult[], readonly NetworkResult[]],
  plan: Plan,
): Statistic => perSeed(label, a.map((result, s) => Math.log(of(result) / of(b[s]))), plan); // prettier-ignore

/** Stretches of time that two loss curves are compared over. */
const stretches = 8;

/**
 * How far two loss curves are apart, look by look: |mean ln of their ratio| over each of 8 stretches of time, mean of
 * those, so that the chance of single iterates counts little. NaN where one is short.
 */
export function curveDistance(a: NetworkResult, b: NetworkResult): number {
  const looks = a.looks.length;
  if (looks !== b.looks.length || looks < stretches) return NaN;
  let sum = 0;
  for (let k = 0; k < stretches; k++) {
    const [from, to] = [k, k + 1].map((i) => Math.floor((i * looks) / stretches));
    const gaps = a.looks
      .slice(from, to)
      .map(({ loss }, i) => Math.log(loss / b.looks[from + i].loss));
    sum += Math.abs(gaps.reduce((total, gap) => total + gap, 0) / gaps.length) / stretches;
  }
  return sum;
}

/** Slope of y on x; NaN where a y is none. */
export function slopeOn(x: readonly number[], y: readonly number[]): number {
  if (!y.every(Number.isFinite)) return NaN;
  return fitLine(x, y, { seed: "0" }).slope.value;
}

/** Spearman's rank correlation, equals with their mean rank; NaN where a value is none. */
export function spearman(x: readonly number[], y: readonly number[]): number {
  if (![...x, ...y].every(Number.isFinite)) return NaN;
  const [a, b] = [x, y].map((values) => {
    const ranks = values.map((v) => values.filter((w) => w < v).length + (values.filter((w) => w === v).length + 1) / 2); // prettier-ignore
    const mean = (values.length + 1) / 2;
    return ranks.map((rank) => rank - mean);
  });
  const product = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, ui, i) => sum + ui * v[i], 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

const shuffles = 400;

/** The mean of Spearman's correlation where settings are given each other's results: 0 but for chance. */
export function shuffledSpearman(x: readonly number[], y: readonly number[], seed: string): number {
  const draws = stream(seed, "three-factors-shuffle");
  let sum = 0;
  for (let k = 0; k < shuffles; k++) {
    const order = permutation(draws, k, y.length);
    sum += spearman(
      x,
      Array.from(order, (i) => y[i]),
    );
  }
  return sum / shuffles;
}

/** Why results cannot decide: some training has no data, or no end. One phrase a reason. */
export function trainingDoubts(
  cells: readonly { readonly label: string }[],
  found: readonly (readonly NetworkResult[])[],
): string[] {
  const absent = found.flat().find(({ status }) => status === "absent");
  if (absent !== undefined) return [absent.sampleSet];
  const diverged = cells.filter((_, i) => found[i].some(({ status }) => status === "diverged"));
  return diverged.length === 0
    ? []
    : [`training diverged: ${diverged.map(({ label }) => label).join("; ")}`];
}

/** Mean over seeds. */
export const meanOf = (results: readonly NetworkResult[], of: Quantity): number =>
  results.reduce((sum, result) => sum + of(result), 0) / results.length;
