// Random programs over the builders of the graph: each step takes the newest value and, where it
// needs more, an older one. A bound on the size of every entry is carried along, so that domains are
// kept (log, pow, division) and no kink is ever near: relu is given entries shifted beyond the bound.
import * as g from "../../src/graph/index.ts";
import type { Tensor } from "../../src/graph/index.ts";
import type { Case } from "./cases.ts";
import type { Bounded } from "./program-parts.ts";
import { ops } from "./program-ops.ts";

/** One step: which op, which older value, and numbers that decide its attributes. */
interface Step {
  readonly op: number;
  readonly other: number;
  readonly dice: readonly number[];
}

export interface Program {
  /** Shapes of the float arguments. */
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

const opNames = Object.keys(ops);
export const opCount = opNames.length;
const largestSize = 48;

/** The program as a case for `check`, its steps in its name. */
export function caseOf({ shapes, steps }: Program): Case {
  const names: string[] = [];
  const f = (...args: Tensor[]): Tensor => {
    const indices = args.at(-1)!;
    const values: Bounded[] = args.slice(0, -1).map((t) => ({ t, bound: 2 }));
    names.length = 0;
    for (const { op, other, dice } of steps) {
      let rolled = 0;
      const roll = (n: number) => dice[rolled++ % dice.length] % n;
      const name = opNames[op % opNames.length];
      names.push(name);
      const x = values.at(-1)!;
      values.push(settle(ops[name]({ x, other: values[other % values.length], indices, roll })));
    }
    return values.at(-1)!.t;
  };
  const wide = { kind: "float", low: -2, high: 2 } as const;
  const args = [
    ...shapes.map((shape) => ({ shape, draw: wide })),
    { shape: [2], draw: { kind: "index", below: 2 } as const },
  ];
  f(...args.map(({ shape }, i) => g.input(shape, i < shapes.length ? "float64" : "int32")));
  return { name: `[${shapes.join("] [")}] ${names.join(" → ")}`, args, f };
}

/** Keep tensors small and entries of order one, by smooth means. */
function settle(y: Bounded): Bounded {
  let { t, bound } = y;
  while (g.sizeOf(t.shape) > largestSize) t = g.mean(t, t.shape.indexOf(Math.max(...t.shape)));
  if (t.shape.length > 4) t = g.reshape(t, [...t.shape.slice(0, 3), -1]);
  if (bound <= 4) return { t, bound };
  return bound <= 12 ? { t: g.tanh(g.mul(t, 0.5)), bound: 1 } : { t: g.sin(t), bound: 1 };
}
