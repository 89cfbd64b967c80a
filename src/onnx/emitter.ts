import { sizeOf, type Data, type DType, type Shape, type Tensor } from "../graph/tensor.ts";
import { toData } from "../graph/ops/constant.ts";
import type { Attributes, Emitter } from "./lower/context.ts";
import type { OnnxNode, OnnxTensor } from "./model.ts";

export const opset = 17;

/** An emitter with what it has gathered. Names given out by one scope and its children never clash. */
export interface Scope extends Emitter {
  readonly nodes: readonly OnnxNode[];
  /** Initialisers, of this scope and its children, that some call of `constant` asked for. */
  readonly constants: readonly OnnxTensor[];
  readonly fresh: (hint: string) => string;
  bind(t: Tensor, name: string): void;
}

/**
 * A scope that lowerings write to. A child (the body of a `Loop`) sees the values of its parent, and
 * its initialisers land in the outermost scope, where they exist once.
 */
export function scope(
  users: ReadonlyMap<Tensor, number>,
  { contrib, channelBlock }: Pick<Emitter, "contrib" | "channelBlock">,
  parent?: Scope,
): Scope {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const names = new Map<Tensor, string>();
  const memos = new Map<string, unknown>();
  const known = new Map<string, string>();
  let count = 0;

  const self: Scope = {
    opset,
    contrib,
    channelBlock,
    nodes,
    constants,
    fresh: parent?.fresh ?? ((hint) => `${hint}_${count++}`),
    emit(opType, inputs, attributes: Attributes = {}, outputs = 1, domain = "") {
      const made = Array.from({ length: outputs }, () => self.fresh(opType));
      nodes.push({ name: made[0], opType, domain, inputs, outputs: made, attributes });
      return made;
    },
    op: (opType, inputs, attributes, domain) => self.emit(opType, inputs, attributes, 1, domain)[0],
    constant(data, shape, dtype) {
      if (parent !== undefined) return parent.constant(data, shape, dtype);
      if (data.length !== sizeOf(shape))
        throw new RangeError(
          `initialiser: [${shape.join(", ")}] needs ${sizeOf(shape)} numbers, got ${data.length}`,
        );
      const key = contentKey(data, shape, dtype);
      let name = known.get(key);
      if (name === undefined) {
        known.set(key, (name = self.fresh("const")));
        constants.push({ name, dtype, shape, data });
      }
      return name;
    },
    ints: (values) => self.constant(toData(values, "int64"), [values.length], "int64"),
    scalar: (value, dtype) => self.constant(toData([value], dtype), [], dtype),
    value(t) {
      const name = names.get(t);
      if (name !== undefined) return name;
      if (parent === undefined)
        throw new Error(`${t.op} has not been emitted: a lowering may only use what comes before`);
      return parent.value(t);
    },
    bind: (t, name) => void names.set(t, name),
    uses: (t) => users.get(t) ?? 0,
    memo<T>(key: string, make: () => T): T {
      if (!memos.has(key)) memos.set(key, make());
      return memos.get(key) as T;
    },
  };
  return self;
}

const bufferIds = new WeakMap<Data, number>();
let nextBufferId = 0;

/** Equal by value when small, by identity when large. */
function contentKey(data: Data, shape: Shape, dtype: DType): string {
  const head = `${dtype}[${shape.join()}]`;
  if (data.length <= 64)
    return `${head}${Array.from(data as ArrayLike<number | bigint>, (x) => (Object.is(x, -0) ? "-0" : `${x}`)).join()}`;
  let id = bufferIds.get(data);
  if (id === undefined) bufferIds.set(data, (id = nextBufferId++));
  return `${head}@${id}`;
}
