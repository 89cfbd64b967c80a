import { ConfigError, type Override, parseTraining, type TrainingConfig } from "./config/index.ts";
import type { RunObserver, Workplace } from "./execute.ts";
import { stateAt } from "./state-at.ts";
import type { Run, RunStore } from "./store.ts";

/**
 * A new run that begins from another's state at a step, with settings changed; it is ready to
 * `execute`. Where no checkpoint lies at the step, the parent is repeated up to it from the one
 * before, bit for bit. Unchanged settings give the parent's own continuation.
 *
 * @throws ConfigError for a step the parent has not reached, or a setting that the state depends on.
 */
export async function fork(
  store: RunStore,
  parent: Run,
  at: number,
  overrides: readonly Override[],
  workplace: Workplace,
  observer: RunObserver = {},
): Promise<Run> {
  const reached = parent.status().step;
  if (!(Number.isInteger(at) && at >= 0 && at <= reached))
    throw new ConfigError(
      `a fork must be at a step from 0 to ${reached}, which ${parent.id} has reached, got ${at}`,
    );
  const named: Override = { path: ["name"], value: `${parent.config.name}-fork`, origin: "name" };
  const config = parseTraining(parent.config, { overrides: [named, ...overrides] });
  requireSameState(parent, config);
  if (config.steps <= at)
    throw new ConfigError(
      `steps must be more than the ${at} that the fork begins with, got ${config.steps}`,
    );
  const bytes = await stateAt(parent, at, workplace, observer);
  const run = await store.create(config, workplace.environment, { run: parent.id, step: at });
  await run.checkpoint(at, bytes);
  return run;
}

/** A state fits only the training whose state it is. */
function requireSameState({ id, config: kept }: Run, config: TrainingConfig): void {
  const before = parseTraining(kept); // keys in the schema's order, as in the other

  const same = (key: string, a: unknown, b: unknown, advice = "") => {
    if (JSON.stringify(a) !== JSON.stringify(b))
      throw new ConfigError(
        `a fork must keep ${key} of ${id}, ${JSON.stringify(a)}, got ${JSON.stringify(b)}${advice}`,
      );
  };
  same("model", before.model, config.model);
  same("data", before.data, config.data);
  same("precision", before.precision, config.precision);
  same("optimizer.kind", before.optimizer.kind, config.optimizer.kind);
  same("seed", before.seed, config.seed, "; orderSeed is the one that changes what follows");
}
