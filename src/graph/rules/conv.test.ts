import { afterAll, expect, suite, test } from "vitest";
import * as g from "../index.ts";
import { evaluate } from "../../../test/evaluate.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillUniform, stream } from "../../random/index.ts";
import type { ConvAttrs } from "../op-attrs.ts";
import type { Rule } from "./rule.ts";
import { convRules } from "./conv.ts";

type Op = "conv" | "convInput" | "convWeight";
type Role = "x" | "w" | "y";

/** What each op takes, in order, and what it gives. */
const roles: Readonly<Record<Op, readonly [Role, Role, Role]>> = {
  conv: ["x", "w", "y"],
  convInput: ["y", "w", "x"],
  convWeight: ["x", "y", "w"],
};

interface Form extends ConvAttrs {
  readonly name: string;
  readonly shapes: Readonly<Record<Role, readonly number[]>>;
}

const forms: Form[] = [
  {
    name: "plain",
    shapes: { x: [2, 3, 5, 4], w: [4, 3, 3, 2], y: [2, 4, 5, 4] },
    strides: [1, 1],
    pads: [1, 0, 1, 1],
    dilations: [1, 1],
    groups: 1,
  },
  {
    name: "strided, dilated, in groups, uncovered",
    shapes: { x: [2, 4, 8, 7], w: [6, 2, 2, 2], y: [2, 6, 3, 3] },
    strides: [3, 2],
    pads: [1, 0, 0, 0],
    dilations: [1, 2],
    groups: 2,
  },
  {
    name: "depthwise",
    shapes: { x: [1, 3, 4, 4], w: [3, 1, 3, 3], y: [1, 3, 2, 2] },
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    groups: 3,
  },
  {
    name: "1-D in groups",
    shapes: { x: [2, 4, 9], w: [2, 2, 3], y: [2, 2, 4] },
    strides: [2],
    pads: [1, 0],
    dilations: [1],
    groups: 2,
  },
];

function apply(op: Op, { shapes, ...attrs }: Form, a: g.Tensor, b: g.Tensor): g.Tensor {
  switch (op) {
    case "conv":
      return g.conv(a, b, attrs);
    case "convInput":
      return g.convInput(a, b, shapes.x.slice(2), attrs);
    case "convWeight":
      return g.convWeight(a, b, shapes.w.slice(2), attrs);
  }
}

const cases = forms.flatMap((form) =>
  (Object.keys(roles) as Op[]).map((op) => ({ op, form, name: `${op}, ${form.name}` })),
);

function uniform(name: string, shape: readonly number[]): g.Tensor {
  const data = new Float64Array(g.sizeOf(shape));
  fillUniform(stream("11", name), 0, data);
  return g.constant(
    data.map((u) => 2 * u - 1),
    shape,
  );
}

suite("rules of convolution", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  /** Largest difference of each pair, in one call. Constants stay inputs of the machine by an added zero. */
  async function gaps(pairs: readonly (readonly [g.Tensor, g.Tensor])[]): Promise<number[]> {
    for (const [a, b] of pairs) expect(a.shape).toEqual(b.shape);
    const zero = g.input([], "float64");
    const outputs = pairs.map(([a, b]) => g.add(g.reduceMax(g.abs(g.sub(a, b))), zero));
    const results = await evaluate(runtime, [zero], outputs, [Float64Array.of(0)]);
    return results.map((values) => Number(values[0]));
  }

  test.each(cases)("$name: a batch of each choice of operands is a loop", async ({ op, form }) => {
    const size = 3;
    const [first, second] = roles[op];
    const pairs = [
      [true, false],
      [false, true],
      [true, true],
    ].map((batched) => {
      const inputs = [first, second].map((role, i) =>
        uniform(`${role} ${i}`, batched[i] ? [size, ...form.shapes[role]] : form.shapes[role]),
      );
      const example = (i: number, e: number) =>
        batched[i] ? g.squeeze(g.sliceAxis(inputs[i], 0, e, e + 1), 0) : inputs[i];
      const each = Array.from({ length: size }, (_, e) =>
        apply(op, form, example(0, e), example(1, e)),
      );
      const rule = convRules[op] as Rule<g.OpName>;
      const together = rule.batch(each[0], inputs, batched, size);
      return [
        together,
        g.concat(
          each.map((t) => g.expandDims(t, 0)),
          0,
        ),
      ] as const;
    });
    for (const gap of await gaps(pairs)) expect(gap).toBeLessThan(1e-12);
  });

  test.each(cases)(
    "$name: jvp is the sum over operands, vjp its transpose",
    async ({ op, form }) => {
      const [first, second, result] = roles[op];
      const [a, b] = [uniform("a", form.shapes[first]), uniform("b", form.shapes[second])];
      const [da, db] = [uniform("da", form.shapes[first]), uniform("db", form.shapes[second])];
      const ct = uniform("ct", form.shapes[result]);
      const t = apply(op, form, a, b);
      const rule = convRules[op] as Rule<g.OpName>;
      const tangent = rule.jvp(t, [da, db])!;
      // The form is bilinear: a central difference of step 1 has no error but rounding.
      const ends = [1, -1].map((s) =>
        apply(op, form, g.add(a, g.mul(da, s)), g.add(b, g.mul(db, s))),
      );
      const [ctA, ctB] = rule.vjp(t, ct, [true, true]);
      const found = await gaps([
        [tangent, g.mul(g.sub(ends[0], ends[1]), 0.5)],
        [g.dot(tangent, ct), g.add(g.dot(da, ctA!), g.dot(db, ctB!))],
        [rule.jvp(t, [da, undefined])!, apply(op, form, da, b)],
        [rule.jvp(t, [undefined, db])!, apply(op, form, a, db)],
      ]);
      for (const gap of found) expect(gap).toBeLessThan(1e-11);
      expect(rule.vjp(t, ct, [false, true])[0]).toBeUndefined();
      expect(rule.vjp(t, ct, [true, false])[1]).toBeUndefined();
    },
  );
});
