import type { Tensor } from "../../graph/index.ts";

/** A potential at a point, as graphs: what a noise may depend on. */
export interface Landscape {
  readonly x: readonly Tensor[];
  readonly value: Tensor;
  readonly gradient: readonly Tensor[];
  /** ∂ᵢ∂ⱼV, row by row. */
  readonly hessian: () => readonly (readonly Tensor[])[];
}

/** Scalars by name: what a compiled loop takes as arguments. */
export type Named = Readonly<Record<string, Tensor>>;

interface NoiseBase {
  /** Kebab-case, as the command line takes it. */
  readonly name: string;
  /** In the words of a formula, for reports. */
  readonly formula: string;
  /** Parameters that it reads, with their defaults. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** Gaussian noise of diffusion D(θ): increments B·dW with B·Bᵀ = 2D. */
export interface GaussianNoise extends NoiseBase {
  readonly kind: "gaussian";
  /** Whether B depends on θ: otherwise all conventions are one. */
  readonly stateDependent: boolean;
  /** How many independent normals a step takes, for d coordinates. */
  readonly columns: (dimension: number) => number;
  /**
   * B, one row a coordinate. `eta` is the length of a step, for noise that is defined by SGD's.
   */
  readonly factor: (
    at: Landscape,
    parameters: Named,
    eta: Tensor,
  ) => readonly (readonly Tensor[])[]; // [dimension][columns]
}

/**
 * Symmetric α-stable noise, independent in each coordinate: dθ = −∇V dt + D^(1/α) dL with
 * E e^(ikL_t) = e^(−t|k|^α); α = 2 is √(2D) dW. Reads the parameters `alpha` and those of `diffusion`.
 */
export interface LevyNoise extends NoiseBase {
  readonly kind: "levy";
  readonly diffusion: (at: Landscape, parameters: Named) => Tensor;
}

/** Real mini-batches of a finite sum. */
export interface BatchNoise extends NoiseBase {
  readonly kind: "batch";
  readonly problem: FiniteSum;
  readonly batchSize: number;
  /** Drawn independently, or all different. */
  readonly replacement: boolean;
}

export type Noise = GaussianNoise | LevyNoise | BatchNoise;

/** L(θ) = (1/N) Σᵢ ℓ(θ; row i): rows of numbers, and the loss of one. */
export interface FiniteSum {
  readonly name: string;
  readonly formula: string;
  readonly dimension: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** [samples][columns] */
  readonly rows: readonly (readonly number[])[];
  readonly loss: (x: readonly Tensor[], row: readonly Tensor[], parameters: Named) => Tensor;
}
