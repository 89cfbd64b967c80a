import { gradientMeter, type Problem, sampleMeter } from "../measure/index.ts";
import { type FloatArray, norm, squaredNorm } from "../numeric/index.ts";
import type { Runtime } from "../runtime/index.ts";

/** Loss, ‖∇L‖ and Tr C at point after point. */
export interface TraceMeter extends AsyncDisposable {
  readonly at: (parameters: FloatArray) => Promise<{
    readonly loss: number;
    readonly gradientNorm: number;
    readonly trace: number;
  }>;
}

/** Tr C of one sample's gradient, mean ‖gᵢ‖² − ‖ḡ‖², exactly. Compiled once. */
export async function traceMeter(runtime: Runtime, problem: Problem): Promise<TraceMeter> {
  const gradients = await gradientMeter(runtime, problem);
  const norms = await sampleMeter(runtime, problem, ["squaredNorm"]);
  return {
    async at(parameters) {
      const { loss, gradient } = await gradients.measure(parameters);
      const { squaredNorm: squares } = await norms.measure(parameters);
      const mean = squares.reduce((sum, s) => sum + s, 0) / squares.length;
      return { loss, gradientNorm: norm(gradient), trace: mean - squaredNorm(gradient) };
    },
    async [Symbol.asyncDispose]() {
      await gradients[Symbol.asyncDispose]();
      await norms.dispose();
    },
  };
}
