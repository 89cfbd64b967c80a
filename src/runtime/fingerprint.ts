import type { Data, Tensor } from "../graph/tensor.ts";
import type { GraphFunction } from "../graph/walk.ts";

/**
 * 128 bits that tell functions apart by structure: ops, attributes, shapes, dtypes, the contents of
 * constants, the order and names of inputs. Node ids do not enter, so a function traced twice has one
 * fingerprint. Linear in nodes and bytes; the contents of a constant are hashed once in its life.
 */
export function fingerprint({ inputs, outputs }: GraphFunction): string {
  const index = new Map<Tensor, number>();
  const hash = hasher();
  for (const t of inputs) {
    index.set(t, index.size);
    hash.text(`input|${t.dtype}|${t.shape.join()}|${(t.attrs as { name: string }).name}\n`);
  }
  for (const t of postOrder(outputs, index)) {
    const from = t.inputs.map((x) => index.get(x)!).join();
    hash.text(`${t.op}|${t.dtype}|${t.shape.join()}|${from}|${attributes(t.attrs)}\n`);
    index.set(t, index.size);
  }
  hash.text(`outputs|${outputs.map((t) => index.get(t)!).join()}`);
  return hash.digest();
}

/** Depth first from the outputs, so that the order does not depend on when nodes were made. */
function* postOrder(
  outputs: readonly Tensor[],
  done: ReadonlyMap<Tensor, number>,
): Generator<Tensor> {
  const stack = outputs.toReversed();
  while (stack.length > 0) {
    const t = stack.at(-1)!;
    const waiting = done.has(t) ? [] : t.inputs.filter((x) => !done.has(x));
    if (waiting.length > 0) {
      stack.push(...waiting.reverse());
      continue;
    }
    stack.pop();
    if (!done.has(t)) yield t;
  }
}

function attributes(attrs: object): string {
  return Object.entries(attrs)
    .map(([name, value]: [string, unknown]) => `${name}=${valueText(value)}`)
    .join(";");
}

function valueText(value: unknown): string {
  if (ArrayBuffer.isView(value)) return contents(value as Data);
  if (Object.is(value, -0)) return "-0";
  return Array.isArray(value) ? `[${value.join()}]` : String(value);
}

const known = new WeakMap<Data, string>();

function contents(data: Data): string {
  let digest = known.get(data);
  if (digest === undefined) {
    const hash = hasher();
    hash.bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    known.set(data, (digest = `${data.length}:${hash.digest()}`));
  }
  return digest;
}

/** Four 32-bit lanes with different multipliers, each step a multiplication and a rotation as in Murmur3. */
function hasher() {
  const lanes = Uint32Array.of(0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f);
  let length = 0;
  const word = (value: number) => {
    let k = Math.imul(value, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    for (let i = 0; i < 4; i++) {
      const h = lanes[i] ^ k;
      lanes[i] = Math.imul((h << 13) | (h >>> 19), multipliers[i]) + 0xe6546b64;
    }
    // Lanes see each other, so that the digest is more than four hashes side by side.
    lanes[length & 3] += lanes[(length + 1) & 3] >>> 7;
    length++;
  };
  return {
    text(value: string) {
      for (let i = 0; i < value.length; i += 2)
        word(value.charCodeAt(i) | ((value.charCodeAt(i + 1) || 0) << 16));
    },
    bytes(value: Uint8Array) {
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      const whole = value.length & ~3;
      for (let i = 0; i < whole; i += 4) word(view.getUint32(i, true));
      for (let i = whole; i < value.length; i++) word(value[i]);
    },
    digest(): string {
      for (let i = 0; i < 8; i++) word(length + i);
      return Array.from(lanes, (h) => finish(h).toString(16).padStart(8, "0")).join("");
    },
  };
}

const multipliers = [5, 0x9e3779b1, 0x85ebca77, 0xc2b2ae3d];

function finish(lane: number): number {
  let h = lane ^ (lane >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
