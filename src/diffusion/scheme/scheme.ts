import type { Tensor } from "../../graph/index.ts";

/** dθ = a(θ) dt + B(θ) dW as graph functions, in the convention that the scheme solves. */
export interface Sde {
  readonly dimension: number;
  /** Columns of B. */
  readonly columns: number;
  /** Whether Bᵢⱼ = 0 for i ≠ j and Bᵢᵢ depends on θᵢ alone. */
  readonly diagonal: boolean;
  readonly drift: (x: readonly Tensor[]) => readonly Tensor[];
  readonly factor: (x: readonly Tensor[]) => readonly (readonly Tensor[])[];
}

/** One way to advance an SDE by a step. A record, never a subclass of another. */
export interface Scheme {
  readonly name: string;
  readonly solves: "ito" | "stratonovich";
  /** Order of the root mean square of the error at a fixed time, on the same Brownian path. */
  readonly strongOrder: { readonly additive: number; readonly multiplicative: number };
  /** Order of the error of means of smooth functions at a fixed time. */
  readonly weakOrder: number;
  /** For which noise: any, or only where B is diagonal with Bᵢᵢ a function of θᵢ, or constant. */
  readonly noise: "any" | "diagonal" | "constant";
  /** θ after a step of length h, from as many standard normals as B has columns. */
  readonly step: (
    sde: Sde,
    x: readonly Tensor[],
    h: Tensor,
    normals: readonly Tensor[],
  ) => readonly Tensor[];
  readonly source: string;
}
