import { bytesPerElement, type Data, type Tensor } from "../graph/tensor.ts";
import type { GraphFunction } from "../graph/walk.ts";
import { partition } from "../graph/transforms/index.ts";
import type { CompileOptions, Executable, Runtime } from "./runtime.ts";

/** A function compiled in two parts: one run at each new point, one run for each varying input. */
export interface PartialExecutable extends AsyncDisposable {
  /** Bytes of what is kept from `prepare` for the products. */
  readonly frontierBytes: number;
  /** Evaluate what does not vary. The result serves any number of `apply`, and may be kept. */
  prepare(fixed: readonly Data[]): Promise<Prepared>;
  apply(prepared: Prepared, varying: readonly Data[]): Promise<Data[]>;
  dispose(): Promise<void>;
}

export interface Prepared {
  readonly frontier: readonly Data[];
  /** The fixed inputs themselves, of which the second part may need some. */
  readonly fixed: readonly Data[];
}

/**
 * Compile `fn`, whose inputs are fixed ones and `varying` ones in any order, cut by `partition`:
 * Hessian-vector products then repeat only what depends on the vector. The fixed inputs given to
 * `prepare` must not change while its result is in use.
 */
export async function compilePartial(
  runtime: Runtime,
  fn: GraphFunction,
  varying: readonly Tensor[],
  options: CompileOptions = {},
): Promise<PartialExecutable> {
  const { known, rest, kept } = partition(fn, varying);
  const label = options.label ?? "function";
  const compile = (part: GraphFunction, name: string) =>
    runtime.compile(part, { ...options, label: `${label}: ${name}` });
  const first: Executable | undefined =
    known.outputs.length > 0 ? await compile(known, "known part") : undefined;
  const second = await compile(rest, "varying part");
  const executable: Omit<PartialExecutable, typeof Symbol.asyncDispose> = {
    frontierBytes: known.outputs.reduce((sum, t) => sum + bytesOf(t), 0),
    async prepare(fixed) {
      return { frontier: first === undefined ? [] : await first.run(fixed), fixed };
    },
    apply: ({ frontier, fixed }, vectors) =>
      second.run([...frontier, ...kept.map((i) => fixed[i]), ...vectors]),
    async dispose() {
      await Promise.all([first?.dispose(), second.dispose()]);
    },
  };
  return Object.assign(executable, { [Symbol.asyncDispose]: () => executable.dispose() });
}

function bytesOf({ dtype, shape }: Tensor): number {
  return shape.reduce((product, size) => product * size, bytesPerElement[dtype]);
}
