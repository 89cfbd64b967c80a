import type { FloatArray } from "../../numeric/index.ts";
import { arenaVector, makeArena } from "./arena.ts";
import type { VectorDtype } from "./emit.ts";

/**
 * Room for vectors of one dimension and kind, taken and given back one by one.
 *
 * With SIMD its vectors are views of one WebAssembly memory, which `dots`, `subtract` and their like then work
 * on by emitted loops; whoever clones a vector's buffer rather than the vector copies the whole room.
 */
export interface VectorSpace extends Disposable {
  readonly dim: number;
  readonly dtype: VectorDtype;
  /** Vectors at most. */
  readonly capacity: number;
  readonly simd: boolean;
  /** Why there is no SIMD, where there is none. */
  readonly why?: string;
  /** A vector that nobody holds, with any entries. */
  take(): FloatArray;
  /** Give a vector back, after which it must not be used. */
  give(vector: FloatArray): void;
  /** Give all back: no vector of it may be used any more. Without it the room lives as long as its vectors. */
  [Symbol.dispose](): void;
}

/** Shorter vectors are not worth a memory of their own. */
const leastDim = 2048;

/**
 * Room for `capacity` vectors, with SIMD where that pays: the engine has it, vectors have at least 2048
 * entries, and all fit into 4 GB. Otherwise arrays of their own, and `why`.
 */
export function vectorSpace(dim: number, dtype: VectorDtype, capacity: number): VectorSpace {
  requireCounts(dim, capacity);
  if (dim < leastDim)
    return plainSpace(
      dim,
      dtype,
      capacity,
      `vectors must have at least ${leastDim} entries to be worth it, got ${dim}`,
    );
  const made = makeArena(dim, dtype, capacity);
  return typeof made === "string" ? plainSpace(dim, dtype, capacity, made) : arenaSpace(made);
}

/**
 * The same, with SIMD whatever the dimension.
 *
 * @throws RangeError where there can be none: beyond 4 GB, or in an engine that lacks it.
 */
export function simdVectorSpace(dim: number, dtype: VectorDtype, capacity: number): VectorSpace {
  requireCounts(dim, capacity);
  const made = makeArena(dim, dtype, capacity);
  if (typeof made === "string") throw new RangeError(made);
  return arenaSpace(made);
}

function arenaSpace({
  arena,
  giveBack,
}: Exclude<ReturnType<typeof makeArena>, string>): VectorSpace {
  const { dim, dtype, capacity } = arena;
  const hand = counter(capacity, (index) => arenaVector(arena, index));
  return { dim, dtype, capacity, simd: true, ...hand, [Symbol.dispose]: giveBack };
}

function plainSpace(dim: number, dtype: VectorDtype, capacity: number, why: string): VectorSpace {
  const hand = counter(capacity, () =>
    dtype === "float32" ? new Float32Array(dim) : new Float64Array(dim),
  );
  return { dim, dtype, capacity, simd: false, why, ...hand, [Symbol.dispose]: () => undefined };
}

/** Hands out places, and a view of a place each time. */
function counter(
  capacity: number,
  view: (place: number) => FloatArray,
): Pick<VectorSpace, "take" | "give"> {
  const held = new Map<FloatArray, number>();
  const free: number[] = [];
  let used = 0;
  return {
    take() {
      if (held.size === capacity)
        throw new RangeError(`a vector space must have room, got all of ${capacity} vectors taken`);
      const place = free.pop() ?? used++;
      const vector = view(place);
      held.set(vector, place);
      return vector;
    },
    give(vector) {
      const place = held.get(vector);
      if (place === undefined)
        throw new RangeError("a vector given back must have been taken from this space");
      held.delete(vector);
      free.push(place);
    },
  };
}

function requireCounts(dim: number, capacity: number): void {
  for (const [name, count] of Object.entries({ dim, capacity }))
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`${name} must be a positive integer, got ${count}`);
}
