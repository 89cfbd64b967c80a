// Stochastic Lanczos quadrature: nodes and weights that stand for the spectrum.
//
// A unit vector u has the spectral measure Σ (uᵀvᵢ)² δ(λ − λᵢ). For u uniform on the sphere its mean is
// the spectral density, and m steps of Lanczos give the m-node Gauss quadrature of it: exact for
// polynomials up to degree 2m − 1. Known eigenpairs can be taken out: they count exactly, and probes
// are drawn in their complement.
//
// Ubaru, Chen, Saad (2017), https://doi.org/10.1137/16M1104974
import { dots, subtract, vectorSpace } from "../../kernel/index.ts";
import { type FloatArray, norm, tridiagonalEigen } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { tridiagonalise, tridiagonalRoom } from "./krylov.ts";
import type { Eigenpair } from "./lanczos.ts";

export interface QuadratureOptions {
  /** Default 10; at least 2 for an error bar. */
  readonly probes?: number;
  /** Lanczos steps a probe, and vectors held; default 80. */
  readonly steps?: number;
  /** Eigenpairs with orthonormal vectors that are counted exactly and left out of the probes. */
  readonly deflate?: readonly Pick<Eigenpair, "value" | "vector">[];
  /** Start vectors in place of the draws, one a probe. */
  readonly starts?: readonly FloatArray[];
}

/** Nodes, ascending, and weights of one probe; the weights sum to 1. */
export interface ProbeNodes {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** The spectrum of an operator of dimension `dim`, as probes see it. */
export interface SpectralQuadrature {
  readonly dim: number;
  /** One a probe: of the dim − deflated.length eigenvalues that are not deflated. */
  readonly probes: readonly ProbeNodes[];
  /** Eigenvalues that were taken out, each of them once. */
  readonly deflated: readonly number[];
  readonly steps: number;
  readonly products: number;
  readonly seed: string;
}

/**
 * Nodes and weights from `probes` normal vectors, made unit, by `steps` steps of Lanczos with full
 * reorthogonalisation. Cost: probes · steps products, probes · 4·steps²·dim multiplications.
 *
 * @throws RangeError where a product is not finite.
 */
export async function spectralQuadrature(
  operator: SymmetricOperator,
  draws: Stream,
  { probes: count = 10, steps = 80, deflate = [], starts }: QuadratureOptions = {},
): Promise<SpectralQuadrature> {
  const probes = starts?.length ?? count;
  requireCount("probes", probes);
  requireCount("steps", steps);
  const { dim } = operator;
  if (deflate.length >= dim)
    throw new RangeError(
      `deflated pairs must be fewer than the dimension ${dim}, got ${deflate.length}`,
    );
  using space = vectorSpace(dim, operator.dtype, deflate.length + tridiagonalRoom(operator, steps));
  const vectors = deflate.map(({ vector }) => {
    const u = space.take();
    u.set(vector);
    return u;
  });
  const before = operator.products;
  const rest = complement(operator, vectors);
  const measured: ProbeNodes[] = [];
  for (let i = 0; i < probes; i++) {
    const start = space.take();
    if (starts) start.set(starts[i]);
    else fillUnit(substream(draws, i), start);
    removeFrom(start, vectors);
    const { alpha, beta, basis } = await tridiagonalise(rest, space, start, steps);
    basis.forEach((q) => space.give(q));
    measured.push(gaussQuadrature(alpha, beta.subarray(0, -1)));
  }
  return {
    dim,
    probes: measured,
    deflated: deflate.map(({ value }) => value),
    steps,
    products: operator.products - before,
    seed: draws.seed,
  };
}

/** Nodes and weights of the tridiagonal matrix: its eigenvalues, ascending, and their vectors' first components squared. */
export function gaussQuadrature(alpha: Float64Array, beta: Float64Array): ProbeNodes {
  const { values, first } = tridiagonalEigen(alpha, beta, { vectors: "first-and-last" });
  return { nodes: values.toReversed(), weights: first.map((x) => x * x).reverse() };
}

/** (I − UUᵀ)A on the complement of U, for orthonormal U. */
function complement(
  operator: SymmetricOperator,
  vectors: readonly FloatArray[],
): SymmetricOperator {
  if (vectors.length === 0) return operator;
  return {
    name: `${operator.name}, deflated`,
    dim: operator.dim,
    dtype: operator.dtype,
    get products() {
      return operator.products;
    },
    async apply(v, out) {
      await operator.apply(v, out);
      removeFrom(out, vectors);
    },
  };
}

function removeFrom(v: FloatArray, vectors: readonly FloatArray[]): void {
  for (let sweep = 0; sweep < 2; sweep++) subtract(v, vectors, dots(v, vectors));
}

function fillUnit(draws: Stream, z: FloatArray): void {
  fillNormal(draws, 0, z);
  const length = norm(z);
  for (let i = 0; i < z.length; i++) z[i] /= length;
}

function requireCount(name: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 1))
    throw new RangeError(`${name} must be a positive integer, got ${count}`);
}
