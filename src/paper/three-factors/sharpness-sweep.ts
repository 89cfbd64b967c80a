import type { Json } from "../../run/index.ts";
import type { Plan } from "../paper.ts";
import { constantCell, type NetworkCell, networkResults, type NetworkScale, networkScales } from "./network-cells.ts"; // prettier-ignore
import type { NetworkResult } from "./network-task.ts";

/** Settings of η and S at one η·k, by what is held. */
export interface Sweep {
  readonly scale: NetworkScale;
  /** One η, by rising η/S: 2/η is the same for all. */
  readonly batches: readonly NetworkCell[];
  /** One S, by rising η. */
  readonly rates: readonly NetworkCell[];
  /** One η/S, by rising η. */
  readonly equal: readonly NetworkCell[];
  /** No noise, at the bound of instability. */
  readonly full: readonly NetworkCell[];
}

/** The sweeps of a scale, one a network. */
export const sweepsOf = ({ scale }: Plan): readonly Sweep[] =>
  networkScales[scale].map((network) => {
    const { eta, batchSize, batches, rates, full, setting } = network;
    return {
      scale: network,
      batches: batches
        .toSorted((a, b) => b - a)
        .map((factor) => constantCell(network, 2 * eta, factor * batchSize)),
      rates: rates.map((factor) => constantCell(network, factor * eta, 2 * batchSize)),
      equal: [1, 2, 4].map((c) => constantCell(network, c * eta, c * batchSize)),
      full: [constantCell(network, full[2] * eta, setting.samples)],
    };
  });

/** All cells of a sweep, in the order in which results are split again. */
export const sweepCells = ({ batches, rates, equal, full }: Sweep): NetworkCell[] => [
  ...batches,
  ...rates,
  ...equal,
  ...full,
];

/** What a sweep came to: results by group, in the order of its cells. */
export interface SweepResults {
  readonly sweep: Sweep;
  readonly found: Readonly<Record<"batches" | "rates" | "equal" | "full", NetworkResult[][]>>;
}

/** The results of several sweeps, planned one after another. */
export function sweepResults(results: readonly Json[], plan: Plan): SweepResults[] {
  const all = networkResults(results, plan);
  let from = 0;
  const next = (cells: readonly NetworkCell[]) => all.slice(from, (from += cells.length));
  return sweepsOf(plan).map((sweep) => ({
    sweep,
    found: {
      batches: next(sweep.batches),
      rates: next(sweep.rates),
      equal: next(sweep.equal),
      full: next(sweep.full),
    },
  }));
}
