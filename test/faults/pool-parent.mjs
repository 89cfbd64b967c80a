// A program with a pool whose two children are in the middle of their work; tells their pids and waits
// to be killed.
import { processPool } from "../../dist/node/index.js";

const pool = processPool({ size: 2, tables: [new URL(process.argv[2])] });
const one = { name: "pid", input: null };
let pids;
do pids = await pool.run([one, one]);
while (pids[0] === pids[1]);
let under = new Set();
const endless = { name: "descend", input: { seed: "1", steps: 1_000_000 } };
await pool.run([endless, endless], {
  onProgress(index) {
    under.add(index);
    if (under.size === 2) process.send(pids);
  },
});
