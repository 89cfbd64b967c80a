import { squaredNorm } from "../../numeric/index.ts";
import { fillNormal, stream, type Stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { type Covariance, curvatureTraces } from "./noise.ts";
import { randomNoises, rotatedNoise } from "./random-noises.ts";
import { signedPermutation } from "./rotation.ts";

/** The rise of the loss under one noise, in units of what isotropic noise of equal trace gives. */
export interface Rise {
  readonly name: string;
  /** Tr(HΣ) in those units: the ratio. */
  readonly indicator: number;
  /** λ₁u₁ᵀΣu₁ in those units. */
  readonly alongFirst: number;
  readonly rise: number;
  /** By the law itself: √(2 Tr(HΣHΣ)/walkers). */
  readonly stderr: number;
  /** The walkers have a rotated Σ; the indicator is that of Σ itself. */
  readonly rotated: boolean;
}

export interface OuInput {
  readonly dimension: number;
  /** λᵢ = i^−decay. */
  readonly decay: number;
  /** λ₁t of the time at which the loss is read. */
  readonly time: number;
  readonly steps: number;
  readonly walkers: number;
  readonly seed: string;
}

/** dθ = −Hθ dt + Σ^½ dW from the minimum, for eight random Σ, by Euler–Maruyama in the eigenbasis of H. */
export const ouTask: TaskFunction = async (input, context) => {
  const { signal } = context;
  const { dimension: d, decay, time, steps, walkers, seed } = input as unknown as OuInput;
  const values = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -decay);
  const hessian = new Float64Array(d * d);
  values.forEach((value, i) => (hessian[i * (d + 1)] = value));
  const draws = stream(seed, "ornstein-uhlenbeck");
  const noises = randomNoises(d, (z) => z.map((v, i) => values[i] * v), substream(draws, "noises"));
  const unit = values.reduce((sum, v) => sum + v, 0) / d;
  const found: Rise[] = [];
  for (const [j, noise] of noises.entries())
    for (const rotated of [false, true]) {
      const q = signedPermutation(substream(substream(draws, "rotation"), j), d);
      const own = rotated ? rotatedNoise(noise, q) : noise;
      const { trace } = curvatureTraces(noise, hessian, d);
      const { square } = curvatureTraces(own, hessian, d);
      const first = noise.kind === "columns" ? noise.columns.map((c) => c[0]) : [];
      const path = substream(substream(draws, rotated ? "rotated" : "walkers"), j);
      const loss = meanLoss(own, values, { time, steps, walkers }, path);
      found.push({
        name: `random ${j + 1}`,
        indicator: trace / unit,
        alongFirst: squaredNorm(Float64Array.from(first)) / unit,
        rise: (2 * loss) / time / unit,
        stderr: Math.sqrt((2 * square) / walkers) / unit,
        rotated,
      });
      signal.throwIfAborted();
      context.progress(found.length / (2 * noises.length));
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
    }
  return found as unknown as Json;
};

function meanLoss(
  noise: Covariance,
  values: Float64Array,
  { time, steps, walkers }: Pick<OuInput, "time" | "steps" | "walkers">,
  draws: Stream,
): number {
  if (noise.kind !== "columns") return NaN;
  const { columns } = noise;
  const dt = time / steps;
  const [theta, z] = [new Float64Array(values.length), new Float64Array(columns.length * steps)];
  let total = 0;
  for (let walker = 0; walker < walkers; walker++) {
    fillNormal(substream(draws, walker), 0, z);
    theta.fill(0);
    for (let step = 0; step < steps; step++) {
      for (let i = 0; i < theta.length; i++) theta[i] -= dt * values[i] * theta[i];
      for (let k = 0; k < columns.length; k++) {
        const factor = Math.sqrt(dt) * z[step * columns.length + k];
        const column = columns[k];
        for (let i = 0; i < theta.length; i++) theta[i] += factor * column[i];
      }
    }
    for (let i = 0; i < theta.length; i++) total += 0.5 * values[i] * theta[i] ** 2;
  }
  return total / walkers;
}
