import type { InspectResult, Threshold } from "../../measure/inspect/result.ts";
import { formatNumber } from "../format.ts";
import type { Block, Inline, Section } from "../model.ts";
import { formatRate, quantityName, quantityWords, sentence } from "./words.ts";

const kinds = {
  exact: "exact for the quadratic",
  sufficient: "sufficient",
  necessary: "necessary",
  estimate: "estimate",
} as const;

const tones = { within: "good", beyond: "bad", undecided: "unsure" } as const;

/** Every line the curvature is held against, and on which side the learning rate lies. */
export function thresholdsSection({
  loss,
  measurements,
  settings,
}: InspectResult): Section | undefined {
  const thresholds = measurements.thresholds ?? [];
  if (thresholds.length === 0) return undefined;
  const judged = thresholds.some((t) => t.at);
  const { learningRate } = settings;
  const table: Block = {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "stability of" },
      { label: "measured", align: "end" },
      { label: "line" },
      { label: "limit of η", align: "end" },
      ...(judged && learningRate !== undefined
        ? [{ label: `at η = ${formatRate(learningRate)}` }]
        : []),
      { label: "kind" },
    ],
    rows: thresholds.map((t) => [
      t.meaning,
      [
        `${quantityName(t.quantity)} ${t.measured.value === null ? "–" : quantityWords(t.measured)}`,
      ],
      lineWords(t).replaceAll("/", "/\u2060"), // not broken after the slash
      t.limit.value === null && t.limit.status !== "too-large" ? "–" : quantityWords(t.limit),
      ...(judged && learningRate !== undefined ? [verdict(t)] : []),
      kinds[t.kind],
    ]),
    caption: `Curvatures are those of the ${loss} loss with ${settings.optimizer}, at this checkpoint. Exact: the line is where a quadratic of this curvature turns from shrinking to growing. Sufficient: below the limit it certainly shrinks. Necessary: above it certainly grows. Estimate: borne out by experiments or a subspace, not proven here. Undecided: the interval of the limit holds the learning rate.`,
  };
  const notes = new Set(
    thresholds.flatMap(({ limit, note, quantity }) => [
      ...(note === undefined ? [] : [note]),
      ...(limit.value === null && limit.note !== undefined && limit.status !== "too-large"
        ? [`${quantityName(quantity)}: ${limit.note}`]
        : []),
    ]),
  );
  return {
    id: "thresholds",
    title: "Limits of stability",
    blocks: [table, ...[...notes].map((text): Block => ({ kind: "note", text: sentence(text) }))],
  };
}

function lineWords({ formula, at }: Threshold): string {
  return at && formula !== formatNumber(at.threshold) && formula !== String(at.threshold)
    ? `${formula}\u00A0=\u00A0${formatNumber(at.threshold)}`
    : formula;
}

function verdict({ at }: Threshold): readonly Inline[] {
  return at ? [{ kind: "chip", tone: tones[at.verdict], text: at.verdict }] : ["–"];
}
