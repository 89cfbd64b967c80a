import { type FloatArray, scale } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../../random/index.ts";
import type { Covariance } from "./noise.ts";
import { type SignedPermutation, turned } from "./rotation.ts";

/** Shares of the trace that go with the sharp part, from blunt to sharp. */
const shares = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1] as const;
const [bluntColumns, sharpColumns] = [24, 6];

/**
 * Eight random positive semi-definite matrices of trace 1 whose Tr(HΣ) are spread over the range there
 * is: each a Wishart matrix of 24 normal vectors and one of 6 vectors of covariance H², mixed. `sharp`
 * makes a normal vector into one of covariance H².
 */
export function randomNoises(
  dimension: number,
  sharp: (z: Float64Array) => Float64Array,
  draws: Stream,
): Covariance[] {
  return shares.map((share, j) => {
    const own = substream(draws, j);
    const columns = (count: number, name: string, total: number) => {
      const all = Array.from({ length: count }, (_, k) => {
        const z = new Float64Array(dimension);
        fillNormal(substream(substream(own, name), k), 0, z);
        return name === "sharp" ? sharp(z) : z;
      });
      const size = all.reduce((sum, c) => sum + c.reduce((s, v) => s + v * v, 0), 0);
      for (const c of all) scale(Math.sqrt(total / size), c);
      return all;
    };
    return {
      kind: "columns",
      columns: [
        ...(share < 1 ? columns(bluntColumns, "blunt", 1 - share) : []),
        ...(share > 0 ? columns(sharpColumns, "sharp", share) : []),
      ],
    };
  });
}

/** QΣQᵀ of noise that is given by columns. */
export function rotatedNoise(covariance: Covariance, q: SignedPermutation): Covariance {
  if (covariance.kind !== "columns")
    throw new RangeError(`noise to be rotated must be given by columns, got ${covariance.kind}`);
  return { kind: "columns", columns: covariance.columns.map((c: FloatArray) => turned(c, q)) };
}
