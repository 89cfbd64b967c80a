import type { Parameter } from "./parameters.ts";

/** Numbers looked at to tell trained weights from a pattern, and how many of them must differ. */
const [looked, differing] = [64, 0.5];

/**
 * Names of matrices that hold the transpose of an earlier one, number by number, and the earlier one's
 * name. Exporters write a weight that a model uses twice, as a token embedding and the last layer of
 * a language model, once as it is and once transposed, where the transposition was folded away.
 *
 * Copies that are not transposed do not count: layers that were cloned begin with the same numbers
 * without being one. Nor does a matrix of few different numbers.
 */
export function transposedCopies(parameters: readonly Parameter[]): ReadonlyMap<string, string> {
  const copies = new Map<string, string>();
  const earlier: Parameter[] = [];
  for (const own of parameters) {
    if (own.shape.length !== 2) continue;
    const original = earlier.find((other) => isTransposed(own, other));
    if (original === undefined) earlier.push(own);
    else copies.set(own.name, original.name);
  }
  return copies;
}

/** What is said of them. */
export function tiedText(copies: ReadonlyMap<string, string>): string {
  const pairs = [...copies].map(([copy, name]) => `${copy} holds ${name}`);
  const which = pairs.length > 3 ? [...pairs.slice(0, 3), "…"] : pairs;
  return `matrices that hold another's numbers transposed are taken for the same parameter, as tied weights (${which.join(", ")})`;
}

function isTransposed(a: Parameter, b: Parameter): boolean {
  const [rows, columns] = a.shape;
  if (a.dtype !== b.dtype || b.shape[0] !== columns || b.shape[1] !== rows) return false;
  if (!isVaried(a.data)) return false;
  let symmetric = rows === columns;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const value = a.data[i * columns + j];
      if (value !== b.data[j * rows + i]) return false;
      symmetric &&= value === b.data[i * columns + j];
    }
  return !symmetric;
}

function isVaried(data: Float32Array | Float64Array): boolean {
  const first = data.subarray(0, looked);
  return new Set(first).size > differing * first.length;
}
