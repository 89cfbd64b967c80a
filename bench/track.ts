// What tracking λmax and batch sharpness costs: against the EoSS authors' estimators on PyTorch at
// their cadence, as a share of training time when it streams, and by a plan that keeps to a budget.
import { options } from "./options.ts";
import { benchCase } from "./problems.ts";
import { withinBudget } from "./track-budget.ts";
import { atCadence } from "./track-cadence.ts";
import { samples, warmed } from "./track-case.ts";
import { streaming } from "./track-streaming.ts";

export async function run(): Promise<void> {
  if (options.wanted("cadence") || options.wanted("streaming")) {
    // As in the EoSS authors' runs: two hidden layers of 512 and squared error.
    const loss = "mean-squared-error";
    const given = await warmed(await benchCase("mlp", samples, { hidden: [512, 512], loss }));
    if (options.wanted("cadence")) await atCadence(given);
    if (options.wanted("streaming")) await streaming(given);
  }
  await withinBudget();
}
