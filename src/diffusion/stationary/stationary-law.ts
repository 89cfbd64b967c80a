import type { Convention } from "../theory/convention.ts";

/** A normalised stationary law in one dimension. */
export interface StationaryLaw1d {
  /** Kebab-case, as tables and JSON take it. */
  readonly name: string;
  readonly formula: string;
  /** Paper and equation, or how it was derived. */
  readonly source: string;
  /** `any` where the diffusion is constant. */
  readonly convention: Convention | "any";
  /** ln p(x). */
  readonly logDensity: (x: number) => number;
  /** P(X ≤ x). */
  readonly cdf: (x: number) => number;
}
