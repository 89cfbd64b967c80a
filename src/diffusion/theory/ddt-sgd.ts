// Xie, Sato and Sugiyama's time for SGD's own noise, D = (η/2B)|H|. Its exponent holds a number s in
// (0, 1) that no one knows, so what it says is an interval. The interval belongs to a D that is
// constant on each of two parts of the path; for a smooth D ∝ √(H² + ε²) the exponent is an integral
// that may lie above it, and for ε = 0 it diverges where H changes sign: nothing leaves.
import type { Barrier } from "./barrier.ts";
import { conventionWeight, type Convention } from "./convention.ts";
import { flooredIntegral, type EscapePath } from "./escape-path.ts";
import {
  law,
  rare,
  requirePositive,
  type Condition,
  type EscapeLaw,
  type ExitSurface,
} from "./law.ts";

export interface DdtSgdOptions {
  readonly exitSurface?: ExitSurface;
  /** `anti-ito` gives the prefactor as printed; the exponent is the same in all. */
  readonly convention?: Convention;
  /** With a floor ε, D = (η/2B)√(H² + ε²), the integral along the path is given too. */
  readonly floor?: { readonly path: EscapePath; readonly epsilon: number };
}

/** Two laws that bound an interval, and the law for a floored, smooth diffusion where asked. */
export interface DdtSgd {
  readonly low: EscapeLaw;
  readonly high: EscapeLaw;
  readonly flooredIntegral: EscapeLaw | undefined;
}

/**
 * The escape time under D = (η/2B)|H|, in the time of the equation (steps are τ/η):
 *
 *     τ = (2π/|H_be|) exp[ (2BΔL/η)(s/H_ae + (1 − s)/|H_be|) ],   0 < s < 1
 *
 * `low` and `high` are its ends in s. `flooredIntegral` has the exponent (2B/η)·I(ε),
 * I = ∫ₐᵇ L′/√(H² + ε²), and the prefactor of its own D at a and b.
 *
 * Source: Xie, Sato and Sugiyama (2021), the theorem on SGD; the floored form is derived.
 */
export function ddtSgd(
  barrier: Barrier,
  { eta, batch }: { readonly eta: number; readonly batch: number },
  { exitSurface = "beyond", convention = "anti-ito", floor }: DdtSgdOptions = {},
): DdtSgd {
  requirePositive("eta", eta);
  requirePositive("batch", batch);
  const { height, minimumCurvature: ha, saddleCurvature: hb } = barrier;
  requirePositive("curvature at the minimum along the escape direction", ha);
  const alpha = conventionWeight(convention);
  const perLoss = (2 * batch) / eta;
  const slopes = [height / ha, height / hb].sort((x, y) => x - y);
  const facts = {
    source: "Xie, Sato and Sugiyama 2021, theorem on SGD",
    exitSurface,
    convention,
    formula:
      convention === "anti-ito"
        ? "τ = 2π/|H_be| · exp[(2BΔL/η)(s/H_ae + (1−s)/|H_be|)]"
        : `τ = 2π/(H_ae^${1 - alpha}·|H_be|^${alpha}) · exp[(2BΔL/η)(s/H_ae + (1−s)/|H_be|)]`,
  };
  const smallSteps = smallStep(eta, barrier);
  const floored = floor && flooredIntegral(floor.path, floor.epsilon);
  const within: Condition = {
    holds: floored === undefined || (floored > slopes[0] && floored < slopes[1]),
    sentence: `the exponent of the floored diffusion is ${floored?.toPrecision(4)}, outside ${slopes[0].toPrecision(4)} … ${slopes[1].toPrecision(4)}: no s exists`,
  };
  const bound = (name: string, slope: number) =>
    law({ ...facts, name }, logPrefactor(alpha, ha, hb, ha, hb) + perLoss * slope, [
      rare(perLoss * slopes[0], "least exponent 2BΔL/ηH"),
      smallSteps,
      within,
    ]);
  return {
    low: bound("ddt-sgd-low", slopes[0]),
    high: bound("ddt-sgd-high", slopes[1]),
    flooredIntegral:
      floor && floored !== undefined
        ? law(
            {
              ...facts,
              name: "ddt-sgd-floored",
              source: "derived: Laplace's method with D = (η/2B)√(H² + ε²)",
              formula: "τ = 2π(D_b/D_a)^(½−α)/√(H_a|H_b|) · exp[(2B/η)∫L′/√(H² + ε²)]",
            },
            logPrefactor(
              alpha,
              ha,
              hb,
              Math.hypot(ha, floor.epsilon),
              Math.hypot(hb, floor.epsilon),
            ) +
              perLoss * floored,
            [rare(perLoss * floored, "exponent 2B·I/η"), smallSteps],
          )
        : undefined,
  };
}

/** ln[ 2π (D_b/D_a)^(½−α) / √(H_a|H_b|) ]: Laplace's method at both ends. */
function logPrefactor(alpha: number, ha: number, hb: number, da: number, db: number): number {
  return Math.log(2 * Math.PI) + (0.5 - alpha) * Math.log(db / da) - 0.5 * Math.log(ha * hb);
}

function smallStep(eta: number, { minimumEigenvalues, saddleCurvature }: Barrier): Condition {
  const product = eta * Math.max(minimumEigenvalues[0], saddleCurvature);
  return {
    holds: product <= 0.1,
    sentence: `η·λmax is ${product.toPrecision(3)}, above 0.1: the recursion is not its diffusion`,
  };
}
