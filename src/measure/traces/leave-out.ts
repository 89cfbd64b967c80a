// The small algebra of XTrace: what tᵢ is without one probe, its own, and without two, from tables of
// the n vectors sᵢ, wᵢ = Qᵀωᵢ and the columns of R, in O(n³) and no product with A.
import { dot, type FloatArray, norm, squaredNorm } from "../../numeric/index.ts";
import { orthonormalRange, type OrthonormalRange } from "../spectra/orthonormal-range.ts";

/** Probes, the range of their images, AΩ = QR, and what A does there; grows by probes. */
export interface Sketch {
  readonly range: OrthonormalRange;
  readonly probes: FloatArray[];
  /** ωᵢᵀAωᵢ. */
  readonly forms: number[];
  /** Row k: qₖᵀA·q₀ … qₖ. */
  readonly inside: Float64Array[];
}

export interface LeftOut {
  /** tᵢ. */
  readonly values: Float64Array;
  /** Mean over pairs of (tᵢ − tᵢ without j)·(tⱼ − tⱼ without i). */
  readonly covariance: number;
}

/**
 * tᵢ of every probe, and their covariance.
 *
 * For a set K of one or two left out, the projector is Q(I − S_K(S_KᵀS_K)⁻¹S_Kᵀ)Qᵀ, so that
 * ωᵢ's part inside is Qx with x = wᵢ − Σ_k bₖsₖ. `rescale` gives the part outside its mean length.
 */
export function leaveOut(sketch: Sketch, rescale = false): LeftOut {
  const { range, probes, forms, inside } = sketch;
  const { basis, columns } = range;
  const [n, r] = [probes.length, basis.length];
  const H = (v: Float64Array) =>
    v.map((_, i) => {
      let total = 0;
      for (let j = 0; j < r; j++) total += (j <= i ? inside[i][j] : inside[j][i]) * v[j];
      return total;
    });
  const S = directions(columns, r);
  const W = probes.map((probe) => Float64Array.from(basis, (q) => dot(q, probe)));
  const R = columns.map((column) => {
    const full = new Float64Array(r);
    full.set(column);
    return full;
  });
  const [HS, HW] = [S.map(H), W.map(H)];
  const [SS, SHS, SW, SHW, SR] = [S, HS, W, HW, R].map((right) => table(S, right));
  const trace = inside.reduce((sum, row, i) => sum + row[i], 0);

  /** tᵢ where the basis leaves out the span of `out`, which takes `along` from the trace: x = wᵢ − Σ b·s. */
  const value = (
    i: number,
    out: readonly number[],
    b: readonly number[],
    along: number,
    lost: number,
  ) => {
    let form = forms[i] - 2 * dot(W[i], R[i]) + dot(W[i], HW[i]);
    let size = squaredNorm(probes[i]) - squaredNorm(W[i]);
    out.forEach((k, p) => {
      form += 2 * b[p] * (SR[k][i] - SHW[k][i]);
      out.forEach((l, q) => {
        form += b[p] * b[q] * SHS[k][l];
        size += b[p] * b[q] * SS[k][l];
      });
    });
    if (!rescale) return trace - along + form;
    const rounding = 1e-12 * squaredNorm(probes[i]);
    const missing = probes[i].length - r + lost;
    return trace - along + (size > rounding ? (form * missing) / size : 0);
  };
  const values = Float64Array.from(S, (_, i) => {
    const lost = SS[i][i] > 0 ? 1 : 0;
    return value(i, [i], [SW[i][i]], SHS[i][i], lost);
  });
  const change = (i: number, j: number) => {
    const c = SS[i][j];
    const d2 = 1 - c * c;
    // Where one of the two adds no direction of its own, nothing changes.
    if (SS[i][i] === 0 || SS[j][j] === 0 || d2 < 1e-10) return 0;
    const bi = (SW[i][i] - c * SW[j][i]) / d2;
    const bj = SW[j][i] - c * bi;
    const along = SHS[j][j] + (SHS[i][i] - 2 * c * SHS[i][j] + c * c * SHS[j][j]) / d2;
    return values[i] - value(i, [i, j], [bi, bj], along, 2);
  };
  let covariance = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) covariance += (2 * change(i, j) * change(j, i)) / (n * (n - 1));
  return { values, covariance };
}

function table(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] {
  return left.map((u) => Float64Array.from(right, (v) => dot(u, v)));
}

/**
 * For every column of R [r × n] the unit vector that is orthogonal to all others: the normalised ith row of
 * R⁺, and 0 where the column lies in the span of the others.
 *
 * With Rᵀ = PᵀU, P's rows orthonormal and U upper triangular, R⁺ᵀeᵢ = U⁻¹Peᵢ, and the column is
 * independent of the others where ‖Peᵢ‖ = 1.
 */
function directions(columns: readonly Float64Array[], r: number): Float64Array[] {
  const rows = Array.from({ length: r }, (_, k) => Float64Array.from(columns, (c) => c[k] ?? 0));
  const { basis: P, columns: U } = orthonormalRange(rows, "float64");
  return columns.map((_, i) => {
    const s = Float64Array.from(P, (p) => p[i]);
    if (dot(s, s) < 1 - 1e-8) return s.fill(0);
    for (let k = r - 1; k >= 0; k--) {
      for (let j = k + 1; j < r; j++) s[k] -= U[j][k] * s[j];
      s[k] /= U[k][k];
    }
    const length = norm(s);
    return s.map((x) => x / length);
  });
}
