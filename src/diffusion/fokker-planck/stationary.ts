import { nestedDissection, reduceStates, stationaryLaw } from "../../numeric/index.ts";
import type { Process1d } from "../theory/process.ts";
import { chainOf, type Lattice } from "./chain.ts";
import { lattice1d, lattice2d } from "./exit-time.ts";
import { centres, coarser, requireAxis, type Axis } from "./grid.ts";
import type { Process2d } from "./process2d.ts";

/** A stationary law on a grid. */
export interface GridDensity {
  readonly x: Float64Array; // [nx] centres
  readonly y: Float64Array; // [ny]; one row at 0.5 in one dimension
  /** Density at the centres, index x + nx·y; times the cells' size it sums to 1. */
  readonly density: Float64Array;
  /**
   * Total variation, ½Σ|p − p′|, between this grid and one of cells twice as wide, over 3: about the
   * distance from the law of the equation, for cells that resolve it.
   */
  readonly error: number;
}

/** Stationary law of a diffusion in one dimension on a grid whose ends reflect. */
export function stationary1d(process: Process1d, x: Axis): GridDensity {
  requireAxis("x", x);
  return stationary((factor) => lattice1d(process, coarser(x, factor), undefined));
}

/**
 * Stationary law of a diffusion in two dimensions on a grid whose sides reflect; currents that do not
 * vanish, as noise that depends on the place makes them, are no obstacle. Cost as for `exitTime2d`.
 */
export function stationary2d(process: Process2d, x: Axis, y: Axis): GridDensity {
  requireAxis("x", x);
  requireAxis("y", y);
  return stationary((factor) =>
    lattice2d(process, coarser(x, factor), coarser(y, factor), undefined),
  );
}

function stationary(lattice: (factor: 1 | 2) => Lattice): GridDensity {
  const solve = (factor: 1 | 2) => {
    const at = lattice(factor);
    const { chain } = chainOf(at);
    const p = stationaryLaw(
      reduceStates(
        chain,
        nestedDissection(at.x.cells, at.y.cells, () => true),
      ),
    );
    return { p, at };
  };
  const { p, at } = solve(1);
  const coarse = solve(2).p;
  const [nx, ny] = [at.x.cells, at.y.cells];
  const sums = new Float64Array(coarse.length);
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) sums[(i >> 1) + (nx / 2) * (ny > 1 ? j >> 1 : 0)] += p[i + nx * j];
  let difference = 0;
  for (let c = 0; c < sums.length; c++) difference += Math.abs(sums[c] - coarse[c]);
  const area = ((at.x.high - at.x.low) / nx) * (ny > 1 ? (at.y.high - at.y.low) / ny : 1);
  return {
    x: centres(at.x),
    y: centres(at.y),
    density: p.map((value) => value / area),
    error: difference / 6,
  };
}
