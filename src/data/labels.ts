import { fillIntegers, sampleWithoutReplacement, substream, type Stream } from "../random/index.ts";
import { sampleCount, type Dataset, type Samples } from "./dataset.ts";

/**
 * The labels as targets: `on` in the column of the class and `off` elsewhere, [N, classes].
 *
 * @throws RangeError for a data set without labels.
 */
export function oneHot(
  dataset: Dataset,
  options: {
    readonly dtype?: "float32" | "float64";
    readonly on?: number;
    readonly off?: number;
  } = {},
): Samples {
  const { dtype = "float32", on = 1, off = 0 } = options;
  const { labels, classes } = labelled(dataset);
  const n = labels.length;
  const data = dtype === "float32" ? new Float32Array(n * classes) : new Float64Array(n * classes);
  data.fill(off);
  for (let i = 0; i < n; i++) data[i * classes + labels[i]] = on;
  return { data, shape: [n, classes] };
}

/** A data set with label noise, and the samples that were drawn for it, in rising order. */
export interface CorruptedLabels {
  readonly dataset: Dataset;
  readonly corrupted: Int32Array;
}

/**
 * Give round(fraction·N) samples, drawn without replacement, a label drawn uniformly from *all*
 * classes: a corrupted label is right by chance once in `classes`, as in Zhang et al. (2017). The
 * samples come from `substream(stream, "which")`, the labels from `substream(stream, "label")`.
 *
 * @throws RangeError for a fraction outside [0, 1] or a data set without labels.
 * @see Zhang et al. (2017), https://arxiv.org/abs/1611.03530
 */
export function corruptLabels(dataset: Dataset, fraction: number, stream: Stream): CorruptedLabels {
  if (!(fraction >= 0 && fraction <= 1))
    throw new RangeError(`the fraction of random labels must be from 0 to 1, got ${fraction}`);
  const { labels, classes } = labelled(dataset);
  const n = sampleCount(dataset);
  const k = Math.round(fraction * n);
  const corrupted = sampleWithoutReplacement(substream(stream, "which"), 0, n, k).sort();
  const drawn = new Int32Array(k);
  fillIntegers(substream(stream, "label"), 0, classes, drawn);
  const noisy = labels.slice();
  for (let i = 0; i < k; i++) noisy[corrupted[i]] = drawn[i];
  return { dataset: { ...dataset, labels: noisy }, corrupted };
}

function labelled(dataset: Dataset): { labels: Int32Array; classes: number } {
  const { labels, classes, name } = dataset;
  if (!labels || classes === undefined) throw new RangeError(`${name} must have labels, got none`);
  return { labels, classes };
}
