import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "25" },
    only: { type: "string" },
    clock: { type: "string", default: "wall" },
    threads: { type: "string", default: "1,2" },
    "no-peer": { type: "boolean", default: false },
  },
});

/** What the command line asked for. */
export const options = {
  name: positionals[0],
  /** Interleaved rounds of each comparison. */
  runs: Number(values.runs),
  /** Numbers of threads that each side is tried with: fewer where memory does not hold all at once. */
  threads: values.threads.split(",").map(Number),
  peer: !values["no-peer"],
  /** Processor time of all threads in place of wall time: for looking into things on a busy machine. */
  cpuClock: values.clock === "cpu",
  /** Whether a case is to be run: all, or those whose name holds the word given. */
  wanted: (label: string): boolean => values.only === undefined || label.includes(values.only),
};
