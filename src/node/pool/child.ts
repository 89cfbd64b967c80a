import { type ChildProcess, fork } from "node:child_process";
import type { Json } from "../../run/index.ts";
import type { ChildSettings, FromChild, ToChild } from "./protocol.ts";

/** A task's result, and the processor time it took. */
export interface Worked {
  readonly result: Json;
  readonly seconds: number;
}

/** A child process that works on one task at a time. */
export interface Child {
  readonly pid: number | undefined;
  /** Rejects with `ChildDeath` where the process ends first. */
  work(
    task: { readonly name: string; readonly input: Json },
    onProgress: (fraction: number, note?: string) => void,
  ): Promise<Worked>;
  /** Ask the task under way to stop; it settles in time or the process is killed. */
  cancel(reason: string, graceMs: number): void;
  /** Whether it can take another task. */
  usable(): boolean;
  close(): Promise<void>;
}

/** A child that ended without an answer. */
export class ChildDeath extends Error {
  override readonly name = "ChildDeath";
}

const keptLines = 8;

/** Start a child. It needs some 100 ms before it takes its first task, which waits for it. */
export function startChild(entry: URL, settings: ChildSettings): Child {
  const child = fork(entry, [JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Structured clone: JSON would turn NaN into null.
    serialization: "advanced",
    execArgv: [],
  });
  // What it prints must not mix with the parent's own output; its last words belong in an error.
  const lastLines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8");
    let rest = "";
    stream.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      lastLines.push(...lines.filter((line) => line.trim() !== "" && !/^\s+at /.test(line)));
      lastLines.splice(0, lastLines.length - keptLines);
    });
  }

  let counter = 0;
  let current: Pending | undefined;
  let killer: NodeJS.Timeout | undefined;
  let failedToStart: Error | undefined;
  const gone = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      failedToStart = error;
      if (child.pid === undefined) resolve();
    });
    // Not "close": it does not come for a child that was disconnected.
    child.on("exit", () => void outputEnd(child).then(() => resolve()));
  });
  void gone.then(() => {
    clearTimeout(killer);
    current?.reject(new ChildDeath(lastWords(child, lastLines, failedToStart)));
    current = undefined;
  });
  child.on("message", (message: FromChild) => {
    if (message.type === "ready" || message.task !== current?.task) return;
    if (message.type === "progress") {
      current.onProgress(message.fraction, message.note);
      return;
    }
    clearTimeout(killer);
    const { resolve, reject } = current;
    current = undefined;
    if (message.type === "done") resolve(message);
    else reject(Object.assign(new Error(message.message), { stack: message.stack }));
  });
  const tell = (message: ToChild) => {
    // A child that is gone says so by its end.
    if (child.connected) child.send(message, () => undefined);
  };

  return {
    pid: child.pid,
    work({ name, input }, onProgress) {
      const task = counter++;
      return new Promise<Worked>((resolve, reject) => {
        current = { task, onProgress, resolve, reject };
        if (child.exitCode === null && child.signalCode === null && child.connected)
          tell({ type: "work", task, name, input });
        else reject(new ChildDeath(lastWords(child, lastLines, failedToStart)));
      });
    },
    cancel(reason, graceMs) {
      if (current === undefined) return;
      tell({ type: "cancel", reason });
      clearTimeout(killer);
      killer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    },
    usable: () => child.connected && child.exitCode === null && child.signalCode === null,
    async close() {
      if (child.connected) child.disconnect();
      const last = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await gone;
      clearTimeout(last);
    },
  };
}

/** Its last words may still be on their way; a grandchild that keeps the pipes open is not waited for. */
function outputEnd({ stdout, stderr }: ChildProcess): Promise<unknown> {
  const ended = [stdout, stderr].map(
    (stream) => new Promise((resolve) => stream!.once("close", resolve)),
  );
  return Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 500))]);
}

interface Pending {
  readonly task: number;
  readonly onProgress: (fraction: number, note?: string) => void;
  readonly resolve: (worked: Worked) => void;
  readonly reject: (error: Error) => void;
}

function lastWords(
  { exitCode, signalCode }: ChildProcess,
  lines: readonly string[],
  failed: Error | undefined,
): string {
  const how = failed
    ? `could not be started (${failed.message})`
    : signalCode === null
      ? `ended with exit code ${exitCode}`
      : `was ended by ${signalCode}`;
  return `its process ${how}${lines.length > 0 ? `; its last lines: ${lines.join(" | ")}` : ""}`;
}
