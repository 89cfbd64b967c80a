import { nearestWord } from "../../numeric/index.ts";

/** ` (did you mean 'cos'?)`, or nothing where no known name is near. */
export function nearestName(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  return near === undefined ? "" : ` (did you mean '${near}'?)`;
}
