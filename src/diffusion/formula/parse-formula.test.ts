import { fc, test as property } from "@fast-check/vitest";
import { expect, suite, test } from "vitest";
import { grad, input, type Tensor } from "../../graph/index.ts";
import { scalarFunction } from "../../kernel/index.ts";
import { FormulaError } from "./error.ts";
import { type FormulaOptions, parseFormula } from "./parse-formula.ts";

/** The formula's value at a point. */
function at(text: string, point: readonly number[] = [], options: FormulaOptions = {}): number {
  const formula = parseFormula(text, options);
  const x = Array.from({ length: formula.dimension }, () => input([], "float64"));
  const out = new Float64Array(1);
  scalarFunction(x, [formula.value(x)])([...point, 0, 0, 0], out);
  return out[0];
}

const failure = (text: string, options: FormulaOptions = {}): string => {
  try {
    parseFormula(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(FormulaError);
    return (error as Error).message;
  }
  return "no error";
};

suite("parseFormula", () => {
  test.each([
    ["1 + 2*3", 7],
    ["-2^2", -4],
    ["(-2)^2", 4],
    ["2^3^2", 512],
    ["2^-1", 0.5],
    ["-2^-2", -0.25],
    ["--2", 2],
    ["-+2", -2],
    ["2 - 3 - 4", -5],
    ["24/4/3", 2],
    ["-2*3^2", -18],
    ["2*-3", -6],
    ["2^-3^2", 2 ** -9],
    ["1e-3 + .5 + 2.", 2.501],
    ["min(3, 1, 2) + max(1, 5)", 6],
    ["sin(pi/2) + log(e)", 2],
    ["((((1))))", 1],
    ["1 - -1", 2],
    ["  1\t+\n1 ", 2],
  ])("%s = %d", (text, value) => {
    expect(at(text)).toBeCloseTo(value, 14);
  });

  test.each([
    ["x^4/4 - x^2/2 + 0.1*x*y", [1.5, -2], 1.5 ** 4 / 4 - 1.5 ** 2 / 2 - 0.3],
    ["-x^2", [3], -9],
    ["x^3", [-2], -8],
    ["x^-3", [-2], -0.125],
    ["x^0.5", [2], Math.SQRT2],
    ["abs(x)^2.5", [-2], 2 ** 2.5],
    ["x^y", [2, 3.5], 2 ** 3.5],
    ["2^x", [3.5], 2 ** 3.5],
    ["e^x", [1.5], Math.exp(1.5)],
    ["x1*x2*x10", [2, 3, 0, 0, 0, 0, 0, 0, 0, 5], 30],
    ["z - x3", [1, 2, 7], 0],
    ["tan(x)", [1], Math.tan(1)],
    ["exp(x)+log(y)+sqrt(z)+tanh(x)", [1, 2, 3], Math.E + Math.LN2 + Math.sqrt(3) + Math.tanh(1)],
    ["erf(x)", [0.5], 0.5204998778130465],
    ["min(x, 2) - max(y, x, 0)", [3, -1], -1],
  ] as [string, number[], number][])("%s at %j", (text, point, value) => {
    expect(at(text, point)).toBeCloseTo(value, 13);
  });

  test.each([
    ["x > 0", [1], 1],
    ["x > 0", [0], 0],
    ["x^2+y^2 > 4", [1, 2], 1],
    ["x > 0 and y > 0 or x < -1", [-2, 0], 1],
    ["x > 0 and (y > 0 or x < -1)", [-2, 0], 0],
    ["x >= 1 and x <= 1 and x == 1 and x != 2", [1], 1],
    ["1 < 2", [], 1],
    ["1 < 2 and x+1 > 2*x", [3], 0],
  ] as [string, number[], number][])("the condition %s at %j is %d", (text, point, truth) => {
    expect(at(text, point, { expects: "condition" })).toBe(truth);
  });

  test("takes its dimension from the largest coordinate, or is told", () => {
    expect(parseFormula("1").dimension).toBe(1);
    expect(parseFormula("z").dimension).toBe(3);
    expect(parseFormula("x1 + x7").dimension).toBe(7);
    expect(parseFormula("x", { dimension: 5 }).dimension).toBe(5);
  });

  test("knows further names, and says which it uses", () => {
    const formula = parseFormula("a*x + c", { names: ["a", "b", "c"] });
    expect(formula.names).toEqual(["a", "c"]);
    const [x, a, c] = [0, 1, 2].map(() => input([], "float64"));
    const out = new Float64Array(1);
    scalarFunction([x, a, c], [formula.value([x], { a, c })])([3, 2, 1], out);
    expect(out[0]).toBe(7);
  });

  test("a whole power has the right slope at zero and below it", () => {
    const { value } = parseFormula("x^3 + x^2");
    const x = input([], "float64");
    const slope = scalarFunction([x], [grad((t: Tensor) => value([t]))(x)]);
    const out = new Float64Array(1);
    slope([0], out);
    expect(out[0]).toBe(0);
    slope([-2], out);
    expect(out[0]).toBe(8);
  });

  test.each([
    ["", "expected a number, a name or (, got the end at column 1"],
    ["x +", "expected a number, a name or (, got the end at column 4"],
    ["x + * 2", 'expected a number, a name or (, got "*" at column 5'],
    ["x y", 'expected an operator or the end, got "y" at column 3'],
    ["x;", 'expected an operator or the end, got ";" at column 2'],
    ["x, y", 'expected an operator or the end, got "," at column 2'],
    ["(x, y)", 'expected an operator or ), got "," at column 3'],
    ["(x + 1", "a parenthesis is never closed: the one at column 1"],
    ["exp(x", "a parenthesis is never closed: the one at column 4"],
    ["x)", 'expected an operator or the end, got ")" at column 2'],
    ["2x", 'a product needs its *: "2*x", got "2x" at column 1'],
    ["1 + 3sin(x)", 'a product needs its *: "3*sin", got "3sin" at column 5'],
    ["x = 1", 'expected an operator or the end, got "=" at column 3'],
    ["x[0]", 'expected an operator or the end, got "[" at column 2'],
    ["x.y", 'expected an operator or the end, got "." at column 2'],
    ["'a'", `expected a number, a name or (, got "'" at column 1`],
    ["x − 1", 'expected an operator or the end, got "−" at column 3'],
    ["1e999", 'numbers must be finite, got "1e999" at column 1'],
    ["x + coz(x)", "unknown function 'coz' (did you mean 'cos'?) at column 5"],
    ["x*pie", "unknown name 'pie' (did you mean 'pi'?) at column 3"],
    ["wxyz_long + 1", "unknown name 'wxyz_long' at column 1"],
    ["1 + sin", "unknown name 'sin' (the function needs its argument, sin(…)) at column 5"],
    ["x(2)", "unknown function 'x' at column 1"],
    ["sin(x, y)", "sin takes 1 argument, got 2 at column 1"],
    ["1 + min(x)", "min takes 2 or more arguments, got 1 at column 5"],
    ["exp()", 'expected a number, a name or (, got ")" at column 5'],
    ["x > 0", "expected a number, got a condition at column 1"],
    ["1 + (x > 0)", "expected a number, got a condition at column 6"],
    ["x < y < z", "expected a number, got a condition at column 1"],
    ["x0", "unknown name 'x0' (did you mean 'x'?) at column 1"],
    ["x2000", "a formula has at most 1000 coordinates, got x2000 at column 1"],
    ["constructor + 1", "unknown name 'constructor' at column 1"],
    ["toString(x)", "unknown function 'toString' at column 1"],
  ])("%j is refused: %s", (text, message) => {
    expect(failure(text)).toBe(message);
  });

  test.each([
    ["x + 1", "expected a condition, got a number at column 1"],
    ["x > 0 and y", "expected a condition, got a number at column 11"],
    ["x and y > 0", "expected a condition, got a number at column 1"],
    ["x > 0 and", "expected a number, a name or (, got the end at column 10"],
    ["(x > 0) + 1 > 2", "expected a number, got a condition at column 2"],
  ])("%j is no condition: %s", (text, message) => {
    expect(failure(text, { expects: "condition" })).toBe(message);
  });

  test("a coordinate beyond the dimension told is refused", () => {
    expect(failure("x + y*z", { dimension: 2 })).toBe("the coordinate z is beyond dimension 2 at column 7"); // prettier-ignore
    expect(failure("x + a", { names: ["b"] })).toBe(
      "unknown name 'a' (did you mean 'x'?) at column 5",
    );
  });

  test("long and deep formulas are refused, long flat ones are not", () => {
    const long = "x+".repeat(51_200);
    expect(failure(long)).toBe(
      "a formula holds at most 10000 characters, got 102400 at column 10001",
    );
    expect(at(`${"x+".repeat(4_999)}x`, [1])).toBe(5_000);
    expect(at(`${"x>0 and ".repeat(1_000)}x>0`, [1], { expects: "condition" })).toBe(1);
    const levels = "a formula nests at most 100 levels at column";
    expect(failure(`${"(".repeat(5_000)}x`)).toBe(`${levels} 101`);
    expect(failure(`${"-".repeat(9_000)}x`)).toBe(`${levels} 101`);
    expect(failure(`${"sin(".repeat(2_000)}x`)).toContain(levels);
    expect(failure(`${"x^".repeat(4_999)}x`)).toContain(levels);
    expect(failure(`-${"x^".repeat(4_999)}x`)).toContain(levels);
  });

  const piece = fc.constantFrom(
    "x", "y", "x1", "z", "pi", "e", "1", "2.5", "1e3", ".", "+", "-", "*", "/", "^", "(", ")", ",", "sin", "sin(",
    "min(", "and", "or", "<", ">=", "==", " ", "q", "'", "[", "é", "\n", "__proto__", "exp(", "!", "=",
  ); // prettier-ignore

  property.prop([fc.array(piece, { maxLength: 60 })], { numRuns: 3_000, seed: 1 })(
    "pieces of formulas give a formula or the one error, with a column in the text",
    (pieces) => {
      const text = pieces.join("");
      for (const expects of ["number", "condition"] as const)
        try {
          parseFormula(text, { expects });
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaError);
          const { column, message } = error as FormulaError;
          expect(column >= 1 && column <= text.length + 1).toBe(true);
          expect(message).not.toContain("\n");
        }
    },
  );

  property.prop([fc.string({ unit: "binary", maxLength: 200 })], { numRuns: 1_000, seed: 2 })(
    "any text gives a formula or the one error",
    (text) => {
      try {
        parseFormula(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FormulaError);
      }
    },
  );

  // A tree that is written with no more parentheses than precedence asks for.
  interface Written {
    readonly text: string;
    readonly of: (x: number) => number;
    /** 1 sum, 2 product, 3 sign, 4 power, 5 what needs no parentheses anywhere. */
    readonly level: number;
  }
  const within = (level: number, e: Written) => (e.level < level ? `(${e.text})` : e.text);
  const digit = fc.integer({ min: 1, max: 9 });
  const tree = fc.letrec<{ e: Written }>((tie) => {
    const [e, two] = [tie("e"), fc.tuple(tie("e"), tie("e"))];
    return {
      e: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        digit.map((n) => ({ text: `${n}`, of: () => n, level: 5 })),
        fc.constant({ text: "x", of: (x: number) => x, level: 5 }),
        two.map(([a, b]) => ({ text: `${within(1, a)}+${within(2, b)}`, of: (x: number) => a.of(x) + b.of(x), level: 1 })),
        two.map(([a, b]) => ({ text: `${within(1, a)} - ${within(2, b)}`, of: (x: number) => a.of(x) - b.of(x), level: 1 })),
        two.map(([a, b]) => ({ text: `${within(2, a)}*${within(3, b)}`, of: (x: number) => a.of(x) * b.of(x), level: 2 })),
        e.map((a) => ({ text: `-${within(3, a)}`, of: (x: number) => -a.of(x), level: 3 })),
        e.map((a) => ({ text: `${within(5, a)}^2`, of: (x: number) => a.of(x) ** 2, level: 4 })),
      ),
    };
  }).e; // prettier-ignore

  property.prop([tree, fc.integer({ min: -5, max: 5 })], { numRuns: 500, seed: 3 })(
    "precedence is what the tree was written with",
    (e, x) => {
      fc.pre(e.text.length < 1_000);
      expect(at(e.text, [x]) + 0).toBe(e.of(x) + 0);
    },
  );
});
