import type { ClaimVerdict } from "../../report/index.ts";
import type { Host, Json } from "../../run/index.ts";
import type { ReproduceOptions, Reproduction, ResultCache } from "../run-paper.ts";
import { verdictFile } from "../verdict-file.ts";
import { bandsHash } from "./bands.ts";
import { eossClaims, plannedClaims } from "./claims.ts";
import type { ConditionInput, ConditionResult } from "./condition-task.ts";
import { type Findings, findings } from "./findings.ts";
import { eossReport } from "./report.ts";
import { scales } from "./scales.ts";
import type { Condition, Scale, Setting } from "./setting.ts";

export { scales } from "./scales.ts";
export type { Scale, Setting } from "./setting.ts";

export interface EossReproduction extends Reproduction {
  /** One for each setting. */
  readonly findings: readonly Findings[];
}

/**
 * Is SGD at the edge of stochastic stability on this data, and where does λmax settle?
 *
 * Trains every condition of the scale under every seed as independent tasks of the pool, measures
 * along the way, intervenes, and judges the claims of Andreyev & Beneventano (2024). The same
 * verdicts for any size of the pool. Where there are several settings, a claim's id ends with its
 * setting's, and a setting is asked only for claims that its conditions are planned to decide. `claims`
 * chooses what is judged; the work is the same.
 */
export async function reproduceEoss(
  host: Host,
  options: ReproduceOptions,
): Promise<EossReproduction> {
  const scale = scales[options.scale];
  const seeds = options.seeds ?? scale.seeds;
  const inputs = plan(scale, seeds).map((input): ConditionInput => ({
    ...input,
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  }));
  const results = await runAll(host, scale, inputs, options.known);
  const judged = scale.settings.map((setting) => {
    const found = findings(setting, results);
    const planned = plannedClaims(setting);
    const wanted = eossClaims(found).filter(
      ({ id }) => planned.includes(id) && (options.claims?.includes(id) ?? true),
    );
    return { found, claims: named(wanted, scale, setting) };
  });
  const claims = judged.flatMap((one) => one.claims);
  const bandsSha256 = await bandsHash();
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return {
    claims,
    findings: judged.map(({ found }) => found),
    file: verdictFile("eoss", claims, { bandsSha256, seeds, seconds }),
    report: eossReport(scale, judged, {
      command: options.command,
      bandsSha256,
      seconds,
      seeds,
      environment: host.environment,
    }),
  };
}

function named(claims: ClaimVerdict[], { settings }: Scale, { id }: Setting): ClaimVerdict[] {
  return settings.length === 1 ? claims : claims.map((c) => ({ ...c, id: `${c.id}.${id}` }));
}

/** All tasks, the dearest first, so that no core waits long for the last. */
export function plan(scale: Scale, seeds: readonly string[]): ConditionInput[] {
  return scale.settings
    .flatMap((setting) => setting.conditions.map((condition) => ({ setting, condition })))
    .sort((a, b) => cost(b.condition, b.setting) - cost(a.condition, a.setting))
    .flatMap(({ setting, condition }) =>
      seeds.map((seed) => ({
        scale: scale.name,
        setting: setting.id,
        condition: condition.id,
        seed,
      })),
    );
}

/** Everything that a condition's result depends on, and nothing else: other conditions may change. */
function resultKey(environment: unknown, scale: Scale, input: ConditionInput): string {
  const { conditions, ...setting } = scale.settings.find(({ id }) => id === input.setting)!;
  const condition = conditions.find(({ id }) => id === input.condition);
  const { seed, dataDir } = input;
  return JSON.stringify(["eoss/condition", environment, setting, condition, seed, dataDir]);
}

/** Relative computing time of a condition, fitted at `quick`: overhead and samples of each step, measurements, interventions. */
function cost(condition: Condition, setting: Setting): number {
  const { steps, batchSize, replacements = [], forks } = condition;
  const { samples, measurements, forkOrders, forkSteps, replacementSteps } = setting;
  const training = steps * (30 + batchSize);
  const replaced = replacements.length * replacementSteps * (30 + 2 * samples);
  const forked = forks ? 8 * forkOrders * forkSteps * (30 + batchSize) : 0;
  const measured = measurements * samples * (condition.miniBatch ? 40 : 20);
  return relativeSize(setting) * (training + replaced + forked + measured);
}

/** Multiplications a sample, in units of the network of `quick`. */
function relativeSize({ model, dataset }: Setting): number {
  const [side, channels] = dataset === "cifar10" ? [32, 3] : [28, 1];
  const widths = model.kind === "mlp" ? [side * side * channels, ...model.hidden, 10] : [];
  const [c1, c2, c3, width] = model.kind === "cnn" ? model.widths : [0, 0, 0, 0];
  const dense = widths.slice(1).reduce((sum, n, i) => sum + n * widths[i], 0);
  const area = side * side;
  const conv = 9 * area * (channels * c1 + c1 * c2 + (c2 * c3) / 4) + (area / 16) * c3 * width;
  return (dense + conv) / 54_912;
}

async function runAll(
  host: Host,
  scale: Scale,
  inputs: readonly ConditionInput[],
  known: ResultCache | undefined,
): Promise<ConditionResult[]> {
  const keys = inputs.map((input) => resultKey(host.environment, scale, input));
  const results = await Promise.all(keys.map(async (key) => known?.get(key)));
  const open = [...inputs.keys()].filter((i) => results[i] === undefined);
  const weights = inputs.map((input) => {
    const setting = scale.settings.find(({ id }) => id === input.setting)!;
    return cost(
      setting.conditions.find(({ id }) => id === input.condition)!,
      setting,
    );
  });
  const label = ({ setting, condition, seed }: ConditionInput) =>
    `${scale.settings.length > 1 ? `${setting} ` : ""}${condition}, seed ${seed}`;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const done: number[] = inputs.map((_, i) => (results[i] === undefined ? 0 : 1));
  const say = (note?: string) =>
    host.progress(done.reduce((sum, part, i) => sum + part * weights[i], 0) / total, note);
  say();
  const writes: Promise<void>[] = [];
  const fresh = await host.pool.run(
    open.map((i) => ({
      name: "eoss/condition",
      input: inputs[i] as unknown as Json,
      label: label(inputs[i]),
    })),
    {
      signal: host.signal,
      onProgress(index, fraction) {
        const i = open[index];
        done[i] = fraction;
        say(label(inputs[i]));
      },
      onResult(index, result) {
        const i = open[index];
        done[i] = 1;
        if (known) writes.push(known.put(keys[i], result));
        say(label(inputs[i]));
      },
    },
  );
  await Promise.all(writes);
  open.forEach((i, k) => {
    results[i] = fresh[k];
  });
  return results as unknown as ConditionResult[];
}
