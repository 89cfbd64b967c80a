import * as fc from "fast-check";

type Edit = (bytes: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const start = Math.min(at, bytes.length);
  const tail = bytes.subarray(Math.min(start + removed, bytes.length));
  const out = new Uint8Array(start + added.length + tail.length);
  out.set(bytes.subarray(0, start));
  out.set(added, start);
  out.set(tail, start + added.length);
  return out;
};

/** Numbers that sizes, offsets and counts go wrong at. */
export const awkward = [0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Places near both ends are drawn often: headers and directories are there. */
const placeIn = (length: number) =>
  fc.oneof(
    fc.nat({ max: Math.max(0, Math.min(length - 1, 64)) }),
    fc.nat({ max: Math.max(0, length - 1) }),
    fc.nat({ max: Math.min(length, 100) }).map((back) => Math.max(0, length - 1 - back)),
  );

const editOf = (length: number): fc.Arbitrary<Edit> => {
  const at = placeIn(length);
  return fc.oneof(
    fc.tuple(at, fc.nat({ max: 255 })).map(
      ([i, value]) =>
        (b: Uint8Array) =>
          splice(b, i, 1, Uint8Array.of(value)),
    ),
    fc.tuple(at, fc.nat({ max: 7 })).map(
      ([i, bit]) =>
        (b: Uint8Array) =>
          splice(b, i, 1, Uint8Array.of((b[i] ?? 0) ^ (1 << bit))),
    ),
    fc
      .tuple(at, fc.constantFrom(...awkward), fc.boolean())
      .map(([i, value, little]) => (b: Uint8Array) => {
        const word = new Uint8Array(4);
        new DataView(word.buffer).setUint32(0, value, little);
        return splice(b, i, 4, word);
      }),
    at.map((i) => (b: Uint8Array) => b.slice(0, i)),
    fc.tuple(at, fc.nat({ max: 64 })).map(
      ([i, count]) =>
        (b: Uint8Array) =>
          splice(b, i, count, new Uint8Array()),
    ),
    fc.tuple(at, fc.uint8Array({ maxLength: 16 })).map(
      ([i, added]) =>
        (b: Uint8Array) =>
          splice(b, i, 0, added),
    ),
    fc.tuple(at, at, fc.nat({ max: 64 })).map(
      ([from, to, count]) =>
        (b: Uint8Array) =>
          splice(b, to, count, b.slice(from, from + count)),
    ),
    // Digits within text headers: shapes, offsets, lengths.
    fc
      .tuple(
        at,
        fc.constantFrom(
          "9",
          "99999999999999999999",
          "-",
          ".",
          "e9",
          '"',
          ",",
          "}",
          "(",
          "nan",
          "\n",
        ),
      )
      .map(
        ([i, text]) =>
          (b: Uint8Array) =>
            splice(b, i, 1, new TextEncoder().encode(text)),
      ),
  );
};

/** A valid file after one to six edits. */
export const mutationOf = (valid: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(editOf(valid.length), { minLength: 1, maxLength: 6 })
    .map((edits) => edits.reduce((bytes, edit) => edit(bytes), valid));
