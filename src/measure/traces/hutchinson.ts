import { dot, type FloatArray } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { allFinite } from "../sharpness/sequential.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
} from "./probe.ts";
import { skewedMeanEstimate } from "./skewed-mean.ts";

/**
 * tr A from quadratic forms zᵀAz of random probes, unbiased because E[zzᵀ] = I.
 *
 * The variance of one is 2(‖A‖²_F − Σᵢ Aᵢᵢ²) for signs, zero where A is diagonal, and 2‖A‖²_F for
 * normals. One product a probe.
 *
 * @see Hutchinson (1990), https://doi.org/10.1080/03610919008812866
 */
export function hutchinsonTrace(
  operator: SymmetricOperator,
  draws: Stream,
  options: EstimatorOptions = {},
): Promise<ProbeEstimate> {
  const { distribution = "rademacher", block, level = 0.95 } = options;
  const method = `Hutchinson trace, ${distribution} probes, t interval widened for skewness`;
  const values: number[] = [];
  return probeUntil(operator, draws, method, options, async (from, to) => {
    for (const indices of blocks(from, to, block)) {
      const probes = indices.map((i) => probeVector(operator, distribution, draws, i));
      values.push(...(await quadraticForms(operator, probes)));
    }
    return {
      samples: values.length,
      finite: allFinite(values),
      estimate: () => skewedMeanEstimate(values, { seed: draws.seed, method, level }),
    };
  });
}

/** zᵀAz of each of the probes. */
export async function quadraticForms(
  operator: SymmetricOperator,
  probes: readonly FloatArray[],
): Promise<Float64Array> {
  const outs = probes.map(() => vectorOf(operator));
  await applyAll(operator, probes, outs);
  return Float64Array.from(probes, (z, k) => dot(z, outs[k]));
}
