import { folderStore } from "../../node/store/index.ts";
import { ConfigError } from "../../run/index.ts";
import { atWork, type WorkOptions, workOn } from "./workplace.ts";

export interface ResumeFlags extends WorkOptions {
  readonly runs: string;
  readonly force?: true | undefined;
}

/** Go on with a run from its newest undamaged checkpoint. */
export async function resume(id: string, flags: ResumeFlags): Promise<number> {
  const run = await folderStore(flags.runs).open(id);
  const { state, step, divergedAt } = run.status();
  if (state === "finished" || state === "stopped")
    throw new ConfigError(
      `${run.id} has ${state} at step ${step}, so there is nothing to resume; for more steps: thalweg fork ${run.id} --at ${step} --set steps=${2 * step}`,
    );
  if (state === "diverged")
    throw new ConfigError(
      `${run.id} has diverged at step ${divergedAt ?? step}, so there is nothing to resume; fork it from an earlier step with a smaller learning rate`,
    );
  if (run.alive() && !flags.force)
    throw new ConfigError(
      `${run.id}: a process is at work on this run; wait for its end, or say --force if that is another program`,
    );
  return atWork(flags, (workplace, out) => workOn(run, workplace, out));
}
