// One WebAssembly.Memory with vectors at equal distances, and the loops over them. The memory is not shared,
// since ONNX Runtime refuses shared ones and takes this one without a copy. It never grows: that
// would detach every view.
import type { FloatArray } from "../../numeric/index.ts";
import { type VectorDtype, vectorModule } from "./emit.ts";

type Dots<Rest extends number[]> = (w: number, ...rest: [...q: Rest, end: number, sums: number]) => void; // prettier-ignore
type Subtract<Rest extends number[]> = (w: number, ...rest: [...q: Rest, end: number, ...c: Rest]) => void; // prettier-ignore
type Four = [number, number, number, number];

/** What `emit.ts` exports: addresses in bytes. */
export interface VectorLoops {
  readonly dots1: Dots<[number]>;
  readonly dots2: Dots<[number, number]>;
  readonly dots3: Dots<[number, number, number]>;
  readonly dots4: Dots<Four>;
  readonly subtract1: Subtract<[number]>;
  readonly subtract2: Subtract<[number, number]>;
  readonly subtract3: Subtract<[number, number, number]>;
  readonly subtract4: Subtract<Four>;
}

export interface Arena {
  readonly dtype: VectorDtype;
  readonly dim: number;
  readonly capacity: number;
  /** Bytes that a vector takes with its padding. */
  readonly padded: number;
  /** Where vector i begins: first + i·stride. */
  readonly first: number;
  readonly stride: number;
  readonly buffer: ArrayBuffer;
  readonly loops: VectorLoops;
  /** Scratch, at address 0: a float64 for each vector. */
  readonly sums: Float64Array;
}

const page = 65_536;
/** What 32-bit addresses reach. */
const mostBytes = 65_536 * page;

/** Entries that the loops take at once. */
const unit = 4;

const modules = new Map<VectorDtype, WebAssembly.Module | undefined>();

/** The compiled loops; undefined where the engine has no WebAssembly or no SIMD. */
function vectorLoops(dtype: VectorDtype): WebAssembly.Module | undefined {
  if (!modules.has(dtype)) {
    const bytes = vectorModule(dtype);
    const known = typeof WebAssembly === "object" && WebAssembly.validate(bytes);
    modules.set(dtype, known ? new WebAssembly.Module(bytes) : undefined);
  }
  return modules.get(dtype);
}

const arenas = new WeakMap<ArrayBufferLike, Arena>();

/** The memories that were given back and that nobody has collected: a next search takes one of them. */
const spare: WeakRef<WebAssembly.Memory>[] = [];
const mostSpare = 2;

/**
 * An arena and how to give its memory back, after which no view of it may be used.
 *
 * The memory is reserved at once and costs nothing until it is written. A string says why there is none.
 */
export function makeArena(
  dim: number,
  dtype: VectorDtype,
  capacity: number,
): { readonly arena: Arena; readonly giveBack: () => void } | string {
  const module = vectorLoops(dtype);
  if (module === undefined) return "the engine must have WebAssembly SIMD";
  const bytesPerEntry = dtype === "float32" ? 4 : 8;
  const padded = Math.ceil(dim / unit) * unit * bytesPerEntry;
  const stride = Math.ceil(padded / 64) * 64;
  const first = Math.ceil((8 * capacity) / 64) * 64;
  const bytes = first + capacity * stride;
  if (bytes > mostBytes)
    return `vectors of one space must fit into 4 GB, got ${capacity} of ${dim} ${dtype}, ${(bytes / 2 ** 30).toFixed(1)} GB`;
  const memory = takeMemory(Math.ceil(bytes / page));
  if (memory === undefined)
    return `the engine must have memory to give, got ${(bytes / 2 ** 30).toFixed(1)} GB refused`;
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const loops = instance.exports as unknown as VectorLoops;
  const { buffer } = memory;
  const sums = new Float64Array(buffer, 0, capacity);
  const arena = { dtype, dim, capacity, padded, first, stride, buffer, loops, sums };
  arenas.set(buffer, arena);
  return {
    arena,
    giveBack() {
      if (arenas.get(buffer) !== arena) return;
      arenas.delete(buffer);
      if (spare.length === mostSpare) spare.shift();
      spare.push(new WeakRef(memory));
    },
  };
}

function takeMemory(pages: number): WebAssembly.Memory | undefined {
  for (const [i, reference] of [...spare.entries()].reverse()) {
    const memory = reference.deref();
    const enough = memory !== undefined && memory.buffer.byteLength >= pages * page;
    if (memory === undefined || enough) spare.splice(i, 1);
    if (enough) return memory;
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return undefined;
  }
}

/** Vector `index` of the arena; its padding is zeroed, its entries are what they were. */
export function arenaVector(arena: Arena, index: number): FloatArray {
  const { dim, dtype, buffer, first, stride, padded } = arena;
  const from = first + index * stride;
  const Entries = dtype === "float32" ? Float32Array : Float64Array;
  new Entries(buffer, from, padded / Entries.BYTES_PER_ELEMENT).fill(0, dim);
  return new Entries(buffer, from, dim);
}

/** The arena in which w and the vectors all lie, whole; undefined where the plain loops must do. */
export function arenaOf(w: FloatArray, vectors: readonly FloatArray[]): Arena | undefined {
  const arena = arenas.get(w.buffer);
  if (arena === undefined || vectors.length > arena.capacity) return undefined;
  const { buffer, dim, first, stride } = arena;
  const whole = (v: FloatArray) =>
    v.buffer === buffer && v.length === dim && (v.byteOffset - first) % stride === 0;
  return whole(w) && vectors.every(whole) ? arena : undefined;
}
