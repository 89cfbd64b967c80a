import { input, scalar } from "../../graph/index.ts";
import { scalarFunction } from "../../kernel/index.ts";
import { quoteShort } from "../formula/error.ts";
import { parseFormula } from "../formula/parse-formula.ts";

/** When a replica has left the minimum that its checkpoint lies in. */
export interface ReplicaExit {
  readonly text: string;
  /** Whether it asks for the loss, which is then measured over all samples. */
  readonly usesLoss: boolean;
  readonly holds: (loss: number, distance: number) => boolean;
}

/**
 * A condition of V, the loss over all samples, V0, the same at the checkpoint, and r = ‖θ − θ₀‖, the
 * distance from it: `V > 2*V0`, `r > 1.5`, `V > 0.5 or r > 3`.
 *
 * @throws FormulaError with the column; RangeError where it depends on neither V nor r, or holds at the
 *   checkpoint.
 */
export function replicaExit(text: string, lossAtStart: number): ReplicaExit {
  const names = ["V", "V0", "r"];
  const formula = parseFormula(text, { dimension: 0, names, expects: "condition" });
  if (!formula.names.includes("V") && !formula.names.includes("r"))
    throw new RangeError(
      `exit must depend on V, the loss, or r, the distance from the checkpoint, got ${quoteShort(text)}`,
    );
  const [V, r] = ["V", "r"].map((name) => input([], "float64", name));
  const condition = formula.value([], { V, r, V0: scalar(lossAtStart, "float64") });
  const f = scalarFunction([V, r], [condition]);
  const out = new Float64Array(1);
  const holds = (loss: number, distance: number) => {
    f([loss, distance], out);
    return out[0] !== 0;
  };
  if (holds(lossAtStart, 0))
    throw new RangeError(
      `exit must not hold at the checkpoint, got ${quoteShort(text)} where V = ${Number(lossAtStart.toPrecision(6))} and r = 0`,
    );
  return { text, usesLoss: formula.names.includes("V"), holds };
}
