import { type ForeignSamples, rowOf } from "./foreign-samples.ts";

/** Labels as whole numbers; the ignored ones are 0 and not kept. */
export function labelled(
  targets: ArrayLike<number>,
  samples: ForeignSamples,
  classes: number,
  ignoreIndex: number | undefined,
): { labels: Int32Array; kept: Uint8Array } {
  const labels = Int32Array.from({ length: samples.count }, (_, i) => targets[i]);
  const fraction = Array.from({ length: samples.count }, (_, i) => targets[i]).findIndex((y) => !Number.isInteger(y)); // prettier-ignore
  if (fraction >= 0)
    throw new RangeError(
      `${samples.name}: labels must be whole numbers, got ${targets[fraction]} at row ${rowOf(samples, fraction)}`,
    );
  requireLabels(labels, classes, ignoreIndex, samples);
  const kept = Uint8Array.from(labels, (y) => (y === ignoreIndex ? 0 : 1));
  return { labels: labels.map((y) => (y === ignoreIndex ? 0 : y)), kept };
}

export function requireLabels(
  labels: Int32Array,
  classes: number,
  ignoreIndex: number | undefined,
  samples: ForeignSamples,
): void {
  const { count, name } = samples;
  const bad = labels.findIndex((y) => y !== ignoreIndex && !(y >= 0 && y < classes));
  if (bad >= 0)
    throw new RangeError(
      `${name}: labels must be from 0 to ${classes - 1}, got ${labels[bad]} at row ${rowOf(samples, Math.floor(bad / (labels.length / count)))}`,
    );
}

/** One-hot rows or probabilities: what does not sum to 1 would be another loss than its name says. */
export function requireDistributions(samples: ForeignSamples, k: number): void {
  const { count, name, targets } = samples;
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from(targets.subarray(i * k, (i + 1) * k));
    const total = row.reduce((a, b) => a + b, 0);
    if (row.some((p) => p < 0) || Math.abs(total - 1) > 1e-3)
      throw new RangeError(
        `${name}: targets of cross-entropy must be labels or probabilities that sum to 1, got [${row.subarray(0, 4).join(", ")}${k > 4 ? ", …" : ""}] at row ${rowOf(samples, i)}`,
      );
  }
}

/**
 * The labels of one-hot rows. Weights of classes over probabilities would have no one meaning: of the
 * sample, or of the terms of its loss.
 */
export function oneHot(
  samples: ForeignSamples,
  k: number,
): { labels: Int32Array; kept: Uint8Array } {
  const { count, name, targets } = samples;
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const row = targets.subarray(i * k, (i + 1) * k);
    const label = row.indexOf(1);
    if (label < 0 || row.some((p, j) => p !== 0 && j !== label))
      throw new RangeError(
        `${name}: class weights need labels or one-hot targets, got probabilities at row ${rowOf(samples, i)}`,
      );
    return label;
  });
  return { labels, kept: new Uint8Array(count).fill(1) };
}

/** Weights of samples, of their classes, and 0 where a label is ignored: a weighted mean has them all. */
export function weightsOf(
  samples: ForeignSamples,
  { labels, kept }: { labels: Int32Array; kept: Uint8Array },
  classWeights: Float64Array | undefined,
  classes: number,
): { weights?: Float64Array } {
  const own = classWeights && requireClassWeights(classWeights, classes);
  if (!own && !kept.includes(0)) return {};
  return {
    weights: Float64Array.from(
      labels,
      (y, i) => kept[i] * (own?.[y] ?? 1) * (samples.weights?.[i] ?? 1),
    ),
  };
}

export function requireClassWeights(weights: Float64Array, classes: number): Float64Array {
  if (weights.length !== classes)
    throw new RangeError(`class weights must be ${classes} numbers, got ${weights.length}`);
  const bad = weights.findIndex((w) => !(w >= 0 && w < Infinity));
  if (bad >= 0)
    throw new RangeError(
      `class weights must be finite and not negative, got ${weights[bad]} at ${bad}`,
    );
  return weights;
}
