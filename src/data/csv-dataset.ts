import { csvRecords, type CsvRecord } from "./csv.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { quote, refuse, type ReadOptions } from "./error.ts";

/** What the columns of a CSV file mean. */
export interface CsvDatasetOptions extends ReadOptions {
  readonly name: string;
  readonly source: string;
  /** Column of the target, by header name or index (negative from the end). Default: the last. */
  readonly target?: string | number;
  /** `label` (default): names or whole numbers become classes. `value`: floats to regress on. */
  readonly targetKind?: "label" | "value";
  /** Columns to leave out, by name or index. */
  readonly drop?: readonly (string | number)[];
  /** Whether the first row is a header. Default: it is where one of its inputs is no number. */
  readonly header?: "auto" | boolean;
  readonly delimiter?: string;
}

/**
 * A data set from numeric CSV columns and one target column. Inputs are float64 [N, columns]; labels
 * are numbered in the order of their values where all are whole numbers, else of their code units.
 * scikit-learn's own header (`150,4,setosa,versicolor,virginica`) is recognised.
 *
 * @throws DataError naming row (line, from 1) and column (from 1) of a field that is no finite number,
 * of a row with too few or too many fields, or of a label that is no class.
 */
export function csvDataset(bytes: Uint8Array, options: CsvDatasetOptions): Dataset {
  const { file = "csv data", name, source, targetKind = "label" } = options;
  const records = csvRecords(bytes, { ...options, file });
  const head = [...take(records, 2)];
  if (head.length === 0) refuse(file, "csv data must have at least 1 row, got none");
  const auto = options.header === undefined || options.header === "auto";
  const learned = auto && head[1] ? scikitHeader(head[0], head[1].fields.length) : undefined;
  const width = head[learned ? 1 : 0].fields.length;
  if (width < 2)
    refuse(
      file,
      `csv rows must have an input and a target, got ${width} column at row ${head[0].line}`,
    );
  const byName = [options.target, ...(options.drop ?? [])].some(
    (column) => typeof column === "string",
  );
  const names = learned ? undefined : headerOf(head[0], options, width, byName);
  if (byName && !names)
    refuse(file, "columns can be named only where there is a header, got none at row 1");
  const find = (column: string | number) => findColumn(column, names, width, file);
  const target = find(options.target ?? width - 1);
  const dropped = new Set((options.drop ?? []).map(find));
  const inputs = Array.from({ length: width }, (_, i) => i).filter(
    (i) => i !== target && !dropped.has(i),
  );
  if (inputs.length === 0) refuse(file, "at least 1 input column must be left, got 0");

  const values: number[] = [];
  const targets: CsvRecord[] = [];
  const columnName = (i: number) => `column ${i + 1}${names ? ` (${quote(names[i])})` : ""}`;
  const take1 = (record: CsvRecord) => {
    if (record.fields.length !== width)
      refuse(
        file,
        `rows must have ${width} fields, got ${record.fields.length} at row ${record.line}`,
      );
    for (const i of inputs)
      values.push(number(record.fields[i], file, `row ${record.line}, ${columnName(i)}`));
    targets.push({ line: record.line, fields: [record.fields[target]] });
  };
  for (const record of names || learned ? head.slice(1) : head) take1(record);
  for (const record of records) take1(record);

  const n = targets.length;
  if (n === 0) refuse(file, "csv data must have at least 1 row below its header, got none");
  if (learned && learned.rows !== n)
    refuse(
      file,
      `the header must give the number of rows, got ${learned.rows} for ${n} rows at row ${head[0].line}`,
    );
  const place = (row: number) => `row ${targets[row].line}, ${columnName(target)}`;
  const common = {
    name,
    source,
    inputs: { data: Float64Array.from(values), shape: [n, inputs.length] },
  };
  if (targetKind === "value") {
    const data = Float64Array.from(targets, ({ fields }, row) =>
      number(fields[0], file, place(row)),
    );
    return checkDataset({ ...common, targets: { data, shape: [n, 1] } });
  }
  const texts = targets.map(({ fields }) => fields[0]);
  return checkDataset({ ...common, ...numberLabels(texts, learned?.classNames, file, place) });
}

function numberLabels(
  texts: readonly string[],
  given: readonly string[] | undefined,
  file: string,
  place: (row: number) => string,
): { labels: Int32Array; classes: number; classNames: readonly string[] } {
  const empty = texts.indexOf("");
  if (empty >= 0) refuse(file, `a label must not be empty, got "" at ${place(empty)}`);
  const fraction = texts.findIndex((text) => isNumber(text) && !Number.isInteger(Number(text)));
  if (fraction >= 0)
    refuse(
      file,
      `a label must be a name or a whole number (targetKind "value" is for regression), got ${quote(texts[fraction])} at ${place(fraction)}`,
    );
  const whole = texts.every(isNumber);
  const keys = whole ? texts.map((text) => String(Number(text))) : texts;
  const distinct = [...new Set(keys)];
  const order = given
    ? given.map((_, i) => String(i))
    : whole
      ? distinct.sort((a, b) => Number(a) - Number(b))
      : distinct.sort();
  const numberOf = new Map(order.map((key, i) => [key, i]));
  const labels = Int32Array.from(keys, (key, row) => {
    const label = numberOf.get(key);
    if (label === undefined)
      refuse(
        file,
        `a label must be from 0 to ${order.length - 1} as the header says, got ${quote(key)} at ${place(row)}`,
      );
    return label;
  });
  return { labels, classes: order.length, classNames: given ?? order };
}

function headerOf(
  first: CsvRecord,
  options: CsvDatasetOptions,
  width: number,
  byName: boolean,
): readonly string[] | undefined {
  const { header = "auto" } = options;
  if (header === false) return undefined;
  const last = typeof options.target === "number" ? (options.target + width) % width : width - 1;
  const detected = first.fields.some(
    (field, i) => i !== last && !isNumber(field) && !isNotFinite(field),
  );
  if (header === "auto" && !detected && !byName) return undefined;
  return first.fields;
}

function scikitHeader(
  first: CsvRecord,
  width: number,
): { rows: number; classNames: readonly string[] } | undefined {
  const [rows, features, ...classNames] = first.fields;
  const fits =
    /^\d+$/.test(rows) &&
    Number(features) + 1 === width &&
    classNames.length >= 2 &&
    !classNames.some(isNumber);
  return fits ? { rows: Number(rows), classNames } : undefined;
}

function findColumn(
  column: string | number,
  names: readonly string[] | undefined,
  width: number,
  file: string,
): number {
  const found =
    typeof column === "string" ? names!.indexOf(column) : column < 0 ? column + width : column;
  if (typeof column === "string" && found < 0)
    refuse(
      file,
      `a column must be one of ${names!.slice(0, 30).map(quote).join(", ")}, got ${quote(column)}`,
    );
  if (!(Number.isInteger(found) && found >= 0 && found < width))
    refuse(file, `a column index must be from ${-width} to ${width - 1}, got ${column}`);
  return found;
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function isNumber(field: string): boolean {
  return numeric.test(field);
}

/** The spellings of missing and infinite numbers, which are refused rather than taken for a header. */
function isNotFinite(field: string): boolean {
  return /^([+-]?(nan|inf|infinity)|na|\?|)$/i.test(field);
}

function number(field: string, file: string, place: string): number {
  const value = isNumber(field) ? Number(field) : NaN;
  if (!Number.isFinite(value))
    refuse(file, `a value must be a finite number, got ${quote(field)} at ${place}`);
  return value;
}

function* take<T>(items: Iterator<T>, count: number): Generator<T> {
  for (let i = 0; i < count; i++) {
    const { value, done } = items.next();
    if (done) return;
    yield value;
  }
}
