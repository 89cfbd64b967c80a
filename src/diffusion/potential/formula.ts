import { parseFormula } from "../formula/parse-formula.ts";
import type { Potential } from "./potential.ts";

export interface FormulaPotentialOptions {
  /** Without it, as many coordinates as the formula uses, at least 1. */
  readonly dimension?: number;
  /** Names that the formula may use besides the coordinates, with their values. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/**
 * The potential that a formula gives: `"x^4/4 - x^2/2 + 0.1*x*y"`. What formulas know: `parseFormula`.
 *
 * @throws FormulaError with the column.
 */
export function formulaPotential(
  formula: string,
  { dimension, parameters = {} }: FormulaPotentialOptions = {},
): Potential {
  const parsed = parseFormula(formula, {
    ...(dimension !== undefined && { dimension }),
    names: Object.keys(parameters),
  });
  return {
    name: "formula",
    formula: parsed.text,
    dimension: parsed.dimension,
    parameters: Object.fromEntries(parsed.names.map((name) => [name, parameters[name]])),
    value: parsed.value,
  };
}
