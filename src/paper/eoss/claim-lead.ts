import type { ClaimVerdict } from "../../report/index.ts";
import { judge } from "../claim.ts";
import type { Ends } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import { edge, type Findings, overSeeds } from "./findings.ts";
import { reachRatio } from "./reach.ts";
import type { Condition } from "./setting.ts";

const reachLevel = 0.7;

/** D5: how long before batch sharpness the interaction of gradient and noise comes. */
export function leadClaim(found: Findings): ClaimVerdict {
  const sizes = found.setting.conditions.filter((c) => c.gni);
  const lead = (c: Condition): Ends => {
    const ratios = found
      .of(c)
      .map(({ series }) => reachRatio(series, "gni", "batch-sharpness", reachLevel / edge(c)));
    const over = (end: keyof Ends) =>
      overSeeds(
        ratios.map((ratio) => ratio[end]),
        "ratio over seeds",
      );
    const open = ratios.some(({ high }) => high === Infinity);
    return {
      value: over("value").value,
      low: over("low").low,
      high: open ? Infinity : over("high").high,
    };
  };
  const statistics = (list: readonly Condition[]) =>
    list.map((c) => ({ label: `${c.labels}, b = ${c.batchSize}`, estimate: lead(c) }));
  return judge({
    id: "D5",
    statement: "Gradient–noise interaction reaches 2/η long before batch sharpness does.",
    statistic:
      "step of η·GNI/2 ≥ 0.7 over step of η·BS/2 ≥ 0.7, from the least to the most that the looks allow",
    band: bands.gniLead,
    measured: statistics(sizes.filter((c) => c.batchSize < found.setting.samples)),
    controls: statistics(sizes.filter((c) => c.batchSize === found.setting.samples)),
    doubts: [],
  });
}
