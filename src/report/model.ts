import type { Figure } from "./figures/spec.ts";
import type { MathNode } from "./math.ts";
import type { ClaimVerdict } from "./verdict.ts";

/** A stretch of running text. Strings are text, never markup. */
export type Inline =
  | string
  | { readonly kind: "em" | "strong" | "code"; readonly text: string }
  | { readonly kind: "math"; readonly math: MathNode }
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  /** A verdict: a sign, a word and a colour. */
  | { readonly kind: "chip"; readonly tone: "good" | "bad" | "unsure"; readonly text: string };

export type Paragraph = string | readonly Inline[];

/** What a section is made of, as plain data that survives JSON. */
export type Block =
  | { readonly kind: "text"; readonly paragraphs: readonly Paragraph[] }
  | { readonly kind: "note"; readonly text: Paragraph }
  | { readonly kind: "equation"; readonly math: MathNode }
  | { readonly kind: "figure"; readonly figure: Figure; readonly caption: Paragraph }
  | {
      readonly kind: "panels";
      readonly panels: readonly { readonly title: string; readonly figure: Figure }[];
      readonly caption: Paragraph;
    }
  | {
      readonly kind: "table";
      readonly columns: readonly { readonly label: string; readonly align?: "start" | "end" }[];
      readonly rows: readonly (readonly Paragraph[])[];
      readonly caption?: Paragraph;
      /** On a phone: scroll sideways (default), or a card a row with the columns' labels inside. */
      readonly narrow?: "scroll" | "stack";
    }
  | { readonly kind: "verdicts"; readonly claims: readonly ClaimVerdict[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "definitions";
      readonly items: readonly { readonly term: Paragraph; readonly text: Paragraph }[];
    }
  | { readonly kind: "details"; readonly summary: string; readonly blocks: readonly Block[] };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Citation {
  readonly key: string;
  /** Authors, title, place and year, as a reader would like it. */
  readonly text: string;
  readonly url?: string;
  readonly bibtex?: string;
}

/** Where the numbers come from, and how to get them again. */
export interface Provenance {
  readonly command: string;
  /** The complete configuration as YAML or JSON. */
  readonly configuration: string;
  readonly seeds: readonly string[];
  readonly versions: readonly { readonly name: string; readonly value: string }[];
  readonly bands?: {
    readonly file: string;
    readonly hash: string;
    /** Every band that ever changed: what, when, from, to, why. */
    readonly changes: readonly string[];
  };
  /** As it should be printed; a report never asks the clock. */
  readonly date?: string;
  readonly duration?: string;
  readonly citations: readonly Citation[];
}

export interface Report {
  readonly title: string;
  /** A line above the title: which paper, which scale. */
  readonly kicker?: string;
  /** What was claimed and what was found, in words. */
  readonly lead: readonly Paragraph[];
  readonly sections: readonly Section[];
  readonly provenance: Provenance;
}
