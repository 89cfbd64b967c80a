import type { Json } from "../../run/index.ts";
import type { Experiment, Finding, Plan, ScaleName } from "../paper.ts";
import { eossClaims, plannedClaims } from "./claims.ts";
import type { ConditionInput, ConditionResult } from "./condition-task.ts";
import { findings } from "./findings.ts";
import { headline, settingSections } from "./sections.ts";
import { scales } from "./scales.ts";
import { conditionCost } from "./setting-cost.ts";
import type { Setting } from "./setting.ts";

/**
 * The sweep over batch sizes, rates and labels of one data set and network, where a scale has it: trains
 * every condition under every seed, measures along the way, intervenes. It is asked only for claims that
 * its conditions are planned to decide; where a scale has several settings, their ids end with the setting's.
 */
export function sweepOf(id: string, title: string): Experiment {
  const at = (scale: ScaleName) => scales[scale].find((setting) => setting.id === id);
  return {
    id,
    title,
    claims: [],
    further: (scale) => {
      const setting = at(scale);
      return setting === undefined ? [] : plannedClaims(setting).map((c) => named(c, scale, id));
    },
    plan: (plan) => {
      const setting = at(plan.scale);
      return setting === undefined ? [] : works(setting, plan);
    },
    judge(results, { scale }): Finding {
      const setting = at(scale)!;
      const found = findings(setting, results as unknown as ConditionResult[]);
      const planned = plannedClaims(setting);
      return {
        claims: eossClaims(found)
          .filter((claim) => planned.includes(claim.id))
          .map((claim) => ({ ...claim, id: named(claim.id, scale, id) })),
        blocks: [],
        sections: settingSections(found, scales[scale].length > 1),
        headline: headline(found),
      };
    },
  };
}

const named = (claim: string, scale: ScaleName, setting: string) =>
  scales[scale].length === 1 ? claim : `${claim}.${setting}`;

function works(setting: Setting, { seeds, dataDir }: Plan) {
  const { conditions, ...protocol } = setting;
  return conditions.flatMap((condition) =>
    seeds.map((seed) => {
      const input: ConditionInput = { setting: protocol, condition, seed, ...(dataDir !== undefined && { dataDir }) }; // prettier-ignore
      return {
        task: "eoss/condition",
        input: input as unknown as Json,
        label: `${setting.id} ${condition.id}, seed ${seed}`,
        cost: conditionCost(setting, condition),
      };
    }),
  );
}
