// The small networks of test/golden/golden.json as problems, written in graph ops alone. θ is, layer
// after layer, the weight [out, in] row-major and then the bias.
import { readFileSync } from "node:fs";
import {
  add,
  logSumExp,
  matmul,
  mul,
  square,
  sub,
  sum,
  swapLast,
  tanh,
  type Tensor,
} from "../../src/graph/index.ts";
import { type Network, networkProblem, type Problem } from "../../src/measure/index.ts";

/** A network at a point, and what PyTorch says of it there. θ and v are flat. */
export interface GoldenNet {
  readonly sizes: number[];
  readonly loss: "mse" | "ce";
  readonly theta: number[];
  readonly X: number[];
  readonly Y: number[];
  readonly n: number;
  readonly value: number;
  readonly grad: number[];
  readonly v: number[];
  readonly Hv: number[];
  readonly GGNv: number[];
  readonly EFv: number[];
  readonly hess_eigs: number[];
  readonly ggn_eigs: number[];
  readonly sigma_eigs: number[];
  readonly diagH: number[];
  readonly trH: number;
  readonly froH2: number;
  readonly trSigma: number;
  readonly trHSigma: number;
  readonly align_ratio: number;
  readonly cosHSigma: number;
}

export interface Golden {
  readonly tanh_5_12_1_mse: GoldenNet;
  readonly tanh_4_6_3_ce: GoldenNet;
  /** Few enough samples that all batches are enumerated. */
  readonly enum_3_4_2_mse: GoldenNet & {
    readonly b: number;
    readonly batch_sharpness: number;
    readonly batch_sharpness_exp_inside: number;
    readonly mini_bs: number;
    readonly gni: number;
    readonly grad_norm2_exp: number;
    readonly second_moment_contraction: { readonly eta: number; readonly lmax: number };
  };
  readonly ms_stability: {
    readonly A: number[];
    readonly b: number;
    readonly eta_star: number;
    readonly two_over_lmax: number;
  };
  readonly lanczos: {
    readonly v0: number[];
    readonly alpha: number[];
    readonly beta: number[];
    readonly ritz: number[];
    readonly slq_weights: number[];
  };
  readonly trajectories: {
    readonly batches: number[][];
    readonly adam: { readonly theta: number[]; readonly lmax_precond: number };
    readonly rmsprop: { readonly theta: number[]; readonly lmax_precond: number };
    readonly sgd: { readonly theta: number[]; readonly lmax: number };
  };
}

export const golden = JSON.parse(
  readFileSync(new URL("../golden/golden.json", import.meta.url), "utf8"),
) as Golden;

/** Layers x·Wᵀ + b with tanh between. */
function tanhNet(loss: "mse" | "ce"): Network {
  return {
    outputs(parameters: Tensor[], x: Tensor) {
      let h = x;
      for (let k = 0; k < parameters.length; k += 2) {
        h = add(matmul(h, swapLast(parameters[k])), parameters[k + 1]);
        if (k + 2 < parameters.length) h = tanh(h);
      }
      return h;
    },
    loss: (o, y) =>
      loss === "mse" ? sum(square(sub(o, y)), 1) : sub(logSumExp(o, 1), sum(mul(o, y), 1)),
  };
}

function tanhParameters(sizes: readonly number[]): Problem["parameters"] {
  return sizes.slice(1).flatMap((out, layer) => [
    { name: `w${layer}`, shape: [out, sizes[layer]] },
    { name: `b${layer}`, shape: [out] },
  ]);
}

export function floats(
  dtype: "float32" | "float64",
  values: ArrayLike<number>,
): Float32Array | Float64Array {
  return dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
}

export function goldenProblem(
  net: GoldenNet,
  dtype: "float32" | "float64" = "float64",
): { problem: Problem; theta: Float32Array | Float64Array } {
  const problem = networkProblem(tanhNet(net.loss), {
    parameters: tanhParameters(net.sizes),
    dtype,
    data: {
      name: "golden",
      inputs: floats(dtype, net.X),
      inputShape: [net.sizes[0]],
      targets: floats(dtype, net.Y),
      targetShape: [net.sizes.at(-1)!],
      count: net.n,
    },
  });
  return { problem, theta: floats(dtype, net.theta) };
}

/** max |a − b| / max |b|. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [gap, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    gap = Math.max(gap, Math.abs(a[i] - b[i]));
    size = Math.max(size, Math.abs(b[i]));
  }
  return a.length === b.length ? gap / (size || 1) : Infinity;
}
