// The one-dimensional landscapes of the escape experiments, as graphs for the walkers and as functions for
// the quadrature that they are held against.
import {
  formulaPotential,
  type Potential,
  type PotentialCalculus,
  potentialCalculus,
  styblinskiTang,
} from "../diffusion/index.ts";

export type LandscapeSpec =
  /** V_k(x) = f(√k·x), f of Styblinski and Tang, from the right minimum to well past the top on its left. */
  | { readonly kind: "styblinski-tang"; readonly k: number }
  /**
   * h·(u² − 1)², u = ax + b(√(x² + δ²) − δ): wells of equal depth whose slopes u′ are `left` and `right`, nearly,
   * so that their curvatures are 8h·left² and 8h·right². `tilt`, default 0, adds tilt·(3u − u³)/4: the right
   * well is then higher by it, the wells stay where they are, and 8h becomes 8h ± 3·tilt/2 on the left and right.
   */
  | {
      readonly kind: "valleys";
      readonly height: number;
      readonly left: number;
      readonly right: number;
      readonly tilt?: number;
    };

export interface EscapeLandscape {
  readonly potential: Potential;
  readonly calculus: PotentialCalculus;
  readonly gradient: (x: number) => number;
  readonly curvature: (x: number) => number;
  /** Where walkers begin: the minimum on the right. */
  readonly start: number;
  readonly saddle: number;
  /** The minimum on the left. */
  readonly opposite: number;
  /** Walkers are out below this. */
  readonly out: number;
}

/** How far past the top an escape is told, in units of 1/√k. */
const beyond = 1.5;

export function landscapeOf(spec: LandscapeSpec): EscapeLandscape {
  switch (spec.kind) {
    case "styblinski-tang": {
      const { k } = spec;
      const root = Math.sqrt(k);
      const [left, right, top] = styblinskiTang().points.map(({ at }) => at[0]);
      return compiled(`(${k * k}*x^4 - ${16 * k}*x^2 + ${5 * root}*x)/2`, {
        start: right / root,
        saddle: top / root,
        opposite: left / root,
        out: (top - beyond) / root,
      });
    }
    case "valleys": {
      const { height, left, right, tilt = 0 } = spec;
      const [a, b] = [(right + left) / 2, (right - left) / 2];
      const u = `(${a}*x + ${b}*(sqrt(x^2 + ${bend * bend}) - ${bend}))`;
      // u = ±1, as a quadratic equation in x: (c − ax)² = b²(x² + δ²) with c = bδ ± 1, on the side where bc ≥ bax.
      const square = a * a - b * b;
      const solve = (c: number) => {
        const root = Math.sqrt(a * a * c * c - square * (c * c - b * b * bend * bend));
        return (a * c - Math.sign(b) * root) / square;
      };
      const lean = tilt === 0 ? "" : ` + ${tilt / 4}*(3*${u} - ${u}^3)`;
      return compiled(`${height}*(${u}^2 - 1)^2${lean}`, {
        start: solve(b * bend + 1),
        saddle: tilt === 0 ? 0 : solve(b * bend + (3 * tilt) / (16 * height)),
        opposite: solve(b * bend - 1),
        out: -0.5 / left,
      });
    }
  }
}

/** δ of the valleys: over which the slope turns. */
const bend = 0.1;

function compiled(
  formula: string,
  places: Pick<EscapeLandscape, "start" | "saddle" | "opposite" | "out">,
): EscapeLandscape {
  const potential = formulaPotential(formula, { dimension: 1 });
  const calculus = potentialCalculus(potential);
  const out = new Float64Array(1);
  return {
    potential,
    calculus,
    gradient: (x) => (calculus.gradient([x], out), out[0]),
    curvature: (x) => (calculus.hessian([x], out), out[0]),
    ...places,
  };
}
