import type { OpName } from "../op-attrs.ts";
import type { Tensor } from "../tensor.ts";
import { convRules } from "./conv.ts";
import { elementwiseRules } from "./elementwise.ts";
import { indexingRules } from "./indexing.ts";
import { matmulRules } from "./matmul.ts";
import { movementRules } from "./movement.ts";
import { poolRules } from "./pool.ts";
import { reduceRules } from "./reduce.ts";
import type { Rule, Rules } from "./rule.ts";
import { sourceRules } from "./source.ts";

/** The calculus, one rule an op; the type holds it complete. */
const rules: Rules = {
  ...sourceRules,
  ...elementwiseRules,
  ...matmulRules,
  ...convRules,
  ...poolRules,
  ...reduceRules,
  ...indexingRules,
  ...movementRules,
};

export function ruleOf(t: Tensor): Rule<OpName> {
  return rules[t.op];
}
