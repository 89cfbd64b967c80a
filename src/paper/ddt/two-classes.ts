import { type Dataset, toPrecision } from "../../data/index.ts";
import { type SampleSet, samplesOf } from "../../learn/index.ts";
import { fillNormal, permutation, stream, substream, uniformAt } from "../../random/index.ts";
import type { TaskContext } from "../../run/index.ts";

/** Where the samples of the small network come from. */
export type TwoClassData =
  /** Normal inputs, labels drawn from a logistic model of them. */
  | { readonly kind: "model"; readonly features: number }
  /** A table of UCI's; the classes below `split` against the others. */
  | {
      readonly kind: "uci";
      readonly name: string;
      readonly target?: string;
      readonly drop?: readonly string[];
      readonly split: number;
    };

/** Margins of the model that draws labels: variance 2², so that one label in six is the less likely one. */
const strength = 2;

/** So many samples of two classes, each input standardised over them; drawn by `seed`. */
export async function twoClasses(
  data: TwoClassData,
  {
    samples,
    seed,
    dataDir,
    source,
  }: {
    readonly samples: number;
    readonly seed: string;
    readonly dataDir?: string;
    readonly source: TaskContext["data"];
  },
): Promise<SampleSet> {
  const draws = stream(seed, "two-classes");
  if (data.kind === "model") return drawn(data.features, samples, seed);
  const { name, target, drop, split } = data;
  const table = toPrecision(
    await source.load({
      name,
      ...(dataDir !== undefined && { dataDir }),
      csv: { ...(target !== undefined && { target }), ...(drop !== undefined && { drop }) },
    }),
    "float64",
  );
  const [count, features] = table.inputs.shape;
  if (samples > count)
    throw new RangeError(`samples must be at most the ${count} rows of ${name}, got ${samples}`);
  const rows = permutation(draws, 0, count).subarray(0, samples);
  const inputs = new Float64Array(samples * features);
  rows.forEach((row, i) => inputs.set(table.inputs.data.subarray(row * features, (row + 1) * features), i * features)); // prettier-ignore
  const labels = Int32Array.from(rows, (row) => (table.labels![row] < split ? 0 : 1));
  return setOf(`${name} × ${samples}`, inputs, labels, features, table.source);
}

function drawn(features: number, samples: number, seed: string): SampleSet {
  const draws = stream(seed, "two-classes");
  const inputs = new Float64Array(samples * features);
  fillNormal(substream(draws, "inputs"), 0, inputs);
  const teacher = new Float64Array(features);
  fillNormal(substream(draws, "teacher"), 0, teacher);
  const length = Math.hypot(...teacher);
  const coins = substream(draws, "labels");
  const labels = Int32Array.from({ length: samples }, (_, i) => {
    let margin = 0;
    for (let j = 0; j < features; j++) margin += (strength * teacher[j] * inputs[i * features + j]) / length; // prettier-ignore
    return uniformAt(coins, i) < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  return setOf(`logistic model × ${samples}`, inputs, labels, features, "drawn here");
}

function setOf(
  name: string,
  inputs: Float64Array,
  labels: Int32Array,
  features: number,
  source: string,
): SampleSet {
  const data = new Float32Array(standardised(inputs, labels.length, features));
  const dataset: Dataset = {
    name,
    inputs: { data, shape: [labels.length, features] },
    labels,
    classes: 2,
    source,
  };
  return samplesOf(dataset, name);
}

/** Every column to mean 0 and variance 1; a constant column to 0. */
function standardised(rows: Float64Array, count: number, features: number): Float64Array {
  const result = rows.slice();
  for (let j = 0; j < features; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) sum += rows[i * features + j];
    const mean = sum / count;
    for (let i = 0; i < count; i++) squares += (rows[i * features + j] - mean) ** 2;
    const deviation = Math.sqrt(squares / count);
    for (let i = 0; i < count; i++)
      result[i * features + j] = deviation > 0 ? (rows[i * features + j] - mean) / deviation : 0;
  }
  return result;
}
