import { type EscapeRun, type Exits, joinExits } from "../../diffusion/index.ts";
import type { Json, Pool } from "../pool.ts";
import { followOnPool, type RunEscapeOptions, type WalkerSpan } from "./on-pool.ts";
import type { EscapePlan } from "./plan.ts";
import { type ExitsJson, exitsOfJson, walkersTaskName } from "./walkers-task.ts";

/** Walkers of a task: enough to keep its loop full. */
const LEAST_WALKERS = 256;

/**
 * Run a plan's walkers on a pool. The exits are the same bits for any size of it. Where the signal stops
 * the run, walkers that have not left are censored at the step they had reached, and those that never
 * began have 0 steps.
 */
export async function runEscape(
  plan: EscapePlan,
  pool: Pool,
  options: RunEscapeOptions = {},
): Promise<EscapeRun> {
  const { problem, horizon, stepsEach } = plan;
  const { spec } = problem;
  const { parts, ...rest } = await followOnPool(
    {
      walkers: spec.walkers,
      spans: spansOf(spec.walkers, pool.size),
      horizon,
      stepsEach,
      task: ({ from, to }) => ({
        name: walkersTaskName,
        input: { spec, from, to, horizon } as unknown as Json,
        label: `walkers ${from} to ${to - 1}`,
      }),
      read: (json) => {
        const found = json as unknown as ExitsJson;
        return { exits: exitsOfJson(found), seconds: found.seconds };
      },
      none: nothing,
    },
    pool,
    options,
  );
  return { exits: joinExits(parts), horizon, ...rest };
}

const nothing = (walkers: number): Exits => ({
  steps: new Float64Array(walkers),
  left: new Uint8Array(walkers),
});

/** Four spans a process, so that none waits long for the others. */
function spansOf(walkers: number, size: number): WalkerSpan[] {
  const each = Math.max(Math.min(LEAST_WALKERS, Math.ceil(walkers / size)), Math.ceil(walkers / (4 * size))); // prettier-ignore
  return Array.from({ length: Math.ceil(walkers / each) }, (_, i) => ({
    from: i * each,
    to: Math.min((i + 1) * each, walkers),
  }));
}
