import type { InspectResult } from "../../measure/inspect/result.ts";
import type { Citation, Provenance } from "../model.ts";
import { count } from "./names.ts";

/** Where the numbers of one or two results come from. */
export function provenanceOf(
  results: readonly InspectResult[],
  command = commandOf(results),
): Provenance {
  const [first] = results;
  const several = results.length > 1;
  const seconds = results.reduce((sum, { cost }) => sum + cost.seconds, 0);
  const products = results.reduce((sum, { cost }) => sum + cost.products, 0);
  const peak = Math.max(...results.map(({ cost }) => cost.peakBytes ?? 0));
  const texts = [...new Set(results.flatMap((r) => r.citations))];
  return {
    command,
    configuration: JSON.stringify(
      { loss: first.loss, precision: first.precision, seed: first.seed, ...first.settings },
      undefined,
      2,
    ),
    seeds: [first.seed],
    versions: [
      { name: "thalweg", value: first.thalweg },
      ...results.flatMap(({ model }, i) => {
        const name = several ? `model ${"AB"[i]}` : "model";
        return [
          { name, value: model.file },
          { name: "its sha-256", value: model.sha256 },
          ...(model.producer === undefined ? [] : [{ name: "made by", value: model.producer }]),
          ...(model.opset === undefined ? [] : [{ name: "opset", value: String(model.opset) }]),
          { name: "parameters", value: count(model.parameterCount) },
          ...(model.weights
            ? [
                { name: "weights", value: model.weights.file },
                { name: "their sha-256", value: model.weights.sha256 },
              ]
            : []),
        ];
      }),
      { name: "data", value: first.data.file },
      ...(first.data.subset === undefined ? [] : [{ name: "samples", value: first.data.subset }]),
      { name: "their sha-256", value: first.data.sha256 },
      { name: "precision", value: first.precision },
      ...(peak > 0 ? [{ name: "peak memory", value: `${Math.round(peak / 2 ** 20)} MiB` }] : []),
    ],
    duration: `${seconds < 10 ? seconds.toFixed(1) : count(Math.round(seconds))} s, ${count(products)} products with matrices of the whole data set`,
    citations: texts.map(citation),
  };
}

/** The command that measures the same again. */
function commandOf(results: readonly InspectResult[]): string {
  const [{ data, loss, precision, seed, settings }] = results;
  const words = ["thalweg inspect", ...results.map(({ model }) => quoted(model.file))];
  const option = (name: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(`--${name} ${quoted(String(value))}`);
  };
  option("data", data.file);
  option("loss", loss);
  option("samples", data.samples);
  option("batch", settings.batch);
  option("learning-rate", settings.learningRate);
  option("weight-decay", settings.weightDecay);
  option("optimizer", settings.optimizer);
  if (settings.batchnorm === "batch") option("batchnorm", "batch");
  if (settings.replacement) words.push("--replacement");
  if (settings.exact) words.push("--exact");
  option("until", settings.until);
  option("measure", settings.measure.join(","));
  option("precision", precision);
  option("seed", seed);
  return words.join(" \\\n  ");
}

function quoted(word: string): string {
  return /^[\w./:,=+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A source's address, where its text ends in one, becomes a link. */
function citation(text: string, index: number): Citation {
  const address = /\s*\bhttps?:\/\/\S+$/.exec(text)?.[0];
  const words =
    address === undefined ? text : text.slice(0, -address.length).replace(/[,;\s]+$/, "");
  return {
    key: `source-${index + 1}`,
    text: words === "" ? text : words,
    ...(address === undefined ? {} : { url: address.trim() }),
  };
}
