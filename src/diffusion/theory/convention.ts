/**
 * Where in a step the noise √(2D) is evaluated: at its start, its middle, its end. Real SGD is `ito`;
 * formulas of Xie et al. and Meng et al. are printed in the `anti-ito` (Hänggi–Klimontovich) form.
 * All agree where D is constant.
 */
export type Convention = "ito" | "stratonovich" | "anti-ito";

/**
 * α = 0, ½, 1: the probability current is J = −P·L′ − D^α·(D^(1−α)·P)′, the Itô drift is −L′ + α·D′,
 * and detailed balance holds for p ∝ D^(α−1)·exp(−∫ L′/D).
 */
export function conventionWeight(convention: Convention): 0 | 0.5 | 1 {
  switch (convention) {
    case "ito":
      return 0;
    case "stratonovich":
      return 0.5;
    case "anti-ito":
      return 1;
  }
}
