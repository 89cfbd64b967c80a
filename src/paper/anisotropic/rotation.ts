// A random signed permutation Q of the coordinates. It is orthogonal, so that QΣQᵀ has the spectrum of Σ,
// and the group of them is irreducible, so that E[QΣQᵀ] = (Tr Σ/P)·I exactly, as for a rotation drawn
// from all of them; and it costs nothing to apply, which a matrix of P² numbers does.
import { axpy, type FloatArray } from "../../numeric/index.ts";
import { fillRademacher, permutation, type Stream, substream } from "../../random/index.ts";
import type { SymmetricOperator } from "../../measure/index.ts";

/** (Qv)[i] = sign[i]·v[place[i]]. */
export interface SignedPermutation {
  readonly place: Int32Array;
  readonly sign: Float64Array;
}

/** One uniformly from all of `dimension` coordinates. */
export function signedPermutation(draws: Stream, dimension: number): SignedPermutation {
  const sign = new Float64Array(dimension);
  fillRademacher(substream(draws, "signs"), 0, sign);
  return { place: permutation(substream(draws, "places"), 0, dimension), sign };
}

/** Tr(H·QΣQᵀ) of dense matrices, row-major. */
export function rotatedTrace(
  hessian: Float64Array,
  sigma: Float64Array,
  { place, sign }: SignedPermutation,
): number {
  const n = place.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const from = place[i] * n;
    let row = 0;
    for (let j = 0; j < n; j++) row += hessian[i * n + j] * sign[j] * sigma[from + place[j]];
    sum += sign[i] * row;
  }
  return sum;
}

/** Qv. */
export function turned(v: FloatArray, { place, sign }: SignedPermutation): FloatArray {
  const out = v.slice();
  for (let i = 0; i < v.length; i++) out[i] = sign[i] * v[place[i]];
  return out;
}

/** QᵀV. */
export function turnedBack(v: FloatArray, { place, sign }: SignedPermutation): FloatArray {
  const out = v.slice();
  for (let i = 0; i < v.length; i++) out[place[i]] = sign[i] * v[i];
  return out;
}

/** QΣQᵀ by products with Σ. */
export function turnedOperator(sigma: SymmetricOperator, q: SignedPermutation): SymmetricOperator {
  const { dim, dtype } = sigma;
  return {
    name: `turned ${sigma.name}`,
    dim,
    dtype,
    symmetric: true,
    get products() {
      return sigma.products;
    },
    async apply(v, out) {
      const product = out.slice();
      await sigma.apply(turnedBack(v, q), product);
      out.fill(0);
      axpy(1, turned(product, q), out);
    },
  };
}
