import { dot, type FloatArray } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import { meanEstimate } from "../../statistics/index.ts";
import type { Measured } from "../noise/measured.ts";
import { sumOperator } from "../operators/combine.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { zeros } from "../problem/problem.ts";
import { lanczos } from "../spectra/lanczos.ts";
import type { HessianSquares } from "./hessian-squares.ts";

export type ContractionLimit =
  | {
      readonly kind: "sufficient";
      /** Below this rate every step of SGD shrinks E‖θ − θ*‖², whatever θ is. */
      readonly limit: Measured;
      /** Unit vector that the limit is set by. */
      readonly vector: FloatArray;
      readonly products: number;
    }
  | {
      readonly kind: "none" | "max-iterations";
      readonly reason: string;
      readonly products: number;
    };

export interface ContractionOptions {
  /** Of eigenvalues, relative; default 10⁻⁴. */
  readonly tolerance?: number;
  /** Rates tried, at most; default 20. */
  readonly iterations?: number;
  /** Coverage where E[H_B²] is sampled; default 0.95. */
  readonly level?: number;
}

/**
 * The rate up to which E‖(I − ηH_B)x‖² ≤ ‖x‖² for all x: λmax(E[(I − ηH_B)²]) ≤ 1, hence
 *
 *     η = min over x of 2·xᵀHx / xᵀE[H_B²]x.
 *
 * It is sufficient for the mean-square stability of SGD at a minimum of all samples and never above
 * the exact limit η* nor 2/λmax(H). Matrix-free: the top eigenvector of ηE[H_B²] − 2H gives the next
 * η (Dinkelbach's iteration, falling, superlinear), a handful of searches.
 *
 * Directions that no sample curves in neither shrink nor grow. Where H has a direction of negative
 * curvature no rate is sufficient: `none`. From sampled batches the maximum over x favours their noise,
 * so that the limit is low by a term that falls with their number; its error bar is that of xᵀE[H_B²]x.
 */
export async function contractionLimit(
  hessian: SymmetricOperator,
  squares: HessianSquares,
  draws: Stream,
  { tolerance = 1e-4, iterations = 20, level = 0.95 }: ContractionOptions = {},
): Promise<ContractionLimit> {
  const { operator } = squares;
  const [Hv, Av] = [zeros(hessian.dtype, hessian.dim), zeros(hessian.dtype, hessian.dim)];
  const before = hessian.products + operator.products;
  const products = () => hessian.products + operator.products - before;
  const bottom = await lanczos(hessian, substream(draws, "bottom"), {
    which: "smallest",
    tolerance: 1e-2,
  });
  const top = await lanczos(hessian, substream(draws, "top"), { tolerance: 1e-3 });
  const [lowest, highest] = [bottom.pairs[0], top.pairs[0]];
  const reason = "no rate is sufficient:";
  if (!(highest?.value > 0))
    return { kind: "none", reason: `${reason} λmax is ${highest?.value}`, products: products() };
  if (lowest.value + lowest.residual < -tolerance * highest.value)
    return {
      kind: "none",
      reason: `${reason} the Hessian has the negative eigenvalue ${Number(lowest.value.toPrecision(3))}`,
      products: products(),
    };
  let vector = highest.vector;
  let eta = 2 / highest.value;
  for (let k = 0; k < iterations; k++) {
    await hessian.apply(vector, Hv);
    await operator.apply(vector, Av);
    const [along, square] = [dot(vector, Hv), dot(vector, Av)];
    const next = (2 * along) / square;
    if (!(next > 0))
      return {
        kind: "none",
        reason: `${reason} samples curve (root mean square ${Math.sqrt(square)}) along a direction of mean curvature ${along}`,
        products: products(),
      };
    eta = k === 0 ? next : Math.min(eta, next);
    const test = sumOperator([
      { scale: eta, operator },
      { scale: -2, operator: hessian },
    ]);
    const { pairs, status } = await lanczos(test, substream(draws, k), {
      tolerance: 1e-3,
      maxProducts: 400,
    });
    if (status !== "converged")
      return {
        kind: "max-iterations",
        reason: `the search ended as ${status}`,
        products: products(),
      };
    // The excess of λmax(E[(I − ηH_B)²]) over 1, in units of what one step can do.
    if (pairs[0].value <= tolerance * eta * square)
      return { kind: "sufficient", limit: await bar(eta, square), vector, products: products() };
    vector = pairs[0].vector;
  }
  return { kind: "max-iterations", reason: `${iterations} rates were tried`, products: products() };

  async function bar(value: number, square: number): Promise<Measured> {
    const method = `2xᵀHx/xᵀE[H_B²]x at the worst x, ${squares.method}`;
    if (squares.spread === undefined) return { value, method };
    const own = await squares.spread(vector);
    const mean = meanEstimate(own, { seed: draws.seed, level });
    const at = (x: number) => (value * square) / Math.max(x, Number.MIN_VALUE);
    return {
      value,
      stderr: (value * mean.stderr) / square,
      low: at(mean.high),
      high: mean.low > 0 ? at(mean.low) : Infinity,
      level,
      samples: own.length,
      method: `${method}, t interval`,
      seed: draws.seed,
    };
  }
}
