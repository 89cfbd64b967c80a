import { simplify } from "../graph/simplify/index.ts";
import { emittedBy } from "../onnx/scan.ts";
import { estimateFlops } from "./flops.ts";
import type { Runtime } from "./runtime.ts";

/** A runtime that counts what its functions have computed. */
export interface MeteredRuntime extends Runtime {
  /** Floating-point operations of all calls that have ended, roughly. */
  readonly work: number;
}

/**
 * Count work by the simplified graphs, as `estimateFlops` does: unlike time it does not depend on what
 * else the machine does, so that shares of it tell progress.
 */
export function metered(runtime: Runtime): MeteredRuntime {
  let work = 0;
  return {
    ...runtime,
    get work() {
      return work;
    },
    async compile(fn, options = {}) {
      const own = options.simplify === false ? fn : simplify(fn);
      const each = estimateFlops(own.outputs);
      const executable = await runtime.compile(own, { ...options, simplify: false });
      return {
        ...executable,
        async run(inputs) {
          const outputs = await executable.run(inputs);
          work += each;
          return outputs;
        },
      };
    },
    async compileScan(program, options) {
      const each = estimateFlops([...program.nextCarry, ...emittedBy(program)]);
      const executable = await runtime.compileScan(program, options);
      return {
        ...executable,
        async run(steps, args) {
          const result = await executable.run(steps, args);
          work += steps * each;
          return result;
        },
      };
    },
  };
}
