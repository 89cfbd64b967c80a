import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import type { ClaimStability } from "../../src/paper/stability.ts";

/** What one run of the suite found of a paper at a scale. */
export interface StabilityRecord {
  readonly paper: string;
  readonly scale: string;
  readonly claims: readonly ClaimStability[];
  /** How many seeds a verdict has. */
  readonly size: number;
  readonly first: string;
  readonly last: string;
  readonly date: string;
  readonly source: string;
  /** On one core, in whatever run they were spent. */
  readonly seconds: number;
}

/** A number to three digits at most. */
const short = (x: number) => String(Number(x.toPrecision(3)));

/** The table of a record. */
export function stabilityTable(record: StabilityRecord): string {
  const { claims, size, first, last, date, source, seconds } = record;
  return [
    `${date}, source \`${source}\`, seeds ${first} to ${last}, ${size} a verdict; ${Math.round(seconds)} s of computing on one core.`,
    "",
    "| claim | reproduced | not reproduced | inconclusive | contradictions | share, 95 % | mostly inconclusive because |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...claims.map(({ id, tally, windows, contradictions, share, reason = "" }) =>
      [
        "",
        `\`${id}\``,
        tally.reproduced,
        tally["not reproduced"],
        tally.inconclusive,
        `${contradictions}/${windows}`,
        `${short(share.value)} [${short(share.low)}, ${short(share.high)}]`,
        reason.replaceAll("|", "\\|"),
        "",
      ]
        .join(" | ")
        .trim(),
    ),
  ].join("\n");
}

/** Put a text between the marks of a name; where a page has no such marks, at its end. */
export function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} begin -->`, `<!-- ${name} end -->`];
  const block = `${begin}\n\n${text}\n\n${end}`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  return from >= 0 && to > from
    ? page.slice(0, from) + block + page.slice(to + end.length)
    : `${page.trimEnd()}\n\n${block}\n`;
}

/** Put a record into its place on the page. */
export async function writeStability(path: string, record: StabilityRecord): Promise<void> {
  const name = `stability ${record.paper} ${record.scale}`;
  const page = between(readFileSync(path, "utf8"), name, stabilityTable(record));
  writeFileSync(path, await format(page, { parser: "markdown", proseWrap: "preserve" }));
}
