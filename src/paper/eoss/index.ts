import type { ClaimVerdict, Report } from "../../report/index.ts";
import type { Host, Json } from "../../run/index.ts";
import { type VerdictFile, verdictFile } from "../verdict-file.ts";
import { bandsHash } from "./bands.ts";
import { eossClaims } from "./claims.ts";
import type { ConditionInput, ConditionResult } from "./condition-task.ts";
import { type Findings, findings } from "./findings.ts";
import { eossReport } from "./report.ts";
import { type Condition, type Scale, type ScaleName, scales } from "./scales.ts";

export { type ScaleName, scales } from "./scales.ts";

export interface EossOptions {
  readonly scale: ScaleName;
  /** Default: those of the scale. At least two give an interval, three a verdict worth having. */
  readonly seeds?: readonly string[];
  readonly dataDir?: string;
  /** Said in the report as the way to get it again. */
  readonly command: string;
  /** Results by task, from an earlier attempt that was cut short. */
  readonly known?: ResultCache;
}

/** Finished tasks on record, so that a long reproduction goes on where it stopped. */
export interface ResultCache {
  get(key: string): Promise<Json | undefined>;
  put(key: string, value: Json): Promise<void>;
}

export interface EossReproduction {
  readonly claims: readonly ClaimVerdict[];
  readonly findings: Findings;
  readonly file: VerdictFile;
  readonly report: Report;
}

/**
 * Is SGD at the edge of stochastic stability on this data, and where does λmax settle?
 *
 * Trains every condition of the scale under every seed as independent tasks of the pool, measures
 * along the way, intervenes, and judges the claims of Andreyev & Beneventano (2024). The same
 * verdicts for any size of the pool.
 */
export async function reproduceEoss(host: Host, options: EossOptions): Promise<EossReproduction> {
  const scale = scales[options.scale];
  const seeds = options.seeds ?? scale.seeds;
  const inputs = plan(scale, seeds).map((input): ConditionInput => ({
    ...input,
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  }));
  const results = await runAll(host, scale, inputs, options.known);
  const found = findings(scale, results);
  const claims = eossClaims(found);
  const bandsSha256 = await bandsHash();
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return {
    claims,
    findings: found,
    file: verdictFile("eoss", claims, { bandsSha256, seeds, seconds }),
    report: eossReport(found, claims, {
      command: options.command,
      bandsSha256,
      seconds,
      environment: host.environment,
    }),
  };
}

/** All tasks, the dearest first, so that no core waits long for the last. */
export function plan(
  scale: Scale,
  seeds: readonly string[],
): Pick<ConditionInput, "scale" | "condition" | "seed">[] {
  const byCost = [...scale.conditions].sort((a, b) => cost(b, scale) - cost(a, scale));
  return byCost.flatMap(({ id }) =>
    seeds.map((seed) => ({ scale: scale.name, condition: id, seed })),
  );
}

/** Relative computing time of a condition, measured at `quick`: overhead and samples of each step, measurements, interventions. */
function cost(condition: Condition, scale: Scale): number {
  const { steps, batchSize, replacements = [], forks } = condition;
  const training = steps * (30 + batchSize);
  const replaced = replacements.length * scale.replacementSteps * (30 + 2 * scale.samples);
  const forked = forks ? 8 * scale.forkOrders * scale.forkSteps * (30 + batchSize) : 0;
  const measured = scale.measurements * scale.samples * (condition.miniBatch ? 40 : 20);
  return training + replaced + forked + measured;
}

async function runAll(
  host: Host,
  scale: Scale,
  inputs: readonly ConditionInput[],
  known: ResultCache | undefined,
): Promise<ConditionResult[]> {
  const keys = inputs.map((input) =>
    JSON.stringify(["eoss/condition", host.environment, scale, input]),
  );
  const results = await Promise.all(keys.map(async (key) => known?.get(key)));
  const open = [...inputs.keys()].filter((i) => results[i] === undefined);
  const weights = inputs.map(({ condition }) =>
    cost(
      scale.conditions.find(({ id }) => id === condition)!,
      scale,
    ),
  );
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
      label: `${inputs[i].condition}, seed ${inputs[i].seed}`,
    })),
    {
      signal: host.signal,
      onProgress(index, fraction) {
        const i = open[index];
        done[i] = fraction;
        say(`${inputs[i].condition}, seed ${inputs[i].seed}`);
      },
      onResult(index, result) {
        const i = open[index];
        done[i] = 1;
        if (known) writes.push(known.put(keys[i], result));
        say(`${inputs[i].condition}, seed ${inputs[i].seed}`);
      },
    },
  );
  await Promise.all(writes);
  open.forEach((i, k) => {
    results[i] = fresh[k];
  });
  return results as unknown as ConditionResult[];
}
