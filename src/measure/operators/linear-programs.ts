import {
  type Data,
  type GraphFunction,
  input,
  type Partition,
  partition,
  simplify,
  sizeOf,
  substitute,
  type Tensor,
  topological,
  vmap,
} from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Executable, Runtime } from "../../runtime/index.ts";
import { usualCallBytes, workingBytes } from "./working-bytes.ts";

/** What is compiled for one number of vectors. */
export interface LinearProgram {
  /** [...frontier, ...kept, ...vectors] → products. */
  readonly rest?: Executable;
  /** [...fixed, ...vectors] → products. */
  readonly fused?: Executable;
}

export interface LinearPrograms {
  /** Compiled at the first request. */
  of(width: number): Promise<LinearProgram>;
  frontier(fixed: readonly Data[]): Promise<readonly Data[]>;
  dispose(): Promise<void>;
}

/** A function cut where its varying inputs come in, to be run for blocks of them: the frontier serves all widths. */
export async function linearPrograms(
  runtime: Runtime,
  {
    whole,
    varying,
    parts,
    fused,
  }: {
    readonly whole: GraphFunction;
    readonly varying: readonly Tensor[];
    readonly parts?: Partition;
    readonly fused: boolean;
  },
): Promise<LinearPrograms> {
  const compile = (fn: GraphFunction, label: string) => runtime.compile(fn, { label });
  const known =
    parts && parts.known.outputs.length > 0
      ? await compile(parts.known, "product: known part")
      : undefined;
  const programs = new Map<number, Promise<LinearProgram>>();
  const build = async (width: number): Promise<LinearProgram> => {
    const name = width === 1 ? "product" : `block of ${width} products`;
    return {
      ...(parts && {
        rest: await compile(widened(parts.rest, varying, width), `${name}: varying part`),
      }),
      ...(fused && { fused: await compile(widened(whole, varying, width), `fused ${name}`) }),
    };
  };
  const of = (width: number) => {
    const found = programs.get(width);
    if (found) return found;
    const made = build(width);
    programs.set(width, made);
    return made;
  };
  await of(1);
  return {
    of,
    frontier: (fixed) => (known === undefined ? Promise.resolve([]) : known.run(fixed)),
    async dispose() {
      const all = await Promise.all(programs.values());
      await Promise.all([
        known?.dispose(),
        ...all.flatMap((p) => [p.rest?.dispose(), p.fused?.dispose()]),
      ]);
    },
  };
}

/** The function of `width` sets of varying inputs at once, each with a new leading axis. */
function widened(fn: GraphFunction, varying: readonly Tensor[], width: number): GraphFunction {
  if (width === 1 || varying.length === 0) return fn;
  const wide = varying.map((t) => input([width, ...t.shape], t.dtype));
  const outputs = vmap((vectors: Tensor[]) => substitute(fn.outputs, varying, vectors))(wide);
  const inputs = fn.inputs.map((t) => (varying.includes(t) ? wide[varying.indexOf(t)] : t));
  return { inputs, outputs };
}

const widths = [16, 8, 4, 2, 1];

/** The largest width that is compiled and neither more than `left` nor than `most`. */
export function widthFor(left: number, most: number): number {
  return widths.find((width) => width <= Math.min(left, most)) ?? 1;
}

/**
 * Vectors in one call: as asked, else what `docs/performance-blocks.md` found quickest. Products with a
 * kept frontier gain from blocks where there are convolutions; dense layers are as quick one by one. What
 * is recomputed is shared by a block. A block holds no more than `byteBudget`, estimated; more than four
 * vectors, which gain little, no more than four times a usual call.
 */
export function blockWidth(
  asked: number | undefined,
  whole: GraphFunction,
  varying: readonly Tensor[],
  recomputes: boolean,
  byteBudget: number,
): number {
  if (asked !== undefined) {
    if (!widths.includes(asked))
      throw new RangeError(`block must be 1, 2, 4, 8 or 16, got ${asked}`);
    return asked;
  }
  if (!recomputes && !topological(whole.outputs).some(({ op }) => op === "conv")) return 1;
  // Besides the call: the vectors stacked, and sums of the products in float64.
  const around = [...varying, ...whole.outputs].reduce((sum, t) => sum + 8 * sizeOf(t.shape), 0);
  const each = workingBytes(simplify(partition(whole, varying).rest)) + around;
  const usual = Math.max(4, Math.floor((4 * usualCallBytes) / each));
  return widthFor(Math.max(1, Math.min(usual, Math.floor(byteBudget / each))), 8);
}

/** Vectors given piece by piece, stacked piece by piece in buffers that the next call reuses. */
export function stackInto(
  stacks: Map<number, FloatArray[]>,
  vectors: readonly (readonly FloatArray[])[],
): FloatArray[] {
  const width = vectors.length;
  let stack = stacks.get(width);
  if (stack === undefined) {
    stack = vectors[0].map((piece) =>
      piece instanceof Float32Array
        ? new Float32Array(piece.length * width)
        : new Float64Array(piece.length * width),
    );
    stacks.set(width, stack);
  }
  for (const [j, vector] of vectors.entries())
    vector.forEach((piece, k) => stack[k].set(piece, j * piece.length));
  return stack;
}
