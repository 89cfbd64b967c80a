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
  /** 128 + SIGPIPE: nobody reads the output any more. */
  unread: 141,
} as const;

/** Stops the work under way; absent where none is, which then has nothing to put in order. */
let stopWork: (() => void) | undefined;
let unread = false;

/**
 * Let the reader of the output go away, as `head` does when it has enough: work under way stops as
 * at Ctrl-C, with its checkpoint, and nothing is said.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      unread = true;
      if (stopWork === undefined) process.exit(exitCodes.unread);
      stopWork();
    });
}

/**
 * Run a command's work: an error becomes one line (with its stack where THALWEG_DEBUG=1) and an exit
 * code. The code is set, not forced, so that output is flushed and files are closed.
 */
export async function guarded(work: () => Promise<number>): Promise<void> {
  try {
    const code = await work();
    process.exitCode = unread ? exitCodes.unread : code;
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    if (known.name === "AbortError") {
      if (!unread) process.stderr.write("interrupted\n");
      process.exitCode = unread ? exitCodes.unread : exitCodes.interrupted;
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
  const stop = () => controller.abort(new DOMException("interrupted", "AbortError"));
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    told();
    stop();
  };
  stopWork = stop;
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release() {
      stopWork = undefined;
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
