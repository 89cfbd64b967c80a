import { type Problem, sampleMap } from "../../measure/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** How a network does on samples with labels. */
export interface Fit {
  /** Mean. */
  readonly loss: number;
  /** 1 where the largest output is the label's. */
  readonly correct: Uint8Array;
}

export interface FitMeter extends AsyncDisposable {
  at(parameters: FloatArray): Promise<Fit>;
}

/** Loss and right answers on all samples of a problem; one forward pass a point. */
export async function fitMeter(runtime: Runtime, problem: Problem): Promise<FitMeter> {
  const { data, network } = problem;
  if (network === undefined)
    throw new RangeError(`${data.name}: answers need a network, got a bare loss`);
  const map = await sampleMap(
    runtime,
    problem,
    "answers",
    ({ parameters, x, y }) => {
      const outputs = network.outputs(parameters, x);
      return [outputs, network.loss(outputs, y)];
    },
    [],
  );
  return {
    async at(parameters) {
      const correct = new Uint8Array(data.count);
      let loss = 0;
      await map.forEach(parameters, [], ([outputs, own], start, rows) => {
        const width = outputs.length / rows;
        for (let i = 0; i < rows; i++) {
          const row = outputs.subarray(i * width, (i + 1) * width);
          correct[start + i] = row.indexOf(Math.max(...row)) === data.targets[start + i] ? 1 : 0;
          loss += own[i] / data.count;
        }
      });
      return { loss, correct };
    },
    [Symbol.asyncDispose]: () => map.dispose(),
  };
}
