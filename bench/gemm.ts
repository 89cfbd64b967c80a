import { add, input, matmul, sliceAxis, swapLast, type Tensor } from "../src/graph/index.ts";
import { type Model } from "../src/learn/index.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { type Contender, timed } from "./timing.ts";

/** `count` matrix products [m, k]·[k, n] whose operands lie as a layer's products find them. */
export interface Gemm {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly count: number;
  /** Operand that is stored transposed. */
  readonly transposed: "a" | "b" | "none";
}

/**
 * The products of one Hessian-vector product with everything that does not depend on the vector
 * known: in each layer y = xWᵀ two forward (ẋWᵀ, xẆᵀ), two back to the inputs (δ̇W, δẆ), two to the
 * weights (δᵀẋ, δ̇ᵀx). The first layer's input does not move: two in all.
 */
export function hvpGemms(model: Model, batch: number): Gemm[] {
  return model.parameters
    .filter(({ shape }) => shape.length === 2)
    .flatMap(({ shape: [out, width] }, layer): Gemm[] => {
      const count = layer === 0 ? 1 : 2;
      return [
        { m: batch, k: width, n: out, count, transposed: "b" },
        { m: out, k: batch, n: width, count, transposed: "a" },
        ...(layer === 0
          ? []
          : [{ m: batch, k: out, n: width, count, transposed: "none" } as const]),
      ];
    });
}

/** Multiply-adds. */
export const multiplications = (gemms: readonly Gemm[]): number =>
  gemms.reduce((sum, { m, k, n, count }) => sum + m * k * n * count, 0);

/** These products and nothing else, in one call; one number of each leaves it. */
export async function gemmContender(runtime: Runtime, gemms: readonly Gemm[]): Promise<Contender> {
  const inputs: Tensor[] = [];
  const fresh = (rows: number, columns: number) => {
    const t = input([rows, columns], "float32");
    inputs.push(t);
    return t;
  };
  const corners = gemms.flatMap(({ m, k, n, count, transposed }) =>
    Array.from({ length: count }, () => {
      const a = transposed === "a" ? swapLast(fresh(k, m)) : fresh(m, k);
      const b = transposed === "b" ? swapLast(fresh(n, k)) : fresh(k, n);
      return sliceAxis(sliceAxis(matmul(a, b), 0, 0, 1), 1, 0, 1);
    }),
  );
  const outputs = [corners.reduce((sum, corner) => add(sum, corner))];
  // Simplifying would cut the products down to their corners.
  const products = await runtime.compile({ inputs, outputs }, { simplify: false, label: "gemm" });
  const data = inputs.map(({ shape }) =>
    Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
  );
  return {
    name: "ONNX Runtime, products of the same shapes",
    side: "gemm",
    threads: runtime.threads,
    run: (repeats) => timed(repeats, () => products.run(data)),
  };
}
