// An escape experiment as plain JSON: what a file keeps, and what a process of the pool is told.
import type { Convention } from "../theory/convention.ts";

/** A landscape by formula, or by its name in the catalogue. */
export type PotentialSpec =
  | { readonly kind: "formula"; readonly formula: string }
  | { readonly kind: "catalogue"; readonly name: string };

/** A noise by its kind; formulas are of the coordinates and the parameters. */
export type NoiseSpec =
  | { readonly kind: "none" }
  | { readonly kind: "constant"; readonly diffusion: number | string }
  | {
      readonly kind: "matrix";
      readonly matrix: readonly (readonly number[])[];
      readonly diffusion: number;
    }
  | { readonly kind: "hessian"; readonly batchSize: number; readonly floor: number }
  | {
      readonly kind: "quadratic";
      readonly sigmaG: number;
      readonly sigmaH: number;
      readonly rho: number;
      readonly center: number;
    }
  | {
      readonly kind: "sgd";
      readonly batchSize: number;
      readonly replacement: boolean;
      /** Where the landscape is no finite sum of its own: samples, variance and floor of a perturbed one. */
      readonly samples: number;
      readonly variance: number;
      readonly floor: number;
    }
  | { readonly kind: "levy"; readonly alpha: number; readonly diffusion: number | string };

export type SchemeSpec =
  | { readonly kind: "euler-maruyama" | "milstein" | "stochastic-heun" | "sgd" }
  | { readonly kind: "baoab"; readonly friction: number };

/** Everything that decides the exit times, to the bit. */
export interface EscapeSpec {
  readonly potential: PotentialSpec;
  /** Of the landscape, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** For landscapes that exist in any. */
  readonly dimension?: number;
  readonly noise: NoiseSpec;
  readonly convention: Convention;
  readonly scheme: SchemeSpec;
  /** One number a coordinate. */
  readonly start: readonly number[];
  /** A condition of the coordinates, of V, and of r, the distance from the start. */
  readonly exit: string;
  /** Conditions such as `x < -4`: where a particle is folded back. */
  readonly reflect: readonly string[];
  /** Length of a step. */
  readonly eta: number;
  readonly walkers: number;
  /** Steps after which a walker is given up; chosen from what is known of the time if left out. */
  readonly horizon?: number;
  readonly precision: "f32" | "f64";
  readonly generator: "xoshiro128++" | "philox4x32-10";
  readonly target: "continuous" | "discrete";
  readonly seed: string;
  /** Walkers of another number draw independently of these, from the same seed: points of a sweep. */
  readonly draws?: number;
}

/** A spec whose parts are each well formed and yet make no experiment. A class so that callers can tell. */
export class SpecError extends Error {
  override readonly name = "SpecError";
}
