/**
 * The one error that a formula gives. The message is one line: `rule, got value at column c`, columns
 * counted from 1. A class only so that callers can tell a bad formula from a fault of the program.
 */
export class FormulaError extends Error {
  override readonly name = "FormulaError";
  /** Where in the text, from 1. */
  readonly column: number;
  constructor(problem: string, index: number) {
    super(`${problem} at column ${index + 1}`);
    this.column = index + 1;
  }
}

/** Text of a formula, fit for one line of an error message. */
export function quoteShort(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
