import jsep from "jsep";
import { FormulaError, quoteShort } from "./error.ts";

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "and" | "or"; // prettier-ignore

/** What a formula says; `at` is an index into its text. */
export type Expression =
  | { readonly type: "number"; readonly value: number; readonly at: number }
  | { readonly type: "name"; readonly name: string; readonly at: number }
  | {
      readonly type: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: number;
    }
  | { readonly type: "negation"; readonly argument: Expression; readonly at: number }
  | Binary;

interface Binary {
  readonly type: "BinaryExpression";
  /** As jsep spells it: see `spelling`. */
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

/** The bound on what one formula may cost. */
const maxLength = 10_000;
const maxDepth = 100;

/**
 * Read a formula. Precedence, tightest first: `^` (to the right: 2^3^2 = 2^9), the unary sign
 * (−x^2 = −(x^2), 2^−1 = ½), `* /`, `+ -`, comparisons, `and`, `or`; the rest to the left.
 *
 * @throws FormulaError for anything else, for more than 10000 characters or 100 levels of nesting.
 */
export function parseSyntax(text: string): Expression {
  if (text.length > maxLength)
    throw new FormulaError(
      `a formula holds at most ${maxLength} characters, got ${text.length}`,
      maxLength,
    );
  const parser = new FormulaParser(text);
  const root = parser.whole();
  requireShallow(root);
  return root;
}

/** The operator as the formula's own language spells it. */
export function operatorOf({ operator }: Binary): BinaryOperator {
  return (ours.get(operator) ?? operator) as BinaryOperator;
}

/** Index of the first character of an expression, parentheses aside. */
export function startOf(e: Expression): number {
  let first = e;
  while (first.type === "BinaryExpression") first = first.left;
  return first.at;
}

/** What of jsep is used: the stack that puts binary operators in order. */
interface Jsep {
  index: number;
  readonly expr: string;
  gobbleSpaces(): void;
  gobbleToken(): Expression;
  gobbleBinaryOp(): string | false;
  gobbleBinaryExpression(): Expression;
}

const { Jsep } = jsep as unknown as { readonly Jsep: new (text: string) => Jsep };

// jsep's table of operators is global, and other packages use it as it is. So it stays as it is: our
// operators go in under the names that have the right precedence and direction there.
const spelling = new Map([
  ["^", "**"],
  ["and", "&&"],
  ["or", "||"],
]);
const ours = new Map([...spelling].map(([own, theirs]) => [theirs, own]));

const numberPattern = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const spacePattern = /[ \t\r\n]*/y;
const operatorPattern = /<=|>=|==|!=|[-+*/^<>]|(?:and|or)(?![A-Za-z0-9_])/y;

/**
 * jsep's own tokens know strings, arrays, members and separators, and neither columns nor the place of
 * `^` above the sign; these know formulas.
 */
class FormulaParser extends Jsep {
  private depth = 0;

  whole(): Expression {
    const result = this.gobbleBinaryExpression();
    this.gobbleSpaces();
    if (this.index < this.expr.length) this.unexpected("an operator or the end");
    return result;
  }

  override gobbleSpaces(): void {
    this.index += this.match(spacePattern)!.length;
  }

  override gobbleBinaryOp(): string | false {
    this.gobbleSpaces();
    const operator = this.match(operatorPattern);
    if (operator === undefined) return false;
    this.index += operator.length;
    return spelling.get(operator) ?? operator;
  }

  override gobbleToken(): Expression {
    this.gobbleSpaces();
    if (++this.depth > maxDepth) this.tooDeep(this.index);
    const token = this.token();
    this.depth--;
    return token;
  }

  private token(): Expression {
    const at = this.index;
    const first = this.expr[at];
    if (first === "-" || first === "+") {
      this.index++;
      const argument = this.power();
      return first === "+" ? argument : { type: "negation", argument, at };
    }
    if (first === "(") return this.list(1)[0];
    const digits = this.match(numberPattern);
    if (digits !== undefined) return this.number(digits);
    const name = this.match(namePattern);
    if (name === undefined || spelling.has(name)) this.unexpected("a number, a name or (");
    this.index += name.length;
    this.gobbleSpaces();
    if (this.expr[this.index] !== "(") return { type: "name", name, at };
    return { type: "call", name, args: this.list(Infinity), at };
  }

  /** What a sign applies to: a token with its powers. */
  private power(): Expression {
    const left = this.gobbleToken();
    const before = this.index;
    if (this.gobbleBinaryOp() !== "**") {
      this.index = before;
      return left;
    }
    if (++this.depth > maxDepth) this.tooDeep(this.index);
    const right = this.power();
    this.depth--;
    return { type: "BinaryExpression", operator: "**", left, right };
  }

  private number(digits: string): Expression {
    const at = this.index;
    const value = Number(digits);
    if (!Number.isFinite(value))
      throw new FormulaError(`numbers must be finite, got ${quoteShort(digits)}`, at);
    this.index += digits.length;
    const next = this.match(namePattern);
    if (next !== undefined)
      throw new FormulaError(
        `a product needs its *: ${quoteShort(`${digits}*${next}`)}, got ${quoteShort(digits + next)}`,
        at,
      );
    return { type: "number", value, at };
  }

  /** Expressions in parentheses, at most `most` of them. */
  private list(most: number): Expression[] {
    const items: Expression[] = [];
    const opening = this.index;
    do {
      this.index++; // the parenthesis or the comma
      items.push(this.gobbleBinaryExpression());
      this.gobbleSpaces();
    } while (this.expr[this.index] === "," && items.length < most);
    if (this.index >= this.expr.length)
      throw new FormulaError("a parenthesis is never closed: the one", opening);
    if (this.expr[this.index] !== ")") this.unexpected("an operator or )");
    this.index++;
    return items;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.index;
    return pattern.exec(this.expr)?.[0];
  }

  private unexpected(wanted: string): never {
    const found = this.expr.slice(this.index, this.index + 1);
    const got = found === "" ? "the end" : JSON.stringify(this.match(namePattern) ?? found);
    throw new FormulaError(`expected ${wanted}, got ${got}`, this.index);
  }

  private tooDeep(at: number): never {
    throw new FormulaError(`a formula nests at most ${maxDepth} levels`, at);
  }
}

/** Towers of powers nest without a token: to the right of each binary operator the tree is counted again. */
function requireShallow(root: Expression): void {
  const open: [Expression, number][] = [[root, 0]];
  while (open.length > 0) {
    const [e, depth] = open.pop()!;
    if (depth > 2 * maxDepth)
      throw new FormulaError(`a formula nests at most ${maxDepth} levels`, startOf(e));
    switch (e.type) {
      case "number":
      case "name":
        break;
      case "call":
        for (const arg of e.args) open.push([arg, depth + 1]);
        break;
      case "negation":
        open.push([e.argument, depth + 1]);
        break;
      case "BinaryExpression":
        open.push([e.left, depth], [e.right, depth + 1]);
        break;
    }
  }
}
