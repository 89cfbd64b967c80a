import { parseFormula } from "../../src/diffusion/formula/parse-formula.ts";
import type { ScalarField } from "../../src/diffusion/noise/noise.ts";
import { formulaPotential } from "../../src/diffusion/potential/formula.ts";
import type { Potential } from "../../src/diffusion/potential/potential.ts";

/** V by a formula of its coordinates. */
export const potentialOf = (formula: string, dimension?: number): Potential =>
  formulaPotential(formula, dimension === undefined ? {} : { dimension });

/** A scalar field by a formula of the coordinates. */
export function fieldOf(formula: string, dimension = 1): ScalarField {
  const { value } = parseFormula(formula, { dimension });
  return { formula, value: (x) => value(x) };
}
