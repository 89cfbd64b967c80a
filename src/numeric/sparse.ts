/** A sparse matrix by compressed rows: row i holds places offsets[i] … offsets[i + 1] − 1. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Int32Array; // [rows + 1]
  readonly indices: Int32Array; // columns, ascending within a row
  readonly values: Float64Array;
}

/** Entries in any order; those at one place add up. */
export interface Triplets {
  readonly row: number[];
  readonly column: number[];
  readonly value: number[];
}

/** No entries yet. */
export function emptyTriplets(): Triplets {
  return { row: [], column: [], value: [] };
}

/**
 * The rows of a list of entries. Cost of order entries · ln(entries per row).
 *
 * @throws RangeError where an entry lies outside, or is not finite.
 */
export function sparseRows(
  rows: number,
  columns: number,
  { row, column, value }: Triplets,
): SparseRows {
  const counts = new Int32Array(rows + 1);
  for (let e = 0; e < row.length; e++) {
    if (!(row[e] >= 0 && row[e] < rows && column[e] >= 0 && column[e] < columns))
      throw new RangeError(
        `entries must lie inside ${rows} × ${columns}, got (${row[e]}, ${column[e]})`,
      );
    if (!Number.isFinite(value[e]))
      throw new RangeError(`entries must be finite, got ${value[e]} at (${row[e]}, ${column[e]})`);
    counts[row[e] + 1]++;
  }
  for (let i = 0; i < rows; i++) counts[i + 1] += counts[i];
  const order = new Int32Array(row.length);
  const next = counts.slice(0, rows);
  for (let e = 0; e < row.length; e++) order[next[row[e]]++] = e;
  const offsets = new Int32Array(rows + 1);
  const indices = new Int32Array(row.length);
  const values = new Float64Array(row.length);
  let filled = 0;
  for (let i = 0; i < rows; i++) {
    const entries = order.subarray(counts[i], counts[i + 1]).sort((p, q) => column[p] - column[q]);
    for (const e of entries) {
      if (filled > offsets[i] && indices[filled - 1] === column[e]) values[filled - 1] += value[e];
      else {
        indices[filled] = column[e];
        values[filled++] = value[e];
      }
    }
    offsets[i + 1] = filled;
  }
  return {
    rows,
    columns,
    offsets,
    indices: indices.slice(0, filled),
    values: values.slice(0, filled),
  };
}

/** Aᵀ. */
export function sparseTranspose(a: SparseRows): SparseRows {
  const offsets = new Int32Array(a.columns + 1);
  for (const j of a.indices) offsets[j + 1]++;
  for (let j = 0; j < a.columns; j++) offsets[j + 1] += offsets[j];
  const next = offsets.slice(0, a.columns);
  const indices = new Int32Array(a.indices.length);
  const values = new Float64Array(a.values.length);
  for (let i = 0; i < a.rows; i++)
    for (let e = a.offsets[i]; e < a.offsets[i + 1]; e++) {
      const at = next[a.indices[e]]++;
      indices[at] = i;
      values[at] = a.values[e];
    }
  return { rows: a.columns, columns: a.rows, offsets, indices, values };
}
