// The loops over vectors, as WebAssembly with SIMD. All of them compute in float64 whatever the vectors
// hold, two entries an operation: a product of two float32 is exact there, and a result is rounded once.
//
// Addresses are byte offsets, aligned to 16; `end` is where w ends. The number of entries is a positive
// multiple of 4: who lays out the vectors pads them with zeros.
import { assemble, type ValueType, type WasmFunction } from "../wasm/assemble.ts";
import { type Code, doWhile, f64, f64x2, i32, local, v128 } from "../wasm/instructions.ts";

export type VectorDtype = "float32" | "float64";

/** Vectors that one pass over w takes. */
export const groupSizes = [1, 2, 3, 4] as const;
export type GroupSize = (typeof groupSizes)[number];

/** The module for vectors of one kind, with `dots1`, `dots2`, `dots4`, `subtract1`, …. */
export function vectorModule(dtype: VectorDtype): Uint8Array<ArrayBuffer> {
  return assemble(groupSizes.flatMap((size) => [dots(dtype, size), subtract(dtype, size)]));
}

/** Two entries, as f64x2, from the address and `index` entries on; and how to put them back. */
const entries = {
  float32: {
    load: (address: Code, index: number) => f64x2.promote(v128.loadHalf(address, 4 * index)),
    store: (address: Code, value: Code, index: number) =>
      v128.storeHalf(address, f64x2.demote(value), 4 * index),
    bytes: 4,
  },
  float64: {
    load: (address: Code, index: number) => v128.load(address, 8 * index),
    store: (address: Code, value: Code, index: number) => v128.store(address, value, 8 * index),
    bytes: 8,
  },
} as const;

/**
 * `dots(w, q₀ …, end, sums)`: adds wᵀq₀ … to the float64 at `sums`.
 *
 *     for (; w < end; w += 4, q₀ += 4, …)
 *       s₀[0..2] += w[0..2]·q₀[0..2];  s₀'[0..2] += w[2..4]·q₀[2..4];  …
 *     sums[0] += (s₀ + s₀')[0] + (s₀ + s₀')[1];  …
 */
function dots(dtype: VectorDtype, size: GroupSize): WasmFunction {
  const { load, bytes } = entries[dtype];
  const all = Array.from({ length: size }, (_, k) => k);
  const w = 0;
  const q = (k: number) => 1 + k;
  const [end, sums] = [1 + size, 2 + size];
  const x = (half: number) => 3 + size + half;
  const s = (k: number, half: number) => 5 + size + 2 * k + half;

  const halves = [0, 1].flatMap((half) => [
    ...local.set(x(half), load(local.get(w), 2 * half)),
    ...all.flatMap((k) => {
      const product = f64x2.mul(local.get(x(half)), load(local.get(q(k)), 2 * half));
      return local.set(s(k, half), f64x2.add(local.get(s(k, half)), product));
    }),
  ]);
  const add = all.flatMap((k) => {
    const set = local.set(s(k, 0), f64x2.add(local.get(s(k, 0)), local.get(s(k, 1))));
    const sum = f64.add(f64x2.lane(local.get(s(k, 0)), 0), f64x2.lane(local.get(s(k, 0)), 1));
    const total = f64.add(f64.load(local.get(sums), 8 * k), sum);
    return [...set, ...f64.store(local.get(sums), total, 8 * k)];
  });
  return {
    name: `dots${size}`,
    parameters: repeat("i32", size + 3),
    locals: repeat("v128", 2 + 2 * size),
    body: [...loop(halves, [w, ...all.map(q)], end, 4 * bytes), ...add],
  };
}

/**
 * `subtract(w, q₀ …, end, c₀ …)`, w rounded once; a smaller group lacks the last terms:
 *
 *     for (; w < end; w += 4, q₀ += 4, …)
 *       w[0..4] -= c₀·q₀[0..4] + c₁·q₁[0..4] + (c₂·q₂[0..4] + c₃·q₃[0..4])
 */
function subtract(dtype: VectorDtype, size: GroupSize): WasmFunction {
  const { load, store, bytes } = entries[dtype];
  const all = Array.from({ length: size }, (_, k) => k);
  const w = 0;
  const q = (k: number) => 1 + k;
  const end = 1 + size;
  const given = (k: number) => 2 + size + k;
  const c = (k: number) => 2 + 2 * size + k;

  const halves = [0, 1].flatMap((half) => {
    const terms = all.map((k) => f64x2.mul(local.get(c(k)), load(local.get(q(k)), 2 * half)));
    const [t0, t1, t2, t3] = terms;
    const pair = t1 === undefined ? t0 : f64x2.add(t0, t1);
    const sum =
      t2 === undefined ? pair : f64x2.add(pair, t3 === undefined ? t2 : f64x2.add(t2, t3));
    return store(local.get(w), f64x2.sub(load(local.get(w), 2 * half), sum), 2 * half);
  });
  const splats = all.flatMap((k) => local.set(c(k), f64x2.splat(local.get(given(k)))));
  return {
    name: `subtract${size}`,
    parameters: [...repeat("i32", size + 2), ...repeat("f64", size)],
    locals: repeat("v128", size),
    body: [...splats, ...loop(halves, [w, ...all.map(q)], end, 4 * bytes)],
  };
}

/** The body, with the pointers advancing until the first one reaches `end`. */
function loop(body: Code, pointers: readonly number[], end: number, step: number): Code {
  const advance = pointers.flatMap((p) => local.set(p, i32.add(local.get(p), i32.const(step))));
  return doWhile([...body, ...advance], i32.lessUnsigned(local.get(pointers[0]), local.get(end)));
}

function repeat(type: ValueType, count: number): ValueType[] {
  return Array<ValueType>(count).fill(type);
}
