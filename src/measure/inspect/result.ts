// What `thalweg inspect` hands back: the JSON document thalweg/inspect@1, which is also all that its
// report draws from. Numbers that have no value here are null and say why; exact ones have no stderr.
import type { LossName } from "../../learn/index.ts";

export const inspectSchema = "thalweg/inspect@1";

/** A measured number. */
export interface Quantity {
  /** null: it has no value here (`status` and `note` say why). */
  readonly value: number | null;
  /** Standard error; absent where the number is exact but for rounding. */
  readonly stderr?: number;
  /** Ends of the interval that covers the truth in `level` of repetitions. */
  readonly low?: number;
  readonly high?: number;
  readonly level?: number;
  /** Observations that went in: probes, batches or data samples. */
  readonly samples?: number;
  /** Observations that were drawn and have no value. */
  readonly excluded?: number;
  /** The estimator, in words. */
  readonly method: string;
  /** Seed of the draws. */
  readonly seed?: string;
  readonly status?: QuantityStatus;
  /** What must be known to read the number. */
  readonly note?: string;
}

/**
 * `max-samples`: the error bar asked for was not reached. `undefined`: 0/0 or a vanishing denominator.
 * `not-meaningful`: the denominator is not told from 0. `lower-bound`: the number is at least so much.
 * `not-finite`: something overflowed. `too-large`: refused for its cost, see the note.
 */
export type QuantityStatus =
  | "converged"
  | "max-samples"
  | "max-iterations"
  | "undefined"
  | "not-meaningful"
  | "lower-bound"
  | "not-finite"
  | "too-large";

/** One eigenvalue, first as its list orders them. */
export interface Eigenvalue {
  readonly value: number;
  /** ‖Av − θv‖: an eigenvalue of the matrix lies within this distance. */
  readonly residual: number;
  readonly status: "converged" | "max-iterations";
  readonly method: string;
  /** Of the finite set as a sample of its population: the spread of uᵀAᵢu over samples, over √N. */
  readonly samplingStderr?: number;
}

/** Spectral density φ(t) = (1/P) Σ δ(t − λᵢ), smoothed. */
export interface Density {
  readonly method: string;
  /** Rising. */
  readonly grid: readonly number[];
  readonly density: readonly number[];
  /** Standard error at each point of the grid, from the spread over probes. */
  readonly stderr: readonly number[];
  /** The band over probes that covers in `level` of repetitions, point by point. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  readonly level?: number;
  /**
   * `linear` (without it): density per unit of λ. `log`: per unit of sign(λ)·log₁₀(1 + |λ|/threshold),
   * of which `width` is then measured.
   */
  readonly axis?: "linear" | "log";
  readonly threshold?: number;
  /** Standard deviation of the Gaussian that smooths. */
  readonly width: number;
  readonly probes: number;
  readonly steps: number;
  /** Gauss quadrature of the whole measure: Σ weights = 1. */
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** One tensor of parameters. */
export interface LayerCurvature {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Largest eigenvalue of the diagonal block. */
  readonly top: Quantity;
  /** Of the diagonal block. */
  readonly trace: Quantity;
  /** ‖∇L‖ of the tensor's part. */
  readonly gradient?: Quantity;
}

export interface Diagonal {
  readonly method: string;
  readonly samples?: number;
  /** Root mean square standard error of an entry; absent where exact. */
  readonly stderr?: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Share of the entries below 0. */
  readonly negative: number;
  /** All entries in file order, where they are at most 100,000. */
  readonly values?: readonly number[];
}

export interface Alignment {
  /** Tr(HΣ). */
  readonly trHSigma: Quantity;
  /** P·Tr(HΣ)/(Tr H·Tr Σ): 1 for isotropic noise. */
  readonly ratio: Quantity;
  /** Tr(HΣ)/(‖H‖_F‖Σ‖_F). */
  readonly cosine: Quantity;
  /** u₁ᵀΣu₁·Tr H/(λ₁·Tr Σ): 1 where Σ ∝ H. */
  readonly aHat: Quantity;
}

export interface NoiseScale {
  /** Tr Σ/‖ḡ‖² of the finite set: saturates near its number of samples. */
  readonly simple: Quantity;
  /** Tr(HΣ)/(ḡᵀHḡ). */
  readonly curvature: Quantity;
  /** The same with ‖ḡ‖² less its own sampling noise. */
  readonly simplePopulation: Quantity;
  readonly curvaturePopulation: Quantity;
}

/** A line that a measured curvature is held against. */
export interface Threshold {
  /** What is measured: `hessian.top`, `batch-sharpness`, `preconditioned.top`, `optimizer-sharpness`, … */
  readonly quantity: string;
  readonly optimizer: string;
  /** Words: whose stability, under which assumption. */
  readonly meaning: string;
  /** Formula of the largest stable curvature at a rate η, as `2/η`. */
  readonly formula: string;
  readonly measured: Quantity;
  /** The learning rate at which the measured curvature meets the line. */
  readonly limit: Quantity;
  /** At the user's learning rate, where it was given. */
  readonly at?: {
    readonly learningRate: number;
    /** Largest stable curvature. */
    readonly threshold: number;
    /** `undecided`: the interval of the limit holds the learning rate. */
    readonly verdict: "within" | "beyond" | "undecided";
  };
  /** `exact`: for the quadratic; `sufficient`, `necessary`; `estimate`. */
  readonly kind: "exact" | "sufficient" | "necessary" | "estimate";
  readonly note?: string;
}

export interface LandscapeAxis {
  /** `u1`, `u2`, `gradient`, or `filter-normalised random 1`. */
  readonly name: string;
  /** Length of one unit of the axis in parameter space. */
  readonly scale: number;
}

export interface Landscape1d {
  readonly axis: LandscapeAxis;
  /** Rising, 0 among them. */
  readonly at: readonly number[];
  readonly loss: readonly (number | null)[];
}

export interface Landscape2d {
  readonly axes: readonly [LandscapeAxis, LandscapeAxis];
  readonly at: readonly [readonly number[], readonly number[]];
  /** loss[i][j] at at[0][i], at[1][j]. */
  readonly loss: readonly (readonly (number | null)[])[];
}

/** Everything measured; what was not asked for, or not finished, is absent. */
export interface Measurements {
  readonly loss?: Quantity;
  readonly gradient?: { readonly norm: number; readonly method: string };
  readonly "hessian.top"?: readonly Eigenvalue[];
  readonly "hessian.bottom"?: readonly Eigenvalue[];
  readonly "hessian.trace"?: Quantity;
  readonly "hessian.diagonal"?: Diagonal;
  /** ‖H‖_F, not its square. */
  readonly "hessian.frobenius"?: Quantity;
  readonly "hessian.density"?: Density;
  readonly "hessian.layers"?: readonly LayerCurvature[];
  readonly "ggn.top"?: readonly Eigenvalue[];
  readonly "ggn.trace"?: Quantity;
  readonly "fisher.empirical.top"?: readonly Eigenvalue[];
  readonly "fisher.mc.top"?: readonly Eigenvalue[];
  readonly "covariance.trace"?: Quantity;
  readonly "covariance.top"?: readonly Eigenvalue[];
  readonly alignment?: Alignment;
  readonly "noise-scale"?: NoiseScale;
  readonly "tail-index"?: Quantity;
  readonly "batch-sharpness"?: Quantity;
  readonly "batch-sharpness-ratio"?: Quantity;
  readonly "mini-batch-sharpness"?: Quantity;
  readonly gni?: Quantity;
  readonly thresholds?: readonly Threshold[];
  readonly landscape?: {
    readonly "1d"?: readonly Landscape1d[];
    readonly "2d"?: Landscape2d;
  };
}

/** What figures need beyond the measurements. */
export interface FigureData {
  /** λᵢ against uᵢᵀΣuᵢ in the Hessian's first eigenvectors, and the share (uᵢᵀḡ)²/‖ḡ‖² of each. */
  readonly eigenvectors?: readonly {
    readonly index: number;
    readonly eigenvalue: number;
    readonly noise?: number;
    readonly gradientShare: number;
  }[];
  /** Sharpness at this checkpoint against batch size, 1 … N. */
  readonly batchSizes?: readonly {
    readonly batchSize: number;
    readonly batchSharpness: Quantity;
    readonly miniBatchSharpness?: Quantity;
  }[];
  /** The samples that make it sharp: largest u₁ᵀHᵢu₁ first. */
  readonly sharpSamples?: readonly SharpSample[];
  /** The samples of largest ‖gᵢ‖ first. */
  readonly steepSamples?: readonly SharpSample[];
}

export interface SharpSample {
  /** Row in the data file. */
  readonly row: number;
  /** Class number or name, where samples have labels. */
  readonly label?: string;
  readonly loss: number;
  /** u₁ᵀHᵢu₁. */
  readonly curvature: number;
  /** ‖gᵢ‖. */
  readonly gradientNorm: number;
}

export interface InspectedParameter {
  readonly name: string;
  /** Of PyTorch's, where an exporter made the name up: the transpose of its weight. */
  readonly module?: string;
  readonly shape: readonly number[];
}

export interface InspectResult {
  readonly schema: typeof inspectSchema;
  readonly thalweg: string;
  readonly model: {
    readonly file: string;
    readonly sha256: string;
    readonly parameters: readonly InspectedParameter[];
    readonly parameterCount: number;
    /** Parameters that `--freeze` or `--only` made constants. */
    readonly frozen?: readonly InspectedParameter[];
    /** Matrices of the file that are a parameter's transpose and no parameters of their own, with its name. */
    readonly tied?: Readonly<Record<string, string>>;
    readonly output: string;
    readonly opset?: number;
    readonly producer?: string;
    /** `file` of the checkpoint whose values were measured, where it is not the model's own. */
    readonly weights?: { readonly file: string; readonly sha256: string };
  };
  readonly data: {
    readonly file: string;
    readonly samples: number;
    readonly sha256: string;
    /** Which of the file's samples, in words. */
    readonly subset?: string;
    readonly weighted?: boolean;
    /** Under cross-entropy: of how many a label is one. */
    readonly classes?: number;
  };
  readonly loss: LossName;
  readonly precision: "f32" | "f64";
  readonly seed: string;
  readonly settings: {
    readonly batch: number;
    readonly replacement: boolean;
    readonly exact: boolean;
    readonly batchnorm: "stored" | "batch";
    readonly learningRate?: number;
    readonly weightDecay?: number;
    readonly optimizer: string;
    readonly measure: readonly string[];
    readonly until?: string;
  };
  /** Which function was measured, a sentence each: the loss, stored statistics, dropout, weight decay, what was taken away. */
  readonly measured: readonly string[];
  readonly notes: readonly string[];
  readonly measurements: Measurements;
  readonly figures: FigureData;
  /** Measurements that were asked for and are not here. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly interrupted: boolean;
  readonly cost: {
    readonly seconds: number;
    /** Products with a data-wide matrix. */
    readonly products: number;
    readonly peakBytes?: number;
  };
  /** Sources of what was used. */
  readonly citations: readonly string[];
  /** One row a checkpoint, in the order of their names, with `--weights`. */
  readonly checkpoints?: readonly CheckpointRow[];
}

/** The scalars of one checkpoint. */
export interface CheckpointRow {
  readonly file: string;
  readonly sha256: string;
  readonly values: Readonly<Record<string, Quantity>>;
}

export const compareSchema = "thalweg/inspect-compare@1";

/** Two models on the same samples with the same probes. */
export interface InspectComparison {
  readonly schema: typeof compareSchema;
  readonly a: InspectResult;
  readonly b: InspectResult;
  /** b − a; paired where both were measured by the same draws. */
  readonly differences: Readonly<Record<string, Quantity>>;
}
