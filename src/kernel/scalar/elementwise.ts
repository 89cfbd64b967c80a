import type { Node, OpName } from "../../graph/index.ts";
import { spread } from "./entries.ts";
import type { Instruction } from "./machine.ts";
import type { Lower, Lowerings, Slots, Writer } from "./writer.ts";

type Unary =
  | "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "tanh" | "sigmoid" | "softplus" | "erf" | "sin" | "cos" | "not"; // prettier-ignore
type Binary = "add" | "sub" | "mul" | "min" | "max" | "and" | "or";

const unary =
  <K extends Unary>(op: K): Lower<K> =>
  (_, [x], w) =>
    x.map((slot) => w.emit(op, slot));

const binary =
  <K extends Binary>(op: K): Lower<K> =>
  (t, inputs, w) =>
    pairs(t, inputs, (a, b) => w.emit(op, a, b));

/** An op of one input as an expression of each entry. */
const each =
  <K extends OpName>(f: (x: number, w: Writer, t: Node<K>) => number): Lower<K> =>
  (t, [x], w) =>
    x.map((slot) => f(slot, w, t));

const relations = {
  less: ["less", false],
  lessEqual: ["lessEqual", false],
  greater: ["less", true],
  greaterEqual: ["lessEqual", true],
  equal: ["equal", false],
} as const satisfies Record<string, readonly [Instruction, boolean]>;

export const elementwiseLowerings = {
  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  exp: unary("exp"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  softplus: unary("softplus"),
  erf: unary("erf"),
  sin: unary("sin"),
  cos: unary("cos"),
  not: unary("not"),
  relu: each((x, w) => w.emit("max", x, w.constant(0))),
  leakyRelu: each((x, w, t) =>
    w.emit("where", positive(x, w), x, w.emit("mul", x, w.constant(t.attrs.alpha))),
  ),
  elu: each(
    (x, w, t) =>
    w.emit("where", positive(x, w), x, w.emit("mul", w.emit("expm1", x), w.constant(t.attrs.alpha))), // prettier-ignore
  ),
  silu: each((x, w) => w.emit("mul", x, w.emit("sigmoid", x))),
  gelu: each((x, w, t) => {
    const tail = t.attrs.approximate === "none" ? erfTail(x, w) : tanhTail(x, w);
    return w.emit("mul", w.emit("mul", x, w.constant(0.5)), w.emit("add", tail, w.constant(1)));
  }),
  clip: each((x, w, t) =>
    w.emit("min", w.emit("max", x, w.constant(t.attrs.min)), w.constant(t.attrs.max)),
  ),
  cast: each((x, w, t) => {
    if (t.attrs.to === "bool") return w.emit("isTrue", x);
    return t.attrs.to === "float64" || t.inputs[0].dtype === "bool" ? x : w.emit("truncate", x);
  }),
  stopGradient: (_, [x]) => x,

  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  min: binary("min"),
  max: binary("max"),
  and: binary("and"),
  or: binary("or"),
  div: (t, inputs, w) =>
    pairs(t, inputs, (a, b) => {
      const quotient = w.emit("div", a, b);
      return t.dtype === "float64" ? quotient : w.emit("truncate", quotient);
    }),
  pow: (t, inputs, w) =>
    pairs(t, inputs, (a, b) => (w.known(b) === 2 ? w.emit("mul", a, a) : w.emit("pow", a, b))),
  compare: (t, inputs, w) => {
    const [instruction, swapped] = relations[t.attrs.relation];
    return pairs(t, inputs, (a, b) =>
      swapped ? w.emit(instruction, b, a) : w.emit(instruction, a, b),
    );
  },
  where: (t, inputs, w) => {
    const [condition, a, b] = inputs.map((x, i) => spread(x, t.inputs[i].shape, t.shape));
    return condition.map((slot, i) => w.emit("where", slot, a[i], b[i]));
  },
} satisfies Partial<Lowerings<OpName>>;

function pairs(
  t: Node,
  inputs: readonly Slots[],
  f: (a: number, b: number) => number,
): readonly number[] {
  const [a, b] = inputs.map((x, i) => spread(x, t.inputs[i].shape, t.shape));
  return a.map((slot, i) => f(slot, b[i]));
}

const positive = (x: number, w: Writer) => w.emit("less", w.constant(0), x);

const erfTail = (x: number, w: Writer) => w.emit("erf", w.emit("mul", x, w.constant(Math.SQRT1_2)));

/** tanh(√(2/π)·(x + 0.044715 x³)) */
function tanhTail(x: number, w: Writer): number {
  const cubic = w.emit("mul", w.constant(0.044715), w.emit("mul", x, x));
  const scaled = w.emit("mul", x, w.constant(Math.sqrt(2 / Math.PI)));
  return w.emit("tanh", w.emit("mul", scaled, w.emit("add", cubic, w.constant(1))));
}
