// XTrace: Hutch++ with every probe in both roles. Probe i is estimated with the sketch of all others,
//
//     tᵢ = tr(QᵢᵀAQᵢ) + ωᵢᵀ(I − QᵢQᵢᵀ)A(I − QᵢQᵢᵀ)ωᵢ,   Qᵢ = orth(A·Ω without column i),
//
// and the mean is unbiased. The n bases differ from one, AΩ = QR, by a direction each: QᵢQᵢᵀ =
// Q(I − sᵢsᵢᵀ)Qᵀ with sᵢ the unit vector that is orthogonal to all columns of R but the ith, so that
// 2n products and O(n²·dim) multiplications give them all.
//
// Epperly, Tropp, Webber (2024), https://doi.org/10.1137/23M1548323
import { dot, type FloatArray } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import {
  type Estimate,
  type EstimateOptions,
  meanEstimate,
  studentEstimate,
} from "../../statistics/index.ts";
import { leaveOut, type LeftOut, type Sketch } from "./leave-out.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { allFinite } from "../sharpness/sequential.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import { orthonormalRange } from "../spectra/orthonormal-range.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
} from "./probe.ts";

export interface XtraceOptions extends EstimatorOptions {
  /** Called with each block of probes and what A made of them, before anything is changed: for whatever else wants such products. */
  readonly visit?: (probes: readonly FloatArray[], images: readonly FloatArray[]) => Promise<void>;
}

/**
 * tr A by XTrace: the error falls like Hutch++'s at about half of its products, and to rounding
 * where the rank is below the number of probes. Two products a probe; 2·`maxSamples` vectors are
 * held, so it is 100 by default, and `minSamples` 30.
 *
 * Normal probes are scaled, after the projection, to their mean length, which leaves the mean and lowers
 * the variance. The tᵢ share their sketches: they are correlated, and their spread alone gives an error that is low
 * by 10 to 40 %. As E[tᵢ | all other probes] = tr A, with D_ij the change of tᵢ when probe j leaves its
 * sketch, E[D_ij·D_ji] is the covariance of tᵢ and tⱼ; the variance stated is s²/n + the mean of these
 * products, without bias, and never less than s²/n.
 */
export function xtrace(
  operator: SymmetricOperator,
  draws: Stream,
  options: XtraceOptions = {},
): Promise<ProbeEstimate> {
  const { distribution = "rademacher", block, level = 0.95, visit } = options;
  const { minSamples = 30, maxSamples = Math.max(100, minSamples) } = options;
  const method = `XTrace, ${distribution} probes, t interval`;
  const sketch = emptySketch();
  let last: LeftOut | undefined;
  const rule = { ...options, minSamples, maxSamples };
  return probeUntil(operator, draws, method, rule, async (from, to) => {
    for (const indices of blocks(from, to, block))
      await extend(
        operator,
        sketch,
        indices.map((i) => probeVector(operator, distribution, draws, i)),
        visit,
      );
    const finite = allFinite(sketch.forms);
    if (finite) last = leaveOut(sketch, distribution === "normal");
    return {
      samples: sketch.probes.length,
      finite,
      estimate: () => estimateOf(last!, { seed: draws.seed, method, level }),
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
  return leaveOut(sketch).values;
}

/** Mean of the tᵢ, with the error that knows of their covariance. */
function estimateOf({ values, covariance }: LeftOut, options: EstimateOptions): Estimate {
  const { value, stderr } = meanEstimate(values, options);
  const error = Math.sqrt(stderr ** 2 + Math.max(0, covariance));
  return studentEstimate(value, error, values.length - 1, values.length, options);
}

function emptySketch(): Sketch {
  return { range: { basis: [], columns: [] }, probes: [], forms: [], inside: [] };
}

async function extend(
  operator: SymmetricOperator,
  { range, probes, forms, inside }: Sketch,
  more: readonly FloatArray[],
  visit?: XtraceOptions["visit"],
): Promise<void> {
  const images = more.map(() => vectorOf(operator));
  await applyAll(operator, more, images);
  await visit?.(more, images);
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
