import { halfLogDeterminants, type Barrier } from "./barrier.ts";
import { law, rare, requirePositive, type EscapeLaw, type ExitSurface } from "./law.ts";

/**
 * Kramers' and Eyring's time for constant isotropic diffusion, dθ = −∇L dt + √(2D) dW:
 *
 *     τ = (2π/|H_be|) √(|det H_b| / det H_a) · e^{ΔL/D}
 *
 * from a past the saddle b; half of it to the saddle itself. Asymptotically exact as D → 0, with a
 * relative correction of order D/ΔL.
 *
 * Source: Hänggi, Talkner and Borkovec, Rev. Mod. Phys. 62 (1990); Bovier et al. (2004) for the proof.
 */
export function kramers(
  barrier: Barrier,
  diffusion: number,
  { exitSurface = "beyond" }: { readonly exitSurface?: ExitSurface } = {},
): EscapeLaw {
  requirePositive("diffusion", diffusion);
  const exponent = barrier.height / diffusion;
  return law(
    {
      name: "kramers",
      formula: "τ = 2π/|H_be| · √(|det H_b|/det H_a) · exp(ΔL/D)",
      source: "Eyring 1935, Kramers 1940; Hänggi, Talkner and Borkovec 1990",
      exitSurface,
      convention: "any",
    },
    Math.log(2 * Math.PI) -
      Math.log(barrier.saddleCurvature) +
      halfLogDeterminants(barrier) +
      exponent,
    [rare(exponent, "ΔL/D")],
  );
}
