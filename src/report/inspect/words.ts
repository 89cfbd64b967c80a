import type {
  Eigenvalue,
  InspectResult,
  Measurements,
  Quantity,
  Threshold,
} from "../../measure/inspect/result.ts";
import { formatNumber, formatPlusMinus } from "../format.ts";
import { count, fileName } from "./names.ts";

/** What a result says, a sentence each, for a page or a terminal. ± is one standard error. */
export interface InspectWords {
  /** Which function was measured, where that is not the model's plain mean loss. */
  readonly measured: readonly string[];
  /** How sharp it is, at which learning rates that is unstable, and where the given one lies. */
  readonly answer: readonly string[];
  /** The other end of the spectrum, the noise, limits of other kinds. */
  readonly more: readonly string[];
  /** What the numbers must not be taken for. */
  readonly caveats: readonly string[];
}

/**
 * A result in words, the numbers with their error bars. Learning rates appear as limits and as the
 * place of the one that was given; none is ever recommended.
 */
export function inspectWords(result: InspectResult): InspectWords {
  return {
    measured: [...result.measured.map(sentence), ...checkpointWords(result)],
    answer: answerOf(result),
    more: moreOf(result),
    caveats: caveatsOf(result),
  };
}

/** Of which checkpoint the numbers are, where there were several, and how far λmax came along them. */
function checkpointWords({ model, checkpoints = [] }: InspectResult): string[] {
  if (model.weights === undefined || checkpoints.length < 2) return [];
  const [first, last] = [checkpoints[0], checkpoints[checkpoints.length - 1]];
  const [from, to] = [first, last].map(({ values }) => values["hessian.top"]);
  const course =
    from && to && isNumber(from) && isNumber(to)
      ? `; from ${fileName(first.file)} on λmax went from ${formatNumber(from.value)} to ${formatNumber(to.value)}`
      : "";
  return [
    `The numbers are of ${fileName(model.weights.file)}, the last of ${checkpoints.length} checkpoints${course}.`,
  ];
}

/** `41.3 ± 2.1`, `at least 120`, or why there is no number. */
export function quantityWords(quantity: Quantity, digits = 4): string {
  const { value, stderr, status, note } = quantity;
  if (value === null || !Number.isFinite(value)) {
    if (status === "too-large") return `not computed${note === undefined ? "" : `: ${note}`}`;
    if (status === "not-meaningful") return "not meaningful: its denominator is not told from 0";
    return status === "not-finite" ? "not finite" : "undefined";
  }
  if (status === "lower-bound") return `at least ${formatNumber(value)}`;
  return formatPlusMinus(value, stderr, digits);
}

function answerOf({ data, measurements, settings }: InspectResult): string[] {
  const sentences: string[] = [];
  const top = measurements["hessian.top"]?.[0];
  const samples = data.samples === 1 ? "this 1 sample" : `these ${count(data.samples)} samples`;
  if (top) sentences.push(`On ${samples} λmax = ${topWords(top)}.`);
  const lines = (measurements.thresholds ?? []).filter((t) => !isMeanSquare(t));
  const limited = lines.filter((t) => isNumber(t.limit) || t.limit.status === undefined);
  sentences.push(...limited.map((t) => limitWords(t, settings.batch)));
  for (const t of lines)
    if (!limited.includes(t) && t.at === undefined)
      sentences.push(
        `${capital(t.meaning)}: no limit (${t.limit.note ?? quantityWords(t.limit)}).`,
      );
  sentences.push(...placeWords(lines));
  if (lines.length === 0) return sentences;
  const unchecked = ["schedule", "augmentation", "dropout"];
  if (settings.batchnorm === "stored") unchecked.push("BatchNorm in training mode");
  return [...sentences, `Not checked: ${unchecked.join(", ")}.`];
}

function topWords({ value, residual, status, samplingStderr }: Eigenvalue): string {
  const parts = [`residual ${formatNumber(residual, 1)}`];
  if (status === "max-iterations") parts[0] += ", not converged";
  if (samplingStderr !== undefined)
    parts.push(`sampling error ±${formatNumber(samplingStderr, 2)}, from the spread of u₁ᵀHᵢu₁`);
  return `${formatNumber(value)} (${parts.join("; ")})`;
}

function limitWords(threshold: Threshold, batch: number): string {
  const { kind, limit, meaning, optimizer, quantity } = threshold;
  if (limit.value === null || limit.value === Infinity)
    return `${capital(meaning)}: this curvature sets no limit.`;
  const at = quantityWords(limit, 3);
  if (quantity === "batch-sharpness")
    return optimizer === "sgd"
      ? `For batches of ${batch}, batch sharpness puts the one-step limit at ${at}.`
      : `For batches of ${batch}, batch sharpness puts the limit of ${meaning} at ${at}.`;
  switch (kind) {
    case "exact":
      return `${capital(meaning)} is locally unstable above η = ${at}.`;
    case "sufficient":
      return `${capital(meaning)} is stable at least up to η = ${at}.`;
    case "necessary":
      return `${capital(meaning)} is unstable above η = ${at} at the latest.`;
    case "estimate":
      return `${capital(meaning)} is estimated to turn unstable at η = ${at}.`;
  }
}

function placeWords(thresholds: readonly Threshold[]): string[] {
  const judged = thresholds.flatMap(({ at, quantity }) => (at ? [{ ...at, quantity }] : []));
  if (judged.length === 0) return [];
  const eta = formatRate(judged[0].learningRate);
  const named = (verdict: Verdict) => [
    ...new Set(judged.filter((j) => j.verdict === verdict).map((j) => quantityName(j.quantity))),
  ];
  const places = (["beyond", "within", "undecided"] as const)
    .map((verdict) => ({ words: sides[verdict], of: named(verdict) }))
    .filter(({ of }) => of.length > 0);
  const all = judged.length > 2 ? "all of them" : judged.length === 2 ? "both" : "it";
  const place =
    places.length === 1
      ? `${places[0].words} ${all}`
      : list(places.map(({ words, of }) => `${words} the limit of ${list(of)}`));
  const sentences = [`Your η = ${eta} is ${place} at this checkpoint.`];
  if (judged.some((j) => j.verdict === "beyond"))
    sentences.push("That does not predict divergence: training usually moves to flatter ground.");
  else sentences.push("That holds here and now: training may still move to sharper ground.");
  return sentences;
}

function moreOf({ measurements, settings, data }: InspectResult): string[] {
  const { loss, gradient } = measurements;
  const sentences: string[] = [];
  if (isNumber(loss)) {
    const slope = gradient ? `, the gradient's norm ${formatNumber(gradient.norm, 3)}` : "";
    sentences.push(`The mean loss is ${quantityWords(loss, 3)}${slope}.`);
    if (data.classes !== undefined && loss.value > Math.log(data.classes))
      sentences.push(
        `Guessing evenly has ln ${data.classes} = ${formatNumber(Math.log(data.classes), 4)}: is the model untrained, or are the data not preprocessed as it expects?`,
      );
  }
  const bottom = measurements["hessian.bottom"]?.[0];
  if (bottom && bottom.value < 0)
    sentences.push(
      `The lowest eigenvalue is ${formatNumber(bottom.value)}: this is not a minimum along its direction.`,
    );
  const sharpness = measurements["batch-sharpness"];
  if (isNumber(sharpness))
    sentences.push(
      `Batch sharpness at batch size ${settings.batch} is ${quantityWords(sharpness, 3)}.`,
    );
  return [...sentences, ...noiseWords(measurements), ...meanSquareWords(measurements, settings)];
}

function noiseWords({ alignment, "noise-scale": noise }: Measurements): string[] {
  const sentences: string[] = [];
  const ratio = alignment?.ratio;
  if (isNumber(ratio)) {
    const [factor, margin] = [ratio.value, 2 * (ratio.stderr ?? 0)];
    const how =
      factor - margin > 1
        ? "lies in sharp directions"
        : factor + margin < 1
          ? "avoids sharp directions"
          : "is not told from isotropic noise";
    sentences.push(
      `Gradient noise ${how}: it meets ${quantityWords(ratio, 3)} times the curvature that isotropic noise of the same trace would.`,
    );
  }
  const scale = noise?.simplePopulation;
  if (scale)
    sentences.push(
      `The gradient noise scale, Tr Σ/‖ḡ‖² less its own sampling noise, is ${quantityWords(scale, 3)}${isNumber(scale) ? " samples" : ""}.`,
    );
  return sentences;
}

/** The lines in the mean square hold near a minimum of all samples: one sentence has them all. */
function meanSquareWords(
  { thresholds = [] }: Measurements,
  { batch }: InspectResult["settings"],
): string[] {
  const lines = thresholds.filter(isMeanSquare);
  const said = { exact: "unstable above", sufficient: "stable at least up to", necessary: "unstable at the latest above", estimate: "estimated to turn unstable at" }; // prettier-ignore
  const parts = lines.flatMap(({ at, kind, limit }) => {
    if (!isNumber(limit)) return [];
    const side = at ? ` (yours is ${sides[at.verdict]} it)` : "";
    return [`${said[kind]} η = ${quantityWords(limit, 3)}${side}`];
  });
  const sentences =
    parts.length === 0
      ? []
      : [
          `In the mean square over batches of ${batch}, near a minimum that all samples share, SGD is ${list(parts)}.`,
        ];
  for (const { limit } of lines)
    if (!isNumber(limit) && limit.status === "undefined" && limit.note !== undefined)
      sentences.push(
        `${parts.length > 0 ? "At this checkpoint, though," : "In the mean square,"} ${limit.note}.`,
      );
  return sentences;
}

function caveatsOf({ interrupted, measurements, model, notes }: InspectResult): string[] {
  const sentences: string[] = [];
  const adaptive = measurements.thresholds?.find(({ note }) => note !== undefined);
  if (adaptive?.note !== undefined) sentences.push(sentence(adaptive.note));
  if (Object.keys(measurements).some((name) => !plain.includes(name)))
    sentences.push(
      "Raw sharpness is not invariant to reparametrisation and does not rank models of different architecture.",
    );
  if (model.frozen && model.frozen.length > 0)
    sentences.push(
      `${model.frozen.length === 1 ? "1 tensor was" : `${model.frozen.length} tensors were`} held constant: all curvature is that of the others.`,
    );
  if (interrupted)
    sentences.push("The measurement was interrupted: what is missing is listed with its reason.");
  const stochastic = JSON.stringify(measurements).includes('"stderr":');
  return [
    ...sentences,
    ...notes.map(sentence),
    ...(stochastic ? ["± is one standard error."] : []),
  ];
}

/** Measurements that are no curvature. */
const plain: readonly string[] = ["loss", "gradient"];

type Verdict = NonNullable<Threshold["at"]>["verdict"];

const sides: Readonly<Record<Verdict, string>> = {
  beyond: "beyond",
  within: "within",
  undecided: "not told from",
};

function isMeanSquare({ quantity }: Threshold): boolean {
  return quantity.startsWith("mean-square");
}

const quantityNames: Readonly<Record<string, string>> = {
  "hessian.top": "λmax",
  "batch-sharpness": "batch sharpness",
  "mini-batch-sharpness": "mini-batch sharpness",
  "preconditioned.top": "the preconditioned λmax",
  "optimizer-sharpness": "optimiser sharpness",
  "mean-square": "mean-square curvature",
  "mean-square.bound": "bound of the mean-square curvature",
  "mean-square.subspace": "mean-square curvature of the first eigenvectors",
};

/** How a threshold's quantity is called in a sentence. */
export function quantityName(quantity: string): string {
  return quantityNames[quantity] ?? quantity.replace(/[-.]/g, " ");
}

/** A learning rate as it would be typed. */
export function formatRate(rate: number): string {
  return rate >= 1e-4 && rate < 1e6 ? String(+rate.toPrecision(6)) : formatNumber(rate);
}

function isNumber(quantity: Quantity | undefined): quantity is Quantity & { value: number } {
  return quantity !== undefined && quantity.value !== null && Number.isFinite(quantity.value);
}

function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? capital(text) : `${capital(text)}.`;
}
