import type { Precision } from "../lane.ts";

/** ln 2 in two parts: an exponent of the precision times the first is exact. */
export const ln2Parts: Readonly<Record<Precision, readonly [high: number, low: number]>> = {
  f32: [0.693145751953125, 1.428606765330187e-6],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
};
