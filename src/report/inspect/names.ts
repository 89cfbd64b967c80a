import type { Eigenvalue, InspectResult, Quantity } from "../../measure/inspect/result.ts";

const names: Readonly<Record<string, string>> = {
  loss: "loss",
  gradient: "gradient norm ‖ḡ‖",
  "gradient.norm": "gradient norm ‖ḡ‖",
  "hessian.top": "λmax of the Hessian",
  "hessian.bottom": "λmin of the Hessian",
  "hessian.trace": "Tr H",
  "hessian.frobenius": "Frobenius norm ‖H‖",
  "ggn.top": "λmax of the Gauss–Newton matrix",
  "ggn.trace": "Tr of the Gauss–Newton matrix",
  "fisher.empirical.top": "λmax of the empirical Fisher",
  "fisher.mc.top": "λmax of the Fisher, Monte Carlo",
  "covariance.trace": "Tr Σ",
  "covariance.top": "λmax of Σ",
  "alignment.trHSigma": "Tr(HΣ)",
  "alignment.ratio": "alignment ratio P·Tr(HΣ)/(Tr H·Tr Σ)",
  "alignment.cosine": "alignment cosine Tr(HΣ)/(‖H‖‖Σ‖)",
  "alignment.aHat": "â = u₁ᵀΣu₁·Tr H/(λ₁·Tr Σ)",
  "noise-scale.simple": "noise scale Tr Σ/‖ḡ‖²",
  "noise-scale.curvature": "noise scale Tr(HΣ)/(ḡᵀHḡ)",
  "noise-scale.simplePopulation": "noise scale Tr Σ/‖ḡ‖², population",
  "noise-scale.curvaturePopulation": "noise scale Tr(HΣ)/(ḡᵀHḡ), population",
  "tail-index": "tail index α",
  "batch-sharpness": "batch sharpness",
  "batch-sharpness-ratio": "batch sharpness, ratio of means",
  "mini-batch-sharpness": "mini-batch sharpness",
  gni: "gradient–noise interaction",
  "preconditioned.top": "λmax of the preconditioned Hessian",
  "optimizer-sharpness": "optimiser sharpness",
};

/** What a measurement is called on the page; an unknown one keeps its key. */
export function measurementName(key: string): string {
  return names[key] ?? key;
}

export interface NamedQuantity {
  readonly key: string;
  readonly name: string;
  readonly quantity: Quantity;
}

/** Every scalar of a result in one order; of a list of eigenvalues its first. */
export function scalarsOf({ measurements: m }: InspectResult): NamedQuantity[] {
  const gradient = m.gradient && { value: m.gradient.norm, method: m.gradient.method };
  const { alignment, "noise-scale": noise } = m;
  const found: Record<string, Quantity | undefined> = {
    loss: m.loss,
    "gradient.norm": gradient,
    "hessian.top": firstOf(m["hessian.top"]),
    "hessian.bottom": firstOf(m["hessian.bottom"]),
    "hessian.trace": m["hessian.trace"],
    "hessian.frobenius": m["hessian.frobenius"],
    "ggn.top": firstOf(m["ggn.top"]),
    "ggn.trace": m["ggn.trace"],
    "fisher.empirical.top": firstOf(m["fisher.empirical.top"]),
    "fisher.mc.top": firstOf(m["fisher.mc.top"]),
    "covariance.trace": m["covariance.trace"],
    "covariance.top": firstOf(m["covariance.top"]),
    "alignment.trHSigma": alignment?.trHSigma,
    "alignment.ratio": alignment?.ratio,
    "alignment.cosine": alignment?.cosine,
    "alignment.aHat": alignment?.aHat,
    "noise-scale.simple": noise?.simple,
    "noise-scale.curvature": noise?.curvature,
    "noise-scale.simplePopulation": noise?.simplePopulation,
    "noise-scale.curvaturePopulation": noise?.curvaturePopulation,
    "tail-index": m["tail-index"],
    "batch-sharpness": m["batch-sharpness"],
    "batch-sharpness-ratio": m["batch-sharpness-ratio"],
    "mini-batch-sharpness": m["mini-batch-sharpness"],
    gni: m.gni,
  };
  return Object.entries(found).flatMap(([key, quantity]) =>
    quantity ? [{ key, name: measurementName(key), quantity }] : [],
  );
}

function firstOf(eigenvalues: readonly Eigenvalue[] | undefined): Quantity | undefined {
  const first = eigenvalues?.[0];
  return first && { value: first.value, method: first.method, status: first.status };
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** `1,000`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
