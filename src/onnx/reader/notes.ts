import type { Remark } from "./raise/context.ts";

/** A fact about how a file was read, to be said once. */
export interface Note {
  readonly kind: Remark | "constants" | "formula-numbers" | "one-by-one" | "tied";
  readonly count: number;
  /** Names of the nodes it is about. */
  readonly nodes: readonly string[];
  readonly text: string;
}

export type Notebook = ReturnType<typeof notebook>;

/** Gathers what is said of single nodes into one note a kind. */
export function notebook(batchNorm: "stored" | "batch") {
  const notes: Note[] = [];
  const texts: Readonly<Record<Remark | "constants" | "formula-numbers", string>> = {
    dropout: "Dropout is left out: measured is the function without it",
    "batch-norm":
      batchNorm === "stored"
        ? "BatchNormalization takes the statistics stored in the file, which are constants"
        : "BatchNormalization takes the statistics of the batch",
    "training-mode": "the file asks for training mode, which is left out",
    constants: "no initializer reaches the output, so tensors of Constant nodes are the parameters",
    "formula-numbers": "scalars that the exporter named are numbers of a formula and stay constant",
  };
  const note = (kind: Note["kind"], count: number, text?: string, node?: string): void => {
    const at = notes.findIndex((other) => other.kind === kind);
    const before = at < 0 ? undefined : notes[at];
    const next: Note = {
      kind,
      count: (before?.count ?? 0) + count,
      nodes: [...(before?.nodes ?? []), ...(node === undefined ? [] : [node])],
      text: text ?? texts[kind as Remark],
    };
    if (at < 0) notes.push(next);
    else notes[at] = next;
  };
  const remark = (kind: Remark, node: { readonly name: string }): void =>
    note(kind, 1, undefined, node.name);
  return { notes, note, remark };
}
