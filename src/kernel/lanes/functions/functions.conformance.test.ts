import { expect, suite, test } from "vitest";
import { laneInputs } from "../../../../test/kernel/lane-inputs.ts";
import { laneFunction, laneProgram } from "../../../../test/kernel/lane-program.ts";
import { countOperations } from "../emit.ts";
import type { Lane, Lanes } from "../lane.ts";
import { evaluateLanes } from "../reference.ts";
import { erf } from "./erf.ts";
import { exp, expm1 } from "./exp.ts";
import { log } from "./log.ts";
import { pow, powInteger } from "./pow.ts";
import { cos, sin } from "./sin.ts";
import { softplus } from "./softplus.ts";
import { sigmoid, tanh } from "./tanh.ts";

interface Case {
  readonly name: string;
  readonly f: (lanes: Lanes, ...x: Lane[]) => Lane;
  readonly arity: number;
  /** Instructions at most, in f32 and f64. */
  readonly operations: readonly [number, number];
}

const cases: readonly Case[] = [
  { name: "exp", f: exp, arity: 1, operations: [25, 36] },
  { name: "expm1", f: expm1, arity: 1, operations: [28, 39] },
  { name: "log", f: log, arity: 1, operations: [39, 43] },
  { name: "sin", f: sin, arity: 1, operations: [27, 36] },
  { name: "cos", f: cos, arity: 1, operations: [30, 39] },
  { name: "tanh", f: tanh, arity: 1, operations: [25, 46] },
  { name: "sigmoid", f: sigmoid, arity: 1, operations: [28, 39] },
  { name: "softplus", f: softplus, arity: 1, operations: [58, 73] },
  { name: "erf", f: erf, arity: 1, operations: [29, 94] },
  { name: "pow", f: pow, arity: 2, operations: [106, 124] },
  { name: "x^7", f: (lanes, x) => powInteger(lanes, x, 7), arity: 1, operations: [4, 4] },
  { name: "x^-3", f: (lanes, x) => powInteger(lanes, x, -3), arity: 1, operations: [3, 3] },
  { name: "x^1.3", f: (lanes, x) => pow(lanes, x, lanes.constant(1.3)), arity: 1, operations: [106, 124] },
]; // prettier-ignore

const COUNT = 2400;

suite.each(cases)("$name", ({ f, arity, operations }) => {
  test.each([
    ["f32", operations[0]],
    ["f64", operations[1]],
  ] as const)(
    "in %s has the bits of the scalar reference, in %d instructions",
    (precision, most) => {
      const { variables, output } = laneFunction(f, precision, arity);
      const program = laneProgram(precision, variables, [output], COUNT);
      const inputs = variables.map((_, k) => laneInputs("float", precision, k, COUNT));
      inputs.forEach((values, k) => program.put(k, values));
      program.run();
      const found = inputs[0].map((_, i) => program.get(0, i));
      const expected = inputs[0].map((_, i) => {
        const values = new Map(variables.map((lane, k) => [lane, inputs[k][i]]));
        return evaluateLanes([output], values, precision)[0];
      });
      expect(found).toEqual(expected);
      expect(countOperations([output])).toBeLessThanOrEqual(most);
    },
  );
});
