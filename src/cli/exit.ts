/** What the process says at its end. */
export const exitCodes = {
  ok: 0,
  error: 1,
  /** Wrong usage or a wrong config. */
  usage: 2,
  /** A training whose loss is no longer finite; its metrics are kept. */
  diverged: 3,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const;

/**
 * Run a command's work: an error becomes one line (with its stack where THALWEG_DEBUG=1) and an exit
 * code. The code is set, not forced, so that output is flushed and files are closed.
 */
export async function guarded(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    if (known.name === "AbortError") {
      process.stderr.write("interrupted\n");
      process.exitCode = exitCodes.interrupted;
      return;
    }
    const debug = process.env.THALWEG_DEBUG === "1";
    for (const line of known.message.split("\n")) process.stderr.write(`error: ${line}\n`);
    if (debug) process.stderr.write(`${known.stack}\n`);
    process.exitCode = known.name === "ConfigError" ? exitCodes.usage : exitCodes.error;
  }
}

/** A signal that the first SIGINT or SIGTERM aborts; the second ends the process at once. */
export function interruptible(told: () => void): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    told();
    controller.abort(new DOMException("interrupted", "AbortError"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
