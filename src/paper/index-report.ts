import { type ClaimVerdict, countVerdicts, type Inline, type Report } from "../report/index.ts";
import type { Environment } from "../run/index.ts";
import type { ScaleName } from "./paper.ts";

/** A paper's page, as the index tells of it. */
export interface PaperPage {
  readonly href: string;
  readonly title: string;
  /** `Zhu et al. 2019`. */
  readonly authors: string;
  readonly claims: readonly ClaimVerdict[];
}

/** The page that leads to the papers' pages: what each claims, and what became of it. */
export function indexReport(
  pages: readonly PaperPage[],
  scale: ScaleName,
  command: string,
  environment: Environment,
): Report {
  const all = pages.flatMap(({ claims }) => claims);
  const counted = (claims: readonly ClaimVerdict[]) =>
    countVerdicts(claims)
      .map(({ verdict, count }) => `${count} ${verdict}`)
      .join(", ");
  const tone = { reproduced: "good", "not reproduced": "bad", inconclusive: "unsure" } as const;
  return {
    title: "Why does SGD end in flat minima?",
    kicker: `${pages.length} papers · scale ${scale}`,
    lead: [
      "What each paper claims was measured here, beside a negative control that must come out the other way. A verdict is decided by an interval and a band that was frozen before.",
      `Of ${all.length} claims, ${counted(all)}.`,
    ],
    sections: [
      {
        id: "papers",
        title: "Papers",
        blocks: [
          {
            kind: "definitions",
            items: pages.map(({ href, title, authors, claims }) => ({
              term: [{ kind: "link", href, text: title }] satisfies Inline[],
              text: `${authors}: ${counted(claims)}.`,
            })),
          },
        ],
      },
      {
        id: "claims",
        title: "All claims",
        blocks: [
          {
            kind: "table",
            columns: [{ label: "paper" }, { label: "claim" }, { label: "" }, { label: "verdict" }],
            narrow: "stack",
            rows: pages.flatMap(({ href, claims }) =>
              claims.map(({ id, statement, verdict }) => [
                [{ kind: "link" as const, href, text: href.replace(/\.html$/, "") }],
                id,
                statement,
                [{ kind: "chip" as const, tone: tone[verdict], text: verdict }],
              ]),
            ),
          },
        ],
      },
    ],
    provenance: {
      command,
      configuration: "Each paper's page has its own.",
      seeds: [],
      versions: [
        { name: "thalweg", value: environment.thalweg },
        { name: "Node", value: environment.node },
        { name: environment.runtime.name, value: environment.runtime.version },
        { name: "processor", value: environment.cpu },
      ],
      citations: [],
    },
  };
}
