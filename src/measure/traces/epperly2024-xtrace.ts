// XTrace: Hutch++ with every probe in both roles. Probe i is estimated with the sketch of all others,
//
//     tᵢ = tr(QᵢᵀAQᵢ) + ωᵢᵀ(I − QᵢQᵢᵀ)A(I − QᵢQᵢᵀ)ωᵢ,   Qᵢ = orth(A·Ω without column i),
//
// and the mean is unbiased. The n bases differ from one, AΩ = QR, by a direction each: QᵢQᵢᵀ =
// Q(I − sᵢsᵢᵀ)Qᵀ with sᵢ the unit vector that is orthogonal to all columns of R but the ith, so that
// 2n products and O(n²·dim) multiplications give them all.
//
// Epperly, Tropp, Webber (2024), https://doi.org/10.1137/23M1548323
import { dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import { meanEstimate } from "../../statistics/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { allFinite } from "../sharpness/sequential.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import { orthonormalRange, type OrthonormalRange } from "../spectra/orthonormal-range.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
} from "./probe.ts";

/** Probes, the range of their images and what A does there; grows by probes. */
interface Sketch {
  readonly range: OrthonormalRange;
  readonly probes: FloatArray[];
  /** ωᵢᵀAωᵢ. */
  readonly forms: number[];
  /** Row k: qₖᵀA·q₀ … qₖ. */
  readonly inside: Float64Array[];
}

/**
 * tr A by XTrace: the error falls like Hutch++'s at about half of its products, and to rounding
 * where the rank is below the number of probes. Two products a probe; 2·`maxSamples` vectors are
 * held, so it is 100 by default, and `minSamples` 30.
 *
 * Normal probes are scaled, after the projection, to their mean length, which leaves the mean and lowers
 * the variance. The tᵢ share their sketches, which makes them dependent.
 */
export function xtrace(
  operator: SymmetricOperator,
  draws: Stream,
  options: EstimatorOptions = {},
): Promise<ProbeEstimate> {
  const { distribution = "rademacher", block, level = 0.95 } = options;
  const { minSamples = 30, maxSamples = Math.max(100, minSamples) } = options;
  const method = `XTrace, ${distribution} probes, t interval`;
  const sketch = emptySketch();
  let values: Float64Array = new Float64Array(0);
  const rule = { ...options, minSamples, maxSamples };
  return probeUntil(operator, draws, method, rule, async (from, to) => {
    for (const indices of blocks(from, to, block))
      await extend(
        operator,
        sketch,
        indices.map((i) => probeVector(operator, distribution, draws, i)),
      );
    const finite = allFinite(sketch.forms);
    if (finite) values = leaveOneOut(sketch, distribution === "normal");
    return {
      samples: values.length,
      finite,
      estimate: () => meanEstimate(values, { seed: draws.seed, method, level }),
    };
  });
}

/** tᵢ of written probes; their mean is the estimate. */
export async function xtraceValues(
  operator: SymmetricOperator,
  probes: readonly FloatArray[],
): Promise<Float64Array> {
  const sketch = emptySketch();
  await extend(operator, sketch, probes);
  return leaveOneOut(sketch);
}

function emptySketch(): Sketch {
  return { range: { basis: [], columns: [] }, probes: [], forms: [], inside: [] };
}

async function extend(
  operator: SymmetricOperator,
  { range, probes, forms, inside }: Sketch,
  more: readonly FloatArray[],
): Promise<void> {
  const images = more.map(() => vectorOf(operator));
  await applyAll(operator, more, images);
  more.forEach((z, i) => forms.push(dot(z, images[i])));
  probes.push(...more);
  orthonormalRange(images, operator.dtype, range);
  const fresh = range.basis.slice(inside.length);
  const products = fresh.map(() => vectorOf(operator));
  await applyAll(operator, fresh, products);
  for (const product of products) {
    const row = inside.length;
    inside.push(Float64Array.from({ length: row + 1 }, (_, k) => dot(range.basis[k], product)));
  }
}

/** All tᵢ from the small matrices R, H = QᵀAQ and W = QᵀΩ. */
function leaveOneOut({ range, probes, forms, inside }: Sketch, rescale = false): Float64Array {
  const { basis, columns } = range;
  const r = basis.length;
  const H = (v: Float64Array) =>
    v.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < r; j++) sum += (j <= i ? inside[i][j] : inside[j][i]) * v[j];
      return sum;
    });
  const trace = inside.reduce((sum, row, i) => sum + row[i], 0);
  const directions = leftOut(columns, r);
  return Float64Array.from(probes, (probe, i) => {
    const w = Float64Array.from(basis, (q) => dot(q, probe));
    const s = directions[i];
    const along = dot(s, w);
    const x = w.map((value, k) => value - s[k] * along);
    const image = new Float64Array(r);
    image.set(columns[i]);
    const form = forms[i] - 2 * dot(x, image) + dot(x, H(x));
    const known = trace - dot(s, H(s));
    if (!rescale) return known + form;
    const size = squaredNorm(probe);
    const left = size - 2 * dot(x, w) + squaredNorm(x);
    const missing = probe.length - r + Math.round(squaredNorm(s));
    return left > 1e-12 * size ? known + (form * missing) / left : known;
  });
}

/**
 * sᵢ for every column of R [r × n]: the normalised ith row of R⁺, and 0 where the column lies in the span of the others.
 *
 * With Rᵀ = PᵀU, P's rows orthonormal and U upper triangular, R⁺ᵀeᵢ = U⁻¹Peᵢ, and the column is independent of
 * the others where ‖Peᵢ‖ = 1.
 */
function leftOut(columns: readonly Float64Array[], r: number): Float64Array[] {
  const rows = Array.from({ length: r }, (_, k) => Float64Array.from(columns, (c) => c[k] ?? 0));
  const { basis: P, columns: U } = orthonormalRange(rows, "float64");
  return columns.map((_, i) => {
    const s = Float64Array.from(P, (p) => p[i]);
    if (dot(s, s) < 1 - 1e-8) return s.fill(0);
    for (let k = r - 1; k >= 0; k--) {
      for (let j = k + 1; j < r; j++) s[k] -= U[j][k] * s[j];
      s[k] /= U[k][k];
    }
    const length = Math.hypot(...s);
    return s.map((value) => value / length);
  });
}
