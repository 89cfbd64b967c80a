import type { Shape } from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { type LayerFactory, sequential } from "../layer.ts";
import { activation, type Activation, flatten, linear } from "../layers/index.ts";
import { type Model, model } from "../model.ts";

export interface MlpOptions {
  readonly hidden?: readonly number[];
  readonly activation?: Activation;
  readonly init?: Initialiser;
  readonly bias?: boolean;
}

/** Fully connected network on flattened samples. Default: the two hidden layers of 512 ReLU units of the EoSS runs, Kaiming × 0.2. */
export function mlp(inputShape: Shape, outputs: number, options: MlpOptions = {}): Model {
  const {
    hidden = [512, 512],
    activation: name = "relu",
    init = { kind: "kaiming-normal", scale: 0.2 },
    bias = true,
  } = options;
  const layers = hidden.flatMap((width, i): (readonly [string, LayerFactory])[] => [
    [`fc${i + 1}`, linear(width, { init, bias })],
    [name, activation(name)],
  ]);
  const factory = sequential(["flatten", flatten], ...layers, [
    `fc${hidden.length + 1}`,
    linear(outputs, { init, bias }),
  ]);
  return model(`mlp-${hidden.join("-")}`, factory, inputShape);
}
