import type { Runtime } from "../../runtime/index.ts";

/** A runtime whose calls are refused once the signal is aborted: what is under way ends with its present call. */
export function abortable(runtime: Runtime, signal: AbortSignal): Runtime {
  return {
    ...runtime,
    async compile(fn, options) {
      signal.throwIfAborted();
      const made = await runtime.compile(fn, options);
      return {
        ...made,
        run(inputs) {
          signal.throwIfAborted();
          return made.run(inputs);
        },
      };
    },
    async compileScan(program, options) {
      signal.throwIfAborted();
      const made = await runtime.compileScan(program, options);
      return {
        ...made,
        run(steps, args) {
          signal.throwIfAborted();
          return made.run(steps, args);
        },
      };
    },
  };
}
