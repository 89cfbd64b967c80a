// Running integrals that keep their relative accuracy over hundreds of orders of magnitude. A range
// is cut into panels of Gauss–Legendre nodes. Integrands are given by their logarithms, every sum is
// one of positive terms in a scale of its own, and no panel lets a logarithm vary by more than a few
// units, so that neither overflow nor cancellation can occur. It is what nested integrals such as
// ∫ e^{Φ(y)} ∫ e^{−Φ(z)} dz dy need, where the factors are e^{±300} and the product is moderate.

/** Nodes of a range cut into panels: `NODES` to a panel, ascending. */
export interface Panels {
  /** Ends of the panels, ascending, [panels + 1]. */
  readonly ends: Float64Array;
  /** [panels · NODES] */
  readonly nodes: Float64Array;
}

/** Gauss–Legendre nodes to a panel. */
export const NODES = 10;

/** Panels between the given ends. */
export function panelsBetween(ends: ArrayLike<number>): Panels {
  if (ends.length < 2) throw new RangeError(`panels need two ends at least, got ${ends.length}`);
  const nodes = new Float64Array((ends.length - 1) * NODES);
  for (let p = 0; p + 1 < ends.length; p++) {
    if (!(ends[p] < ends[p + 1]))
      throw new RangeError(
        `ends of panels must ascend, got ${ends[p]} before ${ends[p + 1]} at ${p}`,
      );
    const half = (ends[p + 1] - ends[p]) / 2;
    for (let i = 0; i < NODES; i++) nodes[p * NODES + i] = ends[p] + half * (1 + LEGENDRE.nodes[i]);
  }
  return { ends: Float64Array.from(ends), nodes };
}

/** Every panel cut in two. */
export function halved({ ends }: Panels): Panels {
  const finer = new Float64Array(2 * ends.length - 1);
  for (let i = 0; i < ends.length; i++) {
    finer[2 * i] = ends[i];
    if (i > 0) finer[2 * i - 1] = (ends[i - 1] + ends[i]) / 2;
  }
  return panelsBetween(finer);
}

/** A running integral: at the nodes, at the ends of the panels, and in all. */
export interface Running {
  readonly atNodes: Float64Array; // [panels · NODES]
  readonly atEnds: Float64Array; // [panels + 1]
}

/** ∫ f from the left end to every node and panel end, for f given at the nodes; of any sign. */
export function running({ ends }: Panels, f: ArrayLike<number>): Running {
  const panels = ends.length - 1;
  const atNodes = new Float64Array(panels * NODES);
  const atEnds = new Float64Array(panels + 1);
  for (let p = 0; p < panels; p++) {
    const half = (ends[p + 1] - ends[p]) / 2;
    for (let i = 0; i <= NODES; i++) {
      let sum = 0;
      for (let j = 0; j < NODES; j++) sum += LEGENDRE.partial[i * NODES + j] * f[p * NODES + j];
      if (i < NODES) atNodes[p * NODES + i] = atEnds[p] + half * sum;
      else atEnds[p + 1] = atEnds[p] + half * sum;
    }
  }
  return { atNodes, atEnds };
}

/**
 * ln ∫ e^{logF} from the left end to every node and panel end, −Infinity at the left end itself.
 * Relative accuracy near 10⁻¹⁴ at the ends of panels, and at the nodes what `unresolved` says of e^{logF}.
 */
export function logRunning({ ends }: Panels, logF: ArrayLike<number>): Running {
  const panels = ends.length - 1;
  const atNodes = new Float64Array(panels * NODES);
  const atEnds = new Float64Array(panels + 1).fill(-Infinity);
  const f = new Float64Array(NODES);
  for (let p = 0; p < panels; p++) {
    const logHalf = Math.log((ends[p + 1] - ends[p]) / 2);
    let top = -Infinity;
    for (let j = 0; j < NODES; j++) top = Math.max(top, logF[p * NODES + j]);
    for (let j = 0; j < NODES; j++)
      f[j] = top > -Infinity ? Math.exp(logF[p * NODES + j] - top) : 0;
    for (let i = 0; i <= NODES; i++) {
      let sum = 0;
      for (let j = 0; j < NODES; j++) sum += LEGENDRE.partial[i * NODES + j] * f[j];
      const value = logSum(atEnds[p], sum > 0 ? Math.log(sum) + top + logHalf : -Infinity);
      if (i < NODES) atNodes[p * NODES + i] = value;
      else atEnds[p + 1] = value;
    }
  }
  return { atNodes, atEnds };
}

/** As `logRunning`, from every node and panel end to the right end. */
export function logRunningFromRight({ ends, nodes }: Panels, logF: ArrayLike<number>): Running {
  const mirrored: Panels = { ends: ends.map((x) => -x).reverse(), nodes: nodes };
  const { atNodes, atEnds } = logRunning(mirrored, Float64Array.from(logF).reverse());
  return { atNodes: atNodes.reverse(), atEnds: atEnds.reverse() };
}

/** ln(eᵃ + eᵇ). */
export function logSum(a: number, b: number): number {
  const high = Math.max(a, b);
  if (high === -Infinity) return -Infinity;
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/**
 * How far f is from resolved on a panel of `NODES` values: the last two Legendre coefficients against
 * the greatest, which for a smooth f is about the error of its interpolation.
 */
export function unresolved(f: ArrayLike<number>, offset = 0): number {
  let top = 0;
  let tail = 0;
  for (let degree = 0; degree < NODES; degree++) {
    let coefficient = 0;
    for (let j = 0; j < NODES; j++)
      coefficient +=
        (degree + 0.5) *
        LEGENDRE.weights[j] *
        LEGENDRE.polynomials[degree * NODES + j] *
        f[offset + j];
    top = Math.max(top, Math.abs(coefficient));
    if (degree >= NODES - 2) tail = Math.max(tail, Math.abs(coefficient));
  }
  return top === 0 ? 0 : tail / top;
}

/** Value at x, inside the panels, of a function known at the nodes, by its polynomial on each panel. */
export function valueAt({ ends, nodes }: Panels, values: ArrayLike<number>, x: number): number {
  if (!(x >= ends[0] && x <= ends[ends.length - 1]))
    throw new RangeError(
      `place must lie on the panels from ${ends[0]} to ${ends[ends.length - 1]}, got ${x}`,
    );
  let [low, high] = [0, ends.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= x) low = middle;
    else high = middle;
  }
  let above = 0;
  let below = 0;
  for (let j = 0; j < NODES; j++) {
    const distance = x - nodes[low * NODES + j];
    if (distance === 0) return values[low * NODES + j];
    const weight = LEGENDRE.barycentric[j] / distance;
    above += weight * values[low * NODES + j];
    below += weight;
  }
  return above / below;
}

const LEGENDRE = legendre(NODES);

/**
 * Gauss–Legendre rule of n points by Newton's method, Pₖ and barycentric weights at its nodes, and the matrix [n + 1, n] of
 * ∫ from −1 to node i (row n: to 1) of the interpolant, by ∫Pₖ = (Pₖ₊₁ − Pₖ₋₁)/(2k + 1).
 */
function legendre(n: number) {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 20; step++) {
      const p = polynomials(x, n);
      slope = (n * (x * p[n] - p[n - 1])) / (x * x - 1);
      x -= p[n] / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  const values = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const p = polynomials(nodes[j], n);
    for (let k = 0; k < n; k++) values[k * n + j] = p[k];
  }
  const partial = new Float64Array((n + 1) * n);
  for (let i = 0; i <= n; i++) {
    const p = polynomials(i < n ? nodes[i] : 1, n + 1);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        const integral = k === 0 ? p[1] + 1 : (p[k + 1] - p[k - 1]) / (2 * k + 1);
        sum += (k + 0.5) * values[k * n + j] * integral;
      }
      partial[i * n + j] = weights[j] * sum;
    }
  }
  const barycentric = nodes.map(
    (x, i) => (i % 2 === 0 ? 1 : -1) * Math.sqrt((1 - x * x) * weights[i]),
  );
  return { nodes, weights, polynomials: values, partial, barycentric };
}

/** P₀(x) … Pₙ(x). */
function polynomials(x: number, n: number): Float64Array {
  const p = new Float64Array(n + 1);
  p[0] = 1;
  p[1] = x;
  for (let k = 1; k < n; k++) p[k + 1] = ((2 * k + 1) * x * p[k] - k * p[k - 1]) / (k + 1);
  return p;
}
