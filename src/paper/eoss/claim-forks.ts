import type { ClaimVerdict } from "../../report/index.ts";
import { judge } from "../claim.ts";
import { bands } from "./bands.ts";
import { edge, type Findings, overSeeds } from "./findings.ts";
import { type Critical, criticalFactor } from "./forks.ts";
import type { Condition } from "./setting.ts";

export const forkMeasures = ["lambda-max", "batch-sharpness", "mini-batch-sharpness"] as const;
export type ForkMeasure = (typeof forkMeasures)[number];

/** What one checkpoint's forks say of one measure: f*·η·S/2. */
export interface ForkReading {
  readonly condition: Condition;
  readonly seed: string;
  readonly critical: Critical;
  readonly products: Readonly<Record<ForkMeasure, number>>;
}

export function forkReadings(found: Findings): ForkReading[] {
  return found.setting.conditions
    .filter((c) => c.forks)
    .flatMap((condition) =>
      found.of(condition).flatMap(({ seed, forked }) => {
        if (forked === undefined) return [];
        const critical = criticalFactor(forked.runs, condition.batchSize);
        const product = (name: ForkMeasure) =>
          critical.factor * edge(condition) * (forked.measures[name] ?? NaN);
        const products = {
          "lambda-max": product("lambda-max"),
          "batch-sharpness": product("batch-sharpness"),
          "mini-batch-sharpness": product("mini-batch-sharpness"),
        };
        return [{ condition, seed, critical, products }];
      }),
    );
}

/** How much nearer 1 (in |log|) a measure's product is than its best rival's. */
function advantage(reading: ForkReading, of: ForkMeasure): number {
  const distance = (name: ForkMeasure) => Math.abs(Math.log(reading.products[name]));
  const rivals = forkMeasures.filter((name) => name !== of).map(distance);
  return Math.min(...rivals) - distance(of);
}

/** D4: of the three sharpnesses, batch sharpness decides at which factor on η training catapults. */
export function forkClaim(found: Findings): ClaimVerdict {
  const readings = forkReadings(found);
  const perSeed = (of: ForkMeasure) =>
    found.seeds.map((seed) => {
      const own = readings.filter((r) => r.seed === seed);
      return own.reduce((sum, r) => sum + advantage(r, of), 0) / own.length;
    });
  const censored = readings.filter((r) => r.critical.censored !== undefined);
  return judge({
    id: "D4",
    statement:
      "Interventions: among λmax, batch sharpness and MiniBS, f*·η·S/2 is nearest 1 for batch sharpness.",
    statistic: "|log f*ηS/2| of the best rival − that of batch sharpness",
    band: bands.forkAdvantage,
    measured: [
      {
        label: `${readings.length} checkpoints`,
        estimate: overSeeds(perSeed("batch-sharpness"), "mean over checkpoints, over seeds"),
      },
    ],
    controls: [
      {
        label: "λmax in the place of batch sharpness",
        estimate: overSeeds(perSeed("lambda-max"), "mean over checkpoints, over seeds"),
      },
      {
        label: "MiniBS in its place",
        estimate: overSeeds(perSeed("mini-batch-sharpness"), "mean over checkpoints, over seeds"),
      },
    ],
    doubts: censored.map(
      (r) =>
        `no factor tried brackets f*: ${r.condition.id}, seed ${r.seed} (${r.critical.censored})`,
    ),
  });
}
