import { decodeText } from "./csv.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { gunzip } from "./deflate.ts";
import { quote, refuse, type ReadOptions } from "./error.ts";

/** How a text is cut into sequences. */
export interface TextDatasetOptions extends ReadOptions {
  readonly name: string;
  readonly source: string;
  /** Characters in a sequence, T. */
  readonly length: number;
  /** Characters from the start of one sequence to the next (default T: no overlap). */
  readonly stride?: number;
  /** Keep only the first so many sequences. */
  readonly count?: number;
  /** Characters in the order of their numbers; default: those of the text, by code point. */
  readonly vocabulary?: readonly string[];
}

/**
 * Character sequences for next-character prediction: sequence i starts at character i·stride, its
 * inputs are the tokens of characters 0 … T−1 and its targets those of 1 … T, both int32 [N, T].
 * Characters are Unicode code points. `classNames` is the vocabulary.
 *
 * @throws DataError for a text shorter than T + 1 characters, or a character outside a given
 * vocabulary.
 */
export function textDataset(bytes: Uint8Array, options: TextDatasetOptions): Dataset {
  const { file = "text", name, source, length, stride = length, maxBytes = Infinity } = options;
  if (!(Number.isInteger(length) && length >= 1))
    throw new RangeError(`length must be a whole number from 1, got ${length}`);
  if (!(Number.isInteger(stride) && stride >= 1))
    throw new RangeError(`stride must be a whole number from 1, got ${stride}`);
  const text = decodeText(gunzip(bytes, { ...options, file }), file);
  const vocabulary = options.vocabulary ?? vocabularyOf(text);
  const tokens = encode(text, vocabulary, file);
  const sequences = Math.floor((tokens.length - 1 - length) / stride) + 1;
  if (sequences < 1)
    refuse(file, `a text must have at least ${length + 1} characters, got ${tokens.length}`);
  const n = options.count ?? sequences;
  if (!(Number.isInteger(n) && n >= 1 && n <= sequences))
    refuse(file, `the count must be from 1 to the ${sequences} sequences there are, got ${n}`);
  if (n * length * 8 > maxBytes)
    refuse(file, `sequences must be at most ${maxBytes} bytes, got ${n * length * 8}`);
  const inputs = new Int32Array(n * length);
  const targets = new Int32Array(n * length);
  for (let i = 0; i < n; i++) {
    inputs.set(tokens.subarray(i * stride, i * stride + length), i * length);
    targets.set(tokens.subarray(i * stride + 1, i * stride + 1 + length), i * length);
  }
  return checkDataset({
    name,
    source,
    inputs: { data: inputs, shape: [n, length] },
    targets: { data: targets, shape: [n, length] },
    classes: vocabulary.length,
    classNames: vocabulary,
  });
}

/** The text of a row of tokens: the inverse of what {@link textDataset} does. */
export function decodeTokens(tokens: ArrayLike<number>, vocabulary: readonly string[]): string {
  return Array.from(tokens, (token) => vocabulary[token]).join("");
}

function vocabularyOf(text: string): readonly string[] {
  return [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

function encode(text: string, vocabulary: readonly string[], file: string): Int32Array {
  const numberOf = new Map(vocabulary.map((character, i) => [character, i]));
  const tokens = new Int32Array(text.length); // at least as many as code points
  let count = 0;
  for (const character of text) {
    const token = numberOf.get(character);
    if (token === undefined)
      refuse(
        file,
        `characters must be in the vocabulary of ${vocabulary.length}, got ${quote(character)} at character ${count}`,
      );
    tokens[count++] = token;
  }
  return tokens.subarray(0, count);
}
