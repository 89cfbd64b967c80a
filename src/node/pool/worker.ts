// The process of a pool's child. It works on one task at a time, and ends with its parent: the channel
// between them closes whatever way the parent goes.
import { taskFunction, type TaskContext } from "../../run/index.ts";
import { fileDataSource } from "../datasets/index.ts";
import { nodeRuntime } from "../ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../store/index.ts";
import type { ChildSettings, FromChild, ToChild } from "./protocol.ts";
import { taskTable } from "./tasks.ts";

const settings = JSON.parse(process.argv[2]) as ChildSettings;
const table = taskTable(settings.tables);
table.catch(() => undefined); // told by the first task
let underWay: AbortController | undefined;

process.on("disconnect", () => process.exit(0));
// A terminal sends its interrupt to the whole group; the parent decides what becomes of its children.
process.on("SIGINT", () => undefined);
process.on("message", (message: ToChild) => {
  if (message.type === "cancel") underWay?.abort(new DOMException(message.reason, "AbortError"));
  else void work(message);
});
send({ type: "ready" });

async function work({ task, name, input }: ToChild & { type: "work" }): Promise<void> {
  const cancelling = new AbortController();
  underWay = cancelling;
  const runtime = nodeRuntime({ threads: 1 });
  const context: TaskContext = {
    runtime,
    data: fileDataSource,
    store: folderStore(settings.runs),
    environment: machineEnvironment(runtime),
    signal: cancelling.signal,
    progress: (fraction, note) =>
      send({ type: "progress", task, fraction, ...(note !== undefined && { note }) }),
  };
  let answer: FromChild;
  try {
    const run = await taskFunction(await table, name);
    const before = process.cpuUsage();
    const result = await run(input, context);
    const { user, system } = process.cpuUsage(before);
    answer = { type: "done", task, result, seconds: (user + system) / 1e6 };
  } catch (error) {
    answer = {
      type: "failed",
      task,
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
    };
  }
  underWay = undefined;
  await runtime.dispose();
  send(answer);
}

function send(message: FromChild): void {
  if (process.connected) process.send!(message);
}
