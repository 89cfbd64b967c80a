import type { Tensor } from "../../graph/index.ts";
import type { Matrix, Named, Noise } from "../noise/noise.ts";

/** dθ = a(θ) dt + B(θ) dW + jumps as graph functions, in the convention that the scheme solves. */
export interface Sde {
  readonly dimension: number;
  /** Columns of B. */
  readonly columns: number;
  /** a; of real batches −g_B, of the batch that the step has drawn. */
  readonly drift: (x: readonly Tensor[]) => readonly Tensor[];
  readonly factor: (x: readonly Tensor[]) => Matrix;
  /** What is neither drift nor Gaussian in a step of length h. */
  readonly jump?: (x: readonly Tensor[], h: Tensor) => readonly Tensor[];
}

/** Orders of an error in the length of a step, by what the noise is like. */
export interface Orders {
  /** B constant. */
  readonly additive: number;
  /** B square and diagonal, Bᵢᵢ a function of θᵢ alone: any noise of one coordinate and one normal. */
  readonly diagonal: number;
  /** Any B; absent where the scheme does not take it. */
  readonly general?: number;
}

/** One way to advance an SDE by a step. A record, never a subclass of another. */
export interface Scheme {
  readonly name: string;
  /** `any` where no choice is to be made: the noise drives velocities. */
  readonly solves: "ito" | "stratonovich" | "any";
  /** What the step stands for; `discrete` where it is no approximation but the recursion that is meant. */
  readonly target: "discrete" | "any";
  readonly takes: readonly Noise["kind"][];
  /** Order of the root mean square of the error at a fixed time, on the same Brownian path. */
  readonly strongOrder: Orders;
  /** Order of the error of means of smooth functions at a fixed time. */
  readonly weakOrder: Orders;
  /** Whether the state is the coordinates and then as many velocities. */
  readonly velocities: boolean;
  /** Parameters that it reads, with their defaults. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The state after a step of length h, from as many standard normals as B has columns. */
  readonly step: (
    sde: Sde,
    state: readonly Tensor[],
    h: Tensor,
    normals: readonly Tensor[],
    parameters: Named,
  ) => readonly Tensor[];
  readonly source: string;
}
