import { add, matmul, reshape, sumTo, swapLast } from "../ops/index.ts";
import type { Tensor } from "../tensor.ts";
import { alignLeading, type Rules } from "./rule.ts";

export const matmulRules = {
  matmul: {
    jvp(t, [da, db]) {
      const [a, b] = t.inputs as [Tensor, Tensor];
      const fromA = da && matmul(da, b);
      const fromB = db && matmul(a, db);
      return fromA && fromB ? add(fromA, fromB) : (fromA ?? fromB);
    },
    vjp(t, ct, [wantA, wantB]) {
      const [a, b] = t.inputs as [Tensor, Tensor];
      return [
        wantA ? sumTo(matmul(ct, swapLast(b)), a.shape) : undefined,
        wantB ? weightCotangent(a, b, ct) : undefined,
      ];
    },
    batch(t, inputs, batched) {
      const rank = t.shape.length;
      const [a, b] = inputs.map((x, i) => (batched[i] ? alignLeading(x, rank) : x)) as [
        Tensor,
        Tensor,
      ];
      // [n, …, m, k] · [k, q] is one product of all rows; more ranks would only hide that.
      return matmul(a, b);
    },
  },
} satisfies Partial<Rules>;

/** aᵀ·ct. For a plain matrix b all leading axes of a are rows of one product. */
function weightCotangent(a: Tensor, b: Tensor, ct: Tensor): Tensor {
  if (b.shape.length > 2) return sumTo(matmul(swapLast(a), ct), b.shape);
  const rows = (x: Tensor) => reshape(x, [-1, x.shape.at(-1)!]);
  return matmul(swapLast(rows(a)), rows(ct));
}
