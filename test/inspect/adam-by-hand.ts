// Twelve steps of Adam on the golden network, by back-propagation written out for it: the state that
// PyTorch had, of which the golden file keeps the parameters only.
import { golden } from "../measure/golden-problem.ts";

export interface AdamByHand {
  readonly theta: number[];
  readonly mean: number[];
  readonly square: number[];
}

const [inputs, hidden, outputs] = [3, 4, 2];

/** Gradient of the mean over rows of Σ(f − y)², θ = (W₁, b₁, W₂, b₂). */
function gradient(theta: readonly number[], rows: readonly number[]): number[] {
  const { X, Y } = golden.enum_3_4_2_mse;
  const out = theta.map(() => 0);
  const b1 = hidden * inputs;
  const w2 = b1 + hidden;
  const b2 = w2 + outputs * hidden;
  for (const row of rows) {
    const x = X.slice(row * inputs, (row + 1) * inputs);
    const h = Array.from({ length: hidden }, (_, j) =>
      Math.tanh(x.reduce((sum, xi, i) => sum + theta[j * inputs + i] * xi, theta[b1 + j])),
    );
    const back = Array.from({ length: hidden }, () => 0);
    for (let o = 0; o < outputs; o++) {
      const f = h.reduce((sum, hj, j) => sum + theta[w2 + o * hidden + j] * hj, theta[b2 + o]);
      const delta = (2 * (f - Y[row * outputs + o])) / rows.length;
      out[b2 + o] += delta;
      for (let j = 0; j < hidden; j++) {
        out[w2 + o * hidden + j] += delta * h[j];
        back[j] += delta * theta[w2 + o * hidden + j];
      }
    }
    for (let j = 0; j < hidden; j++) {
      const delta = back[j] * (1 - h[j] ** 2);
      out[b1 + j] += delta;
      for (let i = 0; i < inputs; i++) out[j * inputs + i] += delta * x[i];
    }
  }
  return out;
}

export function adamTrajectory(): AdamByHand {
  const { batches, adam } = golden.trajectories;
  const [eta, beta1, beta2] = [0.01, 0.9, 0.99];
  let theta = golden.enum_3_4_2_mse.theta;
  let mean = theta.map(() => 0);
  let square = theta.map(() => 0);
  batches.forEach((rows, step) => {
    const g = gradient(theta, rows);
    mean = mean.map((m, i) => beta1 * m + (1 - beta1) * g[i]);
    square = square.map((v, i) => beta2 * v + (1 - beta2) * g[i] ** 2);
    const unbias = [1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)];
    theta = theta.map(
      (t, i) => t - (eta * (mean[i] / unbias[0])) / (Math.sqrt(square[i] / unbias[1]) + 1e-8),
    );
  });
  const off = Math.max(...theta.map((t, i) => Math.abs(t - adam.theta[i])));
  if (off > 1e-12) throw new Error(`twelve steps of Adam must be PyTorch's to 1e-12, got ${off}`);
  return { theta, mean, square };
}
