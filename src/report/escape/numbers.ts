import type {
  EscapeEstimate,
  EscapeResult,
  ReplicaResult,
  TheoryEntry,
} from "../../diffusion/index.ts";
import { formatNumber } from "../format.ts";
import type { Block, Paragraph, Section } from "../model.ts";

/** `30.9 (30.4 … 31.4)`, or what is known of it. */
export function estimateText({ value, low, high }: EscapeEstimate): string {
  if (value === null) return `above ${formatNumber(low)}`;
  return `${formatNumber(value)} (${formatNumber(low)} … ${high === null ? "∞" : formatNumber(high)})`;
}

/** The estimate beside every theory, those that do not apply with their reason. */
export function theorySection(result: EscapeResult | ReplicaResult): Section | undefined {
  const entries = Object.values(result.theory);
  if (entries.length === 0) return undefined;
  const measured = result.meanFirstPassageTime.value;
  const row = (entry: TheoryEntry): Paragraph[] => [
    entry.name,
    entry.time === null ? "–" : formatNumber(entry.time),
    entry.steps === null ? "–" : formatNumber(entry.steps),
    entry.time === null || measured === null ? "–" : (measured / entry.time).toFixed(3),
    [
      {
        kind: "chip",
        tone: entry.applies ? "good" : "unsure",
        text: entry.applies ? "applies" : "does not apply",
      },
      ` ${entry.why}`,
    ],
    [{ kind: "code", text: entry.formula }],
    entry.source,
  ];
  const blocks: Block[] = [
    {
      kind: "table",
      narrow: "stack",
      columns: [
        { label: "theory" },
        { label: "time", align: "end" },
        { label: "steps", align: "end" },
        { label: "measured/theory", align: "end" },
        { label: "here" },
        { label: "formula" },
        { label: "source" },
      ],
      rows: entries.map(row),
      caption: `Measured: ${estimateText(result.meanFirstPassageTime)} in time, ${estimateText(result.steps)} in steps of ${result.eta}. A formula that does not apply is shown for comparison.`,
    },
  ];
  return { id: "theory", title: "Theory beside it", blocks };
}

/** Everything measured, as a table. */
export function numbersSection(result: EscapeResult | ReplicaResult): Section {
  const { meanFirstPassageTime: time, steps, rate, exponential, survival, throughput } = result;
  const rows: [string, string][] = [
    ["mean first-passage time", estimateText(time)],
    ["the same in steps", estimateText(steps)],
    ["how", `${time.method}, 95 %`],
    ["walkers", `${formatCount(time.samples)}, ${formatCount(time.censored)} of them given up after ${formatCount(result.horizon)} steps`], // prettier-ignore
    ...(rate === null ? [] : [["escapes a unit of time", estimateText(rate)] as [string, string]]),
    ...(survival.median === null
      ? []
      : [["median time", formatNumber(survival.median)] as [string, string]]),
    ...(exponential === null
      ? []
      : [
          [
            "are the times exponential?",
            `chance of so uneven a rate if they are: ${formatNumber(exponential.pValue)}`,
          ] as [string, string],
        ]),
    ["particle-steps", `${formatNumber(throughput.particleSteps)} in ${formatNumber(throughput.seconds)} s: ${formatNumber(throughput.particleStepsPerSecond / 1e6)} million a second on ${throughput.processes} ${throughput.processes === 1 ? "process" : "processes"}`], // prettier-ignore
  ];
  return {
    id: "numbers",
    title: "Numbers",
    blocks: [{ kind: "definitions", items: rows.map(([term, text]) => ({ term, text })) }],
  };
}

export const formatCount = (n: number): string => n.toLocaleString("en-US");
