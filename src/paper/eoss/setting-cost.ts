import type { Condition, Network, Setting } from "./setting.ts";

/** Seconds on one core of a condition, about: overhead and samples of each step, measurements, interventions. */
export function conditionCost(setting: Setting, condition: Condition): number {
  const { steps, batchSize, replacements = [], forks } = condition;
  const { samples, measurements, forkOrders, forkSteps, replacementSteps } = setting;
  const training = steps * (30 + batchSize);
  const replaced = replacements.length * replacementSteps * (30 + 2 * samples);
  const forked = forks ? 8 * forkOrders * forkSteps * (30 + batchSize) : 0;
  const measured = measurements * samples * (condition.miniBatch ? 40 : 20);
  return (
    secondsAPass[setting.model.kind] *
    relativeSize(setting) *
    (training + replaced + forked + measured)
  );
}

/** Of a sample and as many multiplications as the network of `quick` has: fitted to quick runs and to pilots of the others. */
const secondsAPass = { mlp: 6.4e-6, cnn: 2.5e-5, resnet8: 2.5e-5 } as const;

/** Of a sample, in units of the network of `quick`: multiplications, which wide layers do quicker each. */
function relativeSize({ model, dataset, pool = 1 }: Network): number {
  const [full, channels] = dataset === "cifar10" ? [32, 3] : [28, 1];
  const side = full / pool;
  const area = side * side;
  switch (model.kind) {
    case "mlp":
      return (dense([area * channels, ...model.hidden, 10]) / 54_912) ** 0.6;
    case "cnn": {
      const [c1, c2, c3, width] = model.widths;
      const conv = 9 * area * (channels * c1 + c1 * c2 + (c2 * c3) / 4);
      return (conv + (area / 16) * c3 * width) / 54_912;
    }
    case "resnet8": {
      const [c1, c2, c3] = model.widths;
      const stages = 2 * c1 * c1 + (c1 * c2 + c2 * c2) / 4 + (c2 * c3 + c3 * c3) / 16;
      return (9 * area * (channels * c1 + stages)) / 54_912;
    }
  }
}

const dense = (widths: readonly number[]) =>
  widths.slice(1).reduce((sum, n, i) => sum + n * widths[i], 0);
