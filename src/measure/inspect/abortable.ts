import type { Runtime } from "../../runtime/index.ts";

/**
 * A runtime whose calls are refused once the signal is aborted: what is under way ends with its
 * present call. Calls that come one after another leave no turn to the event loop, in which a signal
 * would be heard; so one is taken before a call wherever the last was `turn` milliseconds ago.
 */
export function abortable(runtime: Runtime, signal: AbortSignal, turn = 50): Runtime {
  let last = performance.now();
  const listen = async () => {
    if (performance.now() - last >= turn) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
    }
    signal.throwIfAborted();
  };
  return {
    ...runtime,
    async compile(fn, options) {
      await listen();
      const made = await runtime.compile(fn, options);
      return {
        ...made,
        async run(inputs) {
          await listen();
          return await made.run(inputs);
        },
      };
    },
    async compileScan(program, options) {
      await listen();
      const made = await runtime.compileScan(program, options);
      return {
        ...made,
        async run(steps, args) {
          await listen();
          return await made.run(steps, args);
        },
      };
    },
  };
}
