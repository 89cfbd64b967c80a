// What golden.json holds about noise and stability, beside golden-problem.ts.
import { golden, type Golden, type GoldenNet } from "./golden-problem.ts";

interface Noisy {
  readonly trH: number;
  readonly froH2: number;
  readonly sigma_eigs: number[];
  readonly align_ratio: number;
  readonly cosHSigma: number;
}

export const noisy = golden as unknown as {
  readonly [K in "tanh_5_12_1_mse" | "tanh_4_6_3_ce"]: GoldenNet & Noisy;
} & {
  readonly enum_3_4_2_mse: Golden["enum_3_4_2_mse"] &
    Noisy & { readonly second_moment_contraction: { readonly eta: number; readonly lmax: number } };
  readonly ms_stability: {
    readonly A: number[];
    readonly b: number;
    readonly eta_star: number;
    readonly two_over_lmax: number;
  };
};
