import type { Tensor } from "../../graph/index.ts";
import type { BatchProblem } from "./finite-sum.ts";

/** A potential at a point, as graphs: what a noise may depend on. */
export interface Landscape {
  readonly x: readonly Tensor[];
  readonly value: Tensor;
  readonly gradient: readonly Tensor[];
  /** ∂ᵢ∂ⱼV, row by row; entries that are always 0 are constants. */
  readonly hessian: () => Matrix;
}

/** Scalars by name: what a compiled loop takes as arguments. */
export type Named = Readonly<Record<string, Tensor>>;

/** Rows of scalars. */
export type Matrix = readonly (readonly Tensor[])[];

interface NoiseBase {
  /** Kebab-case, as the command line takes it. */
  readonly name: string;
  /** In the words of a formula, for reports. */
  readonly formula: string;
  /** Parameters that it reads, with their defaults. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The only number of coordinates that it is for; any if left out. */
  readonly dimension?: number;
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
  readonly factor: (at: Landscape, parameters: Named, eta: Tensor) => Matrix; // [dimension][columns]
}

/**
 * Symmetric α-stable noise, independent in each coordinate: dθ = −∇V dt + D^(1/α) dL with
 * E e^(ikL_t) = e^(−t|k|^α); α = 2 is √(2D) dW. Reads the parameter `alpha`.
 */
export interface LevyNoise extends NoiseBase {
  readonly kind: "levy";
  readonly stateDependent: boolean;
  readonly diffusion: (at: Landscape, parameters: Named) => Tensor;
}

/** Real mini-batches of a finite sum: the step is −η·g_B, and the loss that is descended is `problem.mean`. */
export interface BatchNoise extends NoiseBase {
  readonly kind: "batch";
  readonly problem: BatchProblem;
  readonly batchSize: number;
  /** Drawn independently, or all different. */
  readonly replacement: boolean;
}

export type Noise = GaussianNoise | LevyNoise | BatchNoise;

/** A scalar function of the place, with the parameters that it reads: D(x), say. */
export interface ScalarField {
  readonly formula: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly value: (x: readonly Tensor[], parameters: Named) => Tensor;
}
