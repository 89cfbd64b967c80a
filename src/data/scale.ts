import { sampleCount, type Dataset } from "./dataset.ts";

/** What a mean and a deviation are taken over: each feature, each channel (axis 1), or everything. */
export type ScaleOver = "feature" | "channel" | "global";

/** The statistics of a standardisation: one entry a feature, a channel, or one in all. */
export interface ScaleStatistics {
  readonly over: ScaleOver;
  readonly mean: Float64Array;
  /** Root of the mean squared deviation (divided by N); 1 where that is 0. */
  readonly deviation: Float64Array;
}

/**
 * Subtract the mean and divide by the standard deviation of the inputs (sums in float64, divided by
 * N). A constant feature is only centred. Give the statistics of the training set to scale a test
 * set by them. The element type of the inputs is kept.
 *
 * @throws RangeError for int32 inputs, for `channel` without a channel axis, and for statistics
 * that do not fit.
 */
export function standardise(
  dataset: Dataset,
  options: { readonly over?: ScaleOver; readonly statistics?: ScaleStatistics } = {},
): { readonly dataset: Dataset; readonly statistics: ScaleStatistics } {
  const { statistics: given, over = given?.over ?? "feature" } = options;
  const { data, shape } = dataset.inputs;
  if (data instanceof Int32Array)
    throw new RangeError(`inputs to scale must be floats, got int32 in ${dataset.name}`);
  if (given && given.over !== over)
    throw new RangeError(`statistics over ${over} are wanted, got ${given.over}`);
  const width = data.length / sampleCount(dataset);
  const groupOf = groups(over, shape, width, dataset.name);
  const statistics = given ?? measure(data, over, groupOf);
  const { mean, deviation } = statistics;
  const wanted = groupOf[width - 1] + 1;
  if (mean.length !== wanted || deviation.length !== wanted)
    throw new RangeError(
      `statistics over ${over} must have ${wanted} entries for ${dataset.name}, got ${mean.length}`,
    );
  const scaled = data.slice();
  for (let i = 0, j = 0; i < data.length; i++) {
    const g = groupOf[j];
    scaled[i] = (data[i] - mean[g]) / deviation[g];
    if (++j === width) j = 0;
  }
  return { dataset: { ...dataset, inputs: { data: scaled, shape } }, statistics };
}

/**
 * Pixels 0–255 to [0, 1], then standardised over `over`; `unit` stops at [0, 1]. Global statistics
 * keep the geometry of the images; channel statistics are the usual choice for colour; feature
 * statistics are one mean and deviation a pixel.
 *
 * @throws RangeError as {@link standardise}, and for a value outside 0–255.
 */
export function scaleImages(
  dataset: Dataset,
  options: { readonly over?: ScaleOver | "unit"; readonly statistics?: ScaleStatistics } = {},
): { readonly dataset: Dataset; readonly statistics?: ScaleStatistics } {
  const { statistics, over = statistics?.over ?? "global" } = options;
  const { data, shape } = dataset.inputs;
  if (data instanceof Int32Array)
    throw new RangeError(`images to scale must be floats, got int32 in ${dataset.name}`);
  const unit = data.slice();
  for (let i = 0; i < unit.length; i++) {
    if (!(data[i] >= 0 && data[i] <= 255))
      throw new RangeError(
        `pixels of ${dataset.name} must be from 0 to 255, got ${data[i]} at element ${i}`,
      );
    unit[i] = data[i] / 255;
  }
  const scaled = { ...dataset, inputs: { data: unit, shape } };
  return over === "unit"
    ? { dataset: scaled }
    : standardise(scaled, { over, ...(statistics && { statistics }) });
}

/** The group of each place in a sample; groups are numbered from 0 and the last place has the last. */
function groups(
  over: ScaleOver,
  shape: readonly number[],
  width: number,
  name: string,
): Uint32Array {
  if (over === "channel" && shape.length < 3)
    throw new RangeError(
      `scaling over channels needs a channel axis, got the shape [${shape.join(", ")}] in ${name}`,
    );
  const perGroup = over === "feature" ? 1 : over === "global" ? width : width / shape[1];
  return Uint32Array.from({ length: width }, (_, j) => Math.floor(j / perGroup));
}

function measure(
  data: Float32Array | Float64Array,
  over: ScaleOver,
  groupOf: Uint32Array,
): ScaleStatistics {
  const width = groupOf.length;
  const count = groupOf[width - 1] + 1;
  const perGroup = data.length / count;
  const mean = new Float64Array(count);
  const deviation = new Float64Array(count);
  // Sums run over differences from one member of the group, so that a constant group deviates by
  // exactly 0 and not by the rounding of its mean.
  const pivot = new Float64Array(count);
  for (let j = width - 1; j >= 0; j--) pivot[groupOf[j]] = data[j];
  for (let i = 0, j = 0; i < data.length; i++) {
    const g = groupOf[j];
    mean[g] += data[i] - pivot[g];
    if (++j === width) j = 0;
  }
  for (let g = 0; g < count; g++) mean[g] = pivot[g] + mean[g] / perGroup;
  // A second pass about the mean: E[x²] − E[x]² would cancel.
  for (let i = 0, j = 0; i < data.length; i++) {
    const g = groupOf[j];
    deviation[g] += (data[i] - mean[g]) ** 2;
    if (++j === width) j = 0;
  }
  for (let g = 0; g < count; g++) deviation[g] = Math.sqrt(deviation[g] / perGroup) || 1;
  return { over, mean, deviation };
}
