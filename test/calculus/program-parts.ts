// What the ops of random programs are built from: values with bounds, shifts away from kinks, shapes that fit.
import * as g from "../../src/graph/index.ts";
import type { Tensor } from "../../src/graph/index.ts";

/** A value and a bound on its entries' size. */
export interface Bounded {
  readonly t: Tensor;
  readonly bound: number;
}

export interface Hand {
  readonly x: Bounded;
  readonly other: Bounded;
  /** Int32 [2] with entries below 2. */
  readonly indices: Tensor;
  /** A number below n, the next of the step's dice. */
  readonly roll: (n: number) => number;
}

export type Op = (hand: Hand) => Bounded;
export const bounded = (t: Tensor, bound: number): Bounded => ({ t, bound });

/** Entries moved beyond ±bound by turns, so that none is within 0.3 of zero. */
export function sided({ t, bound }: Bounded): Bounded {
  const shifts = Float64Array.from(
    { length: g.sizeOf(t.shape) },
    (_, i) => (i % 3 === 1 ? -1 : 1) * (bound + 0.3),
  );
  return bounded(g.add(t, g.constant(shifts, t.shape)), 2 * bound + 0.3);
}

/** Entries at least 0.3 apart, in a scattered order. */
export function spread({ t, bound }: Bounded): Bounded {
  const size = g.sizeOf(t.shape);
  const stride = [7, 5, 3, 1].find((s) => s === 1 || size % s !== 0)!;
  const offsets = Float64Array.from({ length: size }, (_, i) => ((i * stride) % size) * 0.9);
  return bounded(g.add(g.mul(t, 0.3 / bound), g.constant(offsets, t.shape)), 0.9 * size);
}

/** Entries of `from`, repeated, in a shape. */
export function made(from: Bounded, shape: readonly number[]): Tensor {
  const size = g.sizeOf(from.t.shape);
  const picks = Int32Array.from({ length: g.sizeOf(shape) }, (_, i) => (i * 5 + 1) % size);
  const flat = g.reshape(from.t, [size]);
  return g.reshape(g.gather(flat, g.constant(picks, [picks.length])), shape);
}

export const compatible = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((n, i) => {
    const m = b[b.length - a.length + i];
    return m === undefined || n === m || n === 1 || m === 1;
  });

/** The older value as it is where it broadcasts, otherwise its entries in the shape needed. */
export function partner({ x, other, roll }: Hand): Bounded {
  const [a, b] = [x.t.shape, other.t.shape];
  const fits = a.length >= b.length ? compatible(b, a) : compatible(a, b);
  if (fits) return other;
  return bounded(made(other, roll(2) ? a : a.map((n, i) => (i % 2 ? 1 : n))), other.bound);
}

export const positive = (t: Tensor) => g.add(g.square(t), 0.6);

/** With rank of at least `rank`. */
export function ranked(t: Tensor, rank: number): Tensor {
  return t.shape.length >= rank
    ? t
    : g.reshape(t, [...Array<number>(rank - t.shape.length).fill(1), ...t.shape]);
}
export const axisOf = (t: Tensor, roll: Hand["roll"]) => roll(t.shape.length);
export function axesOf(t: Tensor, roll: Hand["roll"]): number[] {
  const mask = 1 + roll((1 << t.shape.length) - 1);
  return [...t.shape.keys()].filter((axis) => (mask >> axis) % 2 === 1);
}

/** [batch, channels, …spatial] of the same entries or some of them. */
export function images(t: Tensor, roll: Hand["roll"]): Tensor {
  const rank = 3 + roll(2);
  if (t.shape.length === rank) return t;
  const size = g.sizeOf(t.shape);
  const channels = size % 2 === 0 ? 2 : 1;
  if (rank === 3) return g.reshape(t, [1, channels, size / channels]);
  const plane = size / channels;
  const height = [4, 3, 2, 1].find((n) => plane % n === 0)!;
  return g.reshape(t, [1, channels, height, plane / height]);
}

/** A window that fits, with pads below it. */
export function windowOf(t: Tensor, roll: Hand["roll"]) {
  const spatial = t.shape.slice(2);
  const kernel = spatial.map((n) => 1 + roll(Math.min(n, 3)));
  const before = kernel.map((n) => (roll(2) ? 0 : Math.floor(n / 2)));
  const after = kernel.map((n) => (roll(3) ? 0 : Math.floor(n / 2)));
  return { kernel, strides: spatial.map(() => 1 + roll(2)), pads: [...before, ...after] };
}

export const smooth =
  (f: (x: Tensor) => Tensor, bound: (b: number) => number): Op =>
  ({ x }) =>
    bounded(f(x.t), bound(x.bound));

export const kinked =
  (f: (x: Tensor) => Tensor): Op =>
  ({ x }) => {
    const away = sided(x);
    return bounded(f(away.t), away.bound);
  };

export const binary =
  (f: (a: Tensor, b: Tensor) => Tensor, bound: (a: number, b: number) => number): Op =>
  (hand) => {
    const second = partner(hand);
    return bounded(f(hand.x.t, second.t), bound(hand.x.bound, second.bound));
  };

export const reduced =
  (
    f: (t: Tensor, axes: number[], keepDims: boolean) => Tensor,
    bound: (b: number, n: number) => number,
    before: (x: Bounded) => Bounded = (x) => x,
  ): Op =>
  ({ x, roll }) => {
    const y = before(x);
    const t = ranked(y.t, 1);
    const out = f(t, axesOf(t, roll), roll(2) === 1);
    return bounded(out, bound(y.bound, g.sizeOf(t.shape) / g.sizeOf(out.shape)));
  };
