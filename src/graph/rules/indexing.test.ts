import { afterAll, expect, suite, test } from "vitest";
import * as g from "../index.ts";
import { evaluate } from "../../../test/evaluate.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { integerAt, stream } from "../../random/index.ts";
import { indexingRules } from "./indexing.ts";
import type { Rule } from "./rule.ts";

interface Case {
  readonly op: "gather" | "scatterAdd" | "gatherElements" | "scatterElementsAdd";
  readonly first: readonly number[];
  readonly indices: readonly number[];
  readonly axis: number;
  /** Entries along the axis of the table that is read or added to. */
  readonly size: number;
}

const cases: Case[] = [
  { op: "gather", first: [5, 3], indices: [4], axis: 0, size: 5 },
  { op: "gather", first: [5], indices: [], axis: 0, size: 5 },
  { op: "gather", first: [2, 3, 5], indices: [2, 4], axis: 1, size: 3 },
  { op: "gather", first: [2, 3, 5], indices: [2, 4, 2], axis: 2, size: 5 },
  { op: "scatterAdd", first: [4, 3], indices: [4], axis: 0, size: 5 },
  { op: "scatterAdd", first: [3, 2], indices: [], axis: 1, size: 4 },
  { op: "scatterAdd", first: [2, 2, 4, 5], indices: [2, 4], axis: 1, size: 3 },
  { op: "gatherElements", first: [5, 3], indices: [7, 3], axis: 0, size: 5 },
  { op: "gatherElements", first: [2, 5, 3], indices: [2, 4, 3], axis: 1, size: 5 },
  { op: "scatterElementsAdd", first: [7, 3], indices: [7, 3], axis: 0, size: 5 },
  { op: "scatterElementsAdd", first: [2, 4, 3], indices: [2, 4, 3], axis: 1, size: 5 },
];

function apply({ op, axis, size }: Case, first: g.Tensor, indices: g.Tensor): g.Tensor {
  switch (op) {
    case "gather":
      return g.gather(first, indices, axis);
    case "scatterAdd":
      return g.scatterAdd(first, indices, axis, size);
    case "gatherElements":
      return g.gatherElements(first, indices, axis);
    case "scatterElementsAdd":
      return g.scatterElementsAdd(first, indices, axis, size);
  }
}

const draw = (name: string, shape: readonly number[], below: number) =>
  Array.from({ length: g.sizeOf(shape) }, (_, i) => integerAt(stream("17", name), i, below));

suite("rules of indexing", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  const numbers = async (...of: Parameters<typeof evaluate>) =>
    (await evaluate(...of)).map((values) => Array.from(values, Number));

  const choices = cases.flatMap((subject) =>
    [
      { batched: [true, false], of: "values" },
      { batched: [false, true], of: "indices" },
      { batched: [true, true], of: "both" },
    ].map(({ batched, of }) => ({ subject, batched, of, op: subject.op })),
  );

  test.each(choices)(
    "$op, $subject.first at $subject.indices: a batch of $of is a loop",
    async ({ subject, batched }) => {
      const size = 3;
      const lead = (i: number, shape: readonly number[]) => (batched[i] ? [size, ...shape] : shape);
      const first = g.input(lead(0, subject.first), "float64");
      const indices = g.input(lead(1, subject.indices), "int32");
      const example = (i: number, t: g.Tensor, e: number) =>
        batched[i] ? g.squeeze(g.sliceAxis(t, 0, e, e + 1), 0) : t;
      const each = Array.from({ length: size }, (_, e) =>
        apply(subject, example(0, first, e), example(1, indices, e)),
      );
      const rule = indexingRules[subject.op] as Rule<g.OpName>;
      const together = rule.batch(each[0], [first, indices], batched, size);
      expect(together.shape).toEqual([size, ...each[0].shape]);
      const [got, ...expected] = await numbers(
        runtime,
        [first, indices],
        [together, ...each],
        [
          Float64Array.from(draw("first", first.shape, 1000)),
          Int32Array.from(draw("indices", indices.shape, subject.size)),
        ],
      );
      expect(got).toEqual(expected.flat());
    },
  );

  test.each(cases)("$op, $first at $indices: vjp is the transpose of jvp", async (subject) => {
    const first = g.input(subject.first, "float64");
    const indices = g.input(subject.indices, "int32");
    const t = apply(subject, first, indices);
    const ct = g.input(t.shape, "float64");
    const rule = indexingRules[subject.op] as Rule<g.OpName>;
    expect(rule.jvp(t, [undefined, undefined])).toBeUndefined();
    // Linear: the tangent along the input itself is the output.
    expect(rule.jvp(t, [first, undefined])).toBe(t);
    const [back, none] = rule.vjp(t, ct, [true, true]);
    expect(none).toBeUndefined();
    expect(rule.vjp(t, ct, [false, true])[0]).toBeUndefined();
    const [forward, backward] = await numbers(
      runtime,
      [first, indices, ct],
      [g.dot(t, ct), g.dot(first, back!)],
      [
        Float64Array.from(draw("first", first.shape, 1000)),
        Int32Array.from(draw("indices", indices.shape, subject.size)),
        Float64Array.from(draw("ct", ct.shape, 1000)),
      ],
    );
    expect(forward).toEqual(backward);
  });
});
