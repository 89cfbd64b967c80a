import { expect, suite, test } from "vitest";
import { laneInputs } from "../../../test/kernel/lane-inputs.ts";
import { laneProgram } from "../../../test/kernel/lane-program.ts";
import { emitAssignments, locals } from "./emit.ts";
import {
  type Lane,
  laneBuilder,
  type LaneOp,
  laneOps,
  type Lanes,
  type LaneType,
  type Precision,
} from "./lane.ts";
import { evaluateLanes, type LaneValue } from "./reference.ts";

const COUNT = 2000;

/** An operation in one of its forms: with its constant, where it has one. */
type Form = readonly [name: string, f: (lanes: Lanes, ...inputs: Lane[]) => Lane];

function formsOf(op: LaneOp, precision: Precision): readonly Form[] {
  switch (op) {
    case "shiftLeft":
    case "shiftRight":
    case "shiftRightUnsigned":
    case "wordShiftLeft":
    case "wordShiftRight": {
      const wide = precision === "f64" && !op.startsWith("word");
      return [0, 1, 9, 23, 31, ...(wide ? [32, 52, 63] : [])].map((bits) => [
        `${op} by ${bits}`,
        (lanes, x) => lanes.shift(op, x, bits),
      ]);
    }
    case "gather":
      return [0, 256].map((at) => [`gather at ${at}`, (lanes, row) => lanes.gatherAt(row, at)]);
    default:
      return [[op, (lanes, ...inputs) => lanes[op](...inputs)]];
  }
}

/** Ops that a precision has not. */
const absent = { f32: ["secondWord"], f64: ["convert"] } as const;

suite.each(["f32", "f64"] as const)("lanes of %s", (precision) => {
  const ops = (Object.keys(laneOps) as LaneOp[]).filter(
    (op) => !(absent[precision] as readonly string[]).includes(op),
  );
  const cases = ops.flatMap((op) => formsOf(op, precision).map(([name, f]) => ({ name, op, f })));

  test.each(cases)("$name has the bits of the reference", ({ op, f }) => {
    const types: readonly LaneType[] = laneOps[op].slice(0, -1);
    const lanes = laneBuilder(precision);
    const variables = types.map((type) => lanes.variable(type));
    const output = f(lanes, ...variables);
    const program = laneProgram(precision, variables, [output], COUNT);
    const inputs = types.map((type, k) => laneInputs(type, precision, k, COUNT));
    if (op === "gather") {
      inputs[0] = Array.from({ length: COUNT }, (_, i) => BigInt((i * 7) % 24));
      for (let i = 0; i < 56; i++) program.memory.setFloat64(8 * i, Math.sin(i), true);
    }
    inputs.forEach((values, k) => program.put(k, values));
    program.run();
    const found: LaneValue[] = [];
    const expected: LaneValue[] = [];
    for (let i = 0; i < COUNT; i++) {
      const values = new Map(variables.map((lane, k) => [lane, inputs[k][i]]));
      found.push(program.get(0, i));
      expected.push(evaluateLanes([output], values, precision, program.memory)[0]);
    }
    expect(found).toEqual(expected);
  });

  test("lanes that are used more than once, and outputs that swap variables, are right", () => {
    const lanes = laneBuilder(precision);
    const [x, y] = [lanes.variable("float"), lanes.variable("float")];
    const sum = lanes.add(x, y);
    const square = lanes.mul(sum, sum);
    const outputs = [y, x, square, lanes.sub(square, sum), square, lanes.constant(7)];
    const program = laneProgram(precision, [x, y], outputs, 4);
    program.put(0, [1, 2, 3, 4]);
    program.put(1, [10, 20, 30, 40]);
    program.run();
    const row = (i: number) => outputs.map((_, k) => program.get(k, i));
    expect(row(0)).toEqual([10, 1, 121, 110, 121, 7]);
    expect(row(3)).toEqual([40, 4, 1936, 1892, 1936, 7]);
  });
});

suite("emitAssignments", () => {
  test("refuses a variable without a local", () => {
    const lanes = laneBuilder("f32");
    const x = lanes.variable("float");
    expect(() => emitAssignments([[0, lanes.neg(x)]], new Map(), locals(1), "f32")).toThrow(
      "a variable of lanes has no local",
    );
  });

  test("refuses a particle's second word in f32", () => {
    const lanes = laneBuilder("f32");
    const w = lanes.variable("word");
    const second = lanes.secondWord(w);
    expect(() => emitAssignments([[1, second]], new Map([[w, 0]]), locals(2), "f32")).toThrow(
      "a particle has one word in f32",
    );
  });
});

suite("laneBuilder", () => {
  test("gives equal nodes once, and tells −0 from 0 and constants by type", () => {
    const lanes = laneBuilder("f64");
    const x = lanes.variable("float");
    expect(lanes.add(x, lanes.constant(2))).toBe(lanes.add(x, lanes.constant(2)));
    expect(lanes.constant(0)).not.toBe(lanes.constant(-0));
    expect(lanes.integer(1n)).not.toBe(lanes.word(1));
    expect(lanes.variable("float")).not.toBe(lanes.variable("float"));
  });

  test("refuses operands of another type", () => {
    const lanes = laneBuilder("f32");
    expect(() => lanes.add(lanes.constant(1), lanes.integer(1n))).toThrow(
      "add takes (float, float), got (float, int)",
    );
    expect(() => lanes.shift("shiftLeft", lanes.constant(1), 3)).toThrow(
      "shiftLeft takes (int), got (float)",
    );
  });
});
