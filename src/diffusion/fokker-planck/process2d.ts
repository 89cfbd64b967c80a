import { conventionWeight, type Convention } from "../theory/convention.ts";
import type { Along, Direction } from "./chain.ts";
import type { Axis } from "./grid.ts";

/** D(x, y): a number or function is isotropic; pairs are a diagonal; triples are Dxx, Dxy, Dyy. */
export type Diffusion2d =
  | number
  | ((x: number, y: number) => number)
  | {
      readonly kind: "diagonal";
      readonly at: (x: number, y: number) => readonly [number, number];
    }
  | {
      readonly kind: "matrix";
      readonly at: (x: number, y: number) => readonly [number, number, number];
    };

/** dθ = −∇L dt + √(2D(θ)) dW in two dimensions. */
export interface Process2d {
  readonly gradient: (x: number, y: number) => readonly [number, number];
  readonly diffusion: Diffusion2d;
  /** `ito` if left out; a full matrix has no `stratonovich` form without its factor. */
  readonly convention?: Convention;
}

/**
 * The lattice directions of a process on a grid: both axes and, for a full matrix, both diagonals.
 * With A = D in units of the cells, the axes carry A_xx − |A_xy| and A_yy − |A_xy|, and the diagonal
 * of the sign of A_xy carries |A_xy|; the drift −∇L = −D·w is shared out as −a_e(e·w).
 *
 * @throws RangeError for a matrix in the convention `stratonovich`; where `at` is called, where D is
 *   not positive definite, or not diagonally dominant in the cells' shape.
 */
export function directionsOf(process: Process2d, x: Axis, y: Axis): readonly Direction[] {
  const hx = (x.high - x.low) / x.cells;
  const hy = (y.high - y.low) / y.cells;
  const { diffusion } = process;
  const full = typeof diffusion === "object" && diffusion.kind === "matrix";
  if (full && process.convention === "stratonovich")
    throw new RangeError(
      "a full diffusion matrix must be ito or anti-ito: its Stratonovich drift depends on the factor of D, not on D",
    );
  const along =
    (axis: "x" | "y" | "up" | "down") =>
    (px: number, py: number): Along => {
      const [dxx, dxy, dyy] = matrixAt(diffusion, px, py);
      const [gx, gy] = process.gradient(px, py);
      if (!(Number.isFinite(gx) && Number.isFinite(gy)))
        throw new RangeError(`gradient must be finite, got (${gx}, ${gy}) at (${px}, ${py})`);
      const det = dxx * dyy - dxy * dxy;
      const wx = (hx * (dyy * gx - dxy * gy)) / det;
      const wy = (hy * (dxx * gy - dxy * gx)) / det;
      const cross = dxy / (hx * hy);
      switch (axis) {
        case "x":
          return { a: dominant(dxx / (hx * hx), cross, px, py), w: wx };
        case "y":
          return { a: dominant(dyy / (hy * hy), cross, px, py), w: wy };
        case "up":
          return { a: Math.max(cross, 0), w: wx + wy };
        case "down":
          return { a: Math.max(-cross, 0), w: wx - wy };
      }
    };
  const axes = [
    { dx: 1, dy: 0, at: along("x") },
    { dx: 0, dy: 1, at: along("y") },
  ];
  return full
    ? [...axes, { dx: 1, dy: 1, at: along("up") }, { dx: 1, dy: -1, at: along("down") }]
    : axes;
}

/** α of the process. */
export function alphaOf({ convention = "ito" }: Process2d): number {
  return conventionWeight(convention);
}

function matrixAt(diffusion: Diffusion2d, x: number, y: number): readonly [number, number, number] {
  let d: readonly [number, number, number];
  if (typeof diffusion === "number") d = [diffusion, 0, diffusion];
  else if (typeof diffusion === "function") {
    const value = diffusion(x, y);
    d = [value, 0, value];
  } else if (diffusion.kind === "diagonal") {
    const [dx, dy] = diffusion.at(x, y);
    d = [dx, 0, dy];
  } else d = diffusion.at(x, y);
  const [dxx, dxy, dyy] = d;
  if (!(dxx > 0 && dyy > 0 && dxx * dyy > dxy * dxy && dxx + dyy < Infinity))
    throw new RangeError(
      `diffusion must be positive definite and finite, got [[${dxx}, ${dxy}], [${dxy}, ${dyy}]] at (${x}, ${y})`,
    );
  return d;
}

function dominant(straight: number, cross: number, x: number, y: number): number {
  const rest = straight - Math.abs(cross);
  if (rest < -1e-12 * straight)
    throw new RangeError(
      `diffusion must be diagonally dominant in units of the cells for rates that are not negative, got ${straight} against ${Math.abs(cross)} at (${x}, ${y}): rotate the coordinates or change the cells' shape`,
    );
  return Math.max(rest, 0);
}
