import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { input } from "../../graph/tensor.ts";
import { writeFunction } from "../writer.ts";
import { readFunction } from "./reader.ts";
import { OnnxError } from "./refuse.ts";

const numRuns = Number(process.env.THALWEG_FUZZ_RUNS ?? 400);

/** A file with most of what files have: attributes of each kind, initializers, shapes, several domains. */
function sample(): Uint8Array {
  const x = input([2, 3, 8, 8], "float32", "x");
  const w = g.constant(new Float32Array(4 * 3 * 3 * 3).fill(0.1), [4, 3, 3, 3]);
  const y = g.maxPool(g.gelu(g.conv(x, w, { pads: 1 })), 2);
  const flat = g.reshape(y, [2, 64]);
  const z = g.matmul(flat, g.constant(new Float32Array(640).fill(0.5), [64, 10]));
  const padded = g.pad(g.leakyRelu(z, 0.2), [0, 1], [1, 0]);
  return writeFunction({
    inputs: [x],
    outputs: [g.logSoftmax(padded), g.argMax(z), g.flip(z, [1])],
  });
}

const valid = sample();

const mutation = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    at: fc.nat(valid.length - 1),
    byte: fc.nat(255),
  }),
  fc.record({
    kind: fc.constant("flip" as const),
    at: fc.nat(valid.length - 1),
    byte: fc.nat(7),
  }),
  fc.record({
    kind: fc.constant("cut" as const),
    at: fc.nat(valid.length - 1),
    byte: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at: fc.nat(valid.length - 1),
    byte: fc.integer({ min: 1, max: 40 }),
  }),
);

test("a damaged file is read or refused, with nothing else thrown and no time lost", () => {
  let refused = 0;
  let read = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
      let bytes = [...valid];
      for (const { kind, at, byte } of mutations) {
        const place = at % bytes.length;
        if (kind === "set") bytes[place] = byte;
        else if (kind === "flip") bytes[place] ^= 1 << byte;
        else if (kind === "cut") bytes.splice(place, byte);
        else bytes = bytes.toSpliced(place, 0, ...bytes.slice(place, place + byte));
      }
      const start = performance.now();
      try {
        readFunction(Uint8Array.from(bytes));
        read++;
      } catch (error) {
        if (!(error instanceof OnnxError)) throw error;
        expect(error.message).toMatch(/^onnx: [^\n]+: [^\n]+$/);
        refused++;
      }
      expect(performance.now() - start).toBeLessThan(2000);
    }),
    { numRuns, seed: 20260101 },
  );
  // Both happen, or the mutations miss what they are for.
  expect(Math.min(read, refused)).toBeGreaterThan(numRuns / 50);
});

test("bytes without any structure are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      expect(() => readFunction(bytes)).toThrow(OnnxError);
    }),
    { numRuns, seed: 20260102 },
  );
});
