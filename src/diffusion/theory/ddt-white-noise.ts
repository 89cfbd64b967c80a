import type { Barrier } from "./barrier.ts";
import { kramers } from "./kramers.ts";
import { law, rare, type Condition, type EscapeLaw, type ExitSurface } from "./law.ts";

export interface DdtWhiteNoiseOptions {
  readonly exitSurface?: ExitSurface;
  /**
   * `full`: with the determinants. `along-path`: the form most quoted, 2π/√(H_ae|H_be|)·e^{ΔL/D},
   * which is exact in one dimension and where all other curvatures agree at a and b.
   */
  readonly form?: "full" | "along-path";
}

/**
 * The time of diffusion theory under white noise (SGLD): Kramers' law, in its n-dimensional form or
 * in the one along the path. The rate grows like the first power of the sharpness: for L(√k·θ) it is
 * exactly k times as great.
 *
 * Source: Xie, Sato and Sugiyama (2021), the theorem on white noise.
 */
export function ddtWhiteNoise(
  barrier: Barrier,
  diffusion: number,
  { exitSurface = "beyond", form = "full" }: DdtWhiteNoiseOptions = {},
): EscapeLaw {
  const facts = {
    name: form === "full" ? "ddt-white-noise" : "ddt-white-noise-along-path",
    source: "Xie, Sato and Sugiyama 2021, theorem on white noise",
    exitSurface,
    convention: "any" as const,
  };
  const full = kramers(barrier, diffusion);
  const condition = rare(barrier.height / diffusion, "ΔL/D");
  if (form === "full") return law({ ...facts, formula: full.formula }, full.logTime, [condition]);
  const logTime =
    Math.log(2 * Math.PI) -
    0.5 * Math.log(barrier.minimumCurvature * barrier.saddleCurvature) +
    barrier.height / diffusion;
  const gap = Math.abs(Math.expm1(logTime - full.logTime));
  const same: Condition = {
    holds: gap < 0.1,
    sentence: `curvatures across the path at minimum and saddle change the time by ${(100 * gap).toFixed(0)} %`,
  };
  return law({ ...facts, formula: "τ = 2π/√(H_ae|H_be|) · exp(ΔL/D)" }, logTime, [condition, same]);
}
