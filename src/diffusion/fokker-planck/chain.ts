// A diffusion as a Markov chain between cells: rates that conserve probability, are never negative
// and hold the convention of the noise. Along a lattice direction e with diffusivity a in units of
// the lattice step, and the drift −a·w,
//
//     q(i → j) = aᵢ^(1−α) · a_f^α · B(δ),    B(δ) = δ/(e^δ − 1),    δ = ∫ᵢʲ w
//
// with a_f half-way between. It is Scharfetter and Gummel's flux for the density times a^(1−α), so
// that in one dimension the stationary law e^−Φ·D^(α−1) is exact at the cells, and the error of times
// is of second order. In two dimensions D is split into the directions of the lattice and one
// diagonal, which is monotone where D is diagonally dominant in the cells' shape.
import { emptyTriplets, sparseRows, type MarkovChain } from "../../numeric/index.ts";
import type { Axis } from "./grid.ts";

/** The coefficients at a point along one lattice direction. */
export interface Along {
  /** Diffusivity over the square of the lattice step. */
  readonly a: number;
  /** e·D⁻¹∇L for the lattice step e. */
  readonly w: number;
}

/** One lattice direction, with its step in cells. */
export interface Direction {
  readonly dx: number;
  readonly dy: number;
  /** Coefficients at a place. */
  readonly at: (x: number, y: number) => Along;
}

export interface Lattice {
  readonly x: Axis;
  readonly y: Axis;
  readonly directions: readonly Direction[];
  /** α of the convention. */
  readonly alpha: number;
  /** Positive where the walk has left; undefined: nothing leaves. */
  readonly exit: ((x: number, y: number) => number) | undefined;
}

/** z/(eᶻ − 1). */
export function bernoulli(z: number): number {
  if (Math.abs(z) < 1e-5) return 1 - z / 2 + (z * z) / 12;
  return z / Math.expm1(z);
}

/**
 * Rates between the cells of a lattice whose outer sides reflect. An edge to a cell that is out is
 * cut where `exit` changes sign, and the distances on both sides of its cell enter as Shortley and
 * Weller's (1938), which keeps the second order for exits that cut the cells.
 */
export function chainOf(lattice: Lattice): { chain: MarkovChain; inside: Uint8Array } {
  const { x, y, directions, alpha, exit } = lattice;
  const [nx, ny] = [x.cells, y.cells];
  const hx = (x.high - x.low) / nx;
  const hy = (y.high - y.low) / ny;
  const px = (i: number) => x.low + (i + 0.5) * hx;
  const py = (j: number) => y.low + (j + 0.5) * hy;
  const inside = new Uint8Array(nx * ny).fill(1);
  if (exit)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const level = exit(px(i), py(j));
        if (Number.isNaN(level))
          throw new RangeError(`exit must be a number, got NaN at (${px(i)}, ${py(j)})`);
        if (level > 0) inside[i + nx * j] = 0;
      }
  const entries = emptyTriplets();
  const exits = new Float64Array(nx * ny);
  for (const { dx, dy, at } of directions) {
    const nodes = sample(at, x, y, 0, 0, inside);
    const edges = sample(at, x, y, 0.5 * dx, 0.5 * dy, inside); // from a cell to the next
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const cell = i + nx * j;
        if (!inside[cell]) continue;
        const arms = [-1, 1].map((sign) => {
          const [ti, tj] = [i + sign * dx, j + sign * dy];
          if (ti < 0 || ti >= nx || tj < 0 || tj >= ny) return { kind: "wall" as const, length: 1 };
          const to = ti + nx * tj;
          if (inside[to]) return { kind: "cell" as const, length: 1, to };
          const length = crossing(exit!, px(i), py(j), sign * dx * hx, sign * dy * hy);
          return { kind: "exit" as const, length };
        });
        const reach = (arms[0].length + arms[1].length) / 2;
        arms.forEach((arm, side) => {
          if (arm.kind === "wall") return;
          const sign = side === 0 ? -1 : 1;
          const part = (share: number) =>
            at(px(i) + share * sign * dx * hx, py(j) + share * sign * dy * hy);
          let middle: Along;
          let far: number;
          if (arm.kind === "cell") {
            const edge = sign === 1 ? cell : arm.to;
            middle = { a: edges.a[edge], w: edges.w[edge] };
            far = nodes.w[arm.to];
          } else {
            middle = part(arm.length / 2);
            far = part(arm.length).w;
          }
          // Simpson's rule for ∫w along the edge.
          const delta = (sign * arm.length * (nodes.w[cell] + 4 * middle.w + far)) / 6;
          const rate =
            (nodes.a[cell] ** (1 - alpha) * middle.a ** alpha * bernoulli(delta)) /
            (arm.length * reach);
          if (!(rate >= 0 && rate < Infinity))
            throw new RangeError(
              `rates must be finite, got ${rate} at (${px(i)}, ${py(j)}) towards (${sign * dx}, ${sign * dy})`,
            );
          if (arm.kind === "exit") exits[cell] += rate;
          else if (rate > 0) {
            entries.row.push(cell);
            entries.column.push(arm.to);
            entries.value.push(rate);
          }
        });
      }
  }
  return { chain: { rates: sparseRows(nx * ny, nx * ny, entries), exits }, inside };
}

/** Coefficients at the centres, or half-way to the next cell where both cells are inside. */
function sample(
  at: Direction["at"],
  x: Axis,
  y: Axis,
  moveX: number,
  moveY: number,
  inside: Uint8Array,
): { readonly a: Float64Array; readonly w: Float64Array } {
  const [nx, ny] = [x.cells, y.cells];
  const hx = (x.high - x.low) / nx;
  const hy = (y.high - y.low) / ny;
  const a = new Float64Array(nx * ny);
  const w = new Float64Array(nx * ny);
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) {
      const [ti, tj] = [i + 2 * moveX, j + 2 * moveY];
      const next = ti >= 0 && ti < nx && tj >= 0 && tj < ny && inside[ti + nx * tj];
      if (!inside[i + nx * j] || !next) continue;
      const point = at(x.low + (i + 0.5 + moveX) * hx, y.low + (j + 0.5 + moveY) * hy);
      a[i + nx * j] = point.a;
      w[i + nx * j] = point.w;
    }
  return { a, w };
}

/** The part of a step at which `exit` turns positive, by bisection. */
function crossing(
  exit: (x: number, y: number) => number,
  x: number,
  y: number,
  dx: number,
  dy: number,
): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (exit(x + middle * dx, y + middle * dy) > 0) high = middle;
    else low = middle;
  }
  return Math.max(high, 1e-9);
}
