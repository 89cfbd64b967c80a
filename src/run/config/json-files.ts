// Small JSON files that flags name: what they must be, and nothing that a key such as `__proto__` could change.
import { ConfigError } from "./config-error.ts";

/**
 * A JSON mapping of names in the model to names elsewhere.
 *
 * @throws ConfigError naming the file.
 */
export function parseNames(text: string, file: string): ReadonlyMap<string, string> {
  const read = parsed(text, `${file}: must be JSON`);
  const entries = typeof read === "object" && read !== null ? Object.entries(read) : [];
  if (typeof read !== "object" || read === null || Array.isArray(read))
    throw new ConfigError(`${file}: must be a mapping of names to names`);
  const wrong = entries.find(([, to]) => typeof to !== "string");
  if (wrong)
    throw new ConfigError(
      `${file}: must be a mapping of names to names, got ${said(wrong[1])} for ${said(wrong[0])}`,
    );
  return new Map(entries as [string, string][]);
}

/**
 * A JSON list of numbers, one for each class.
 *
 * @throws ConfigError naming the file.
 */
export function parseClassWeights(text: string, file: string): Float64Array {
  const read = parsed(text, `${file}: class weights must be a JSON list or an NPZ`);
  if (!Array.isArray(read) || !read.every((x) => typeof x === "number"))
    throw new ConfigError(`${file}: class weights must be a list of numbers`);
  return Float64Array.from(read);
}

function parsed(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(otherwise);
  }
}

function said(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
