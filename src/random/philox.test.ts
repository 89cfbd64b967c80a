import { expect, suite, test } from "vitest";
import { philox4x32, philoxBlocks } from "./philox.ts";

type Four = [number, number, number, number];

suite("philox4x32", () => {
  // kat_vectors of Random123
  const ones = 0xffffffff;
  test.each<[string, Four, [number, number], Four]>([
    ["zero", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      "all ones",
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      "digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the published words for %s", (_, counter, key, expected) => {
    expect([...philox4x32(counter, key)]).toEqual(expected);
  });

  test("agrees with 64-bit arithmetic in BigInt on 200 counters", () => {
    let counter: Four = [1, 2, 3, 4];
    let key: [number, number] = [5, 6];
    for (let i = 0; i < 200; i++) {
      const out = [...philox4x32(counter, key)] as Four;
      expect(out).toEqual(reference(counter, key));
      key = [counter[1], counter[3]];
      counter = out;
    }
  });
});

suite("philoxBlocks", () => {
  test("carries from counter word 0 to word 1", () => {
    const out = new Int32Array(12);
    philoxBlocks([7, 8], [9, 10], 2 ** 32 - 1, out);
    const words = [...new Uint32Array(out.buffer)];
    expect(words.slice(0, 4)).toEqual([...philox4x32([0xffffffff, 0, 9, 10], [7, 8])]);
    expect(words.slice(4, 8)).toEqual([...philox4x32([0, 1, 9, 10], [7, 8])]);
    expect(words.slice(8)).toEqual([...philox4x32([1, 1, 9, 10], [7, 8])]);
  });
});

function reference(counter: Four, key: [number, number]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = c0 * 0xd2511f53n;
    const p1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}
