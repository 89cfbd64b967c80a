import { fillWords, stream, substream } from "../../src/random/index.ts";
import type { LaneType, Precision } from "../../src/kernel/lanes/lane.ts";
import type { LaneValue } from "../../src/kernel/lanes/reference.ts";

const specials = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2, -2, 3, -3, 1e-30, -1e-30, 100, -100, 2 ** 23, 2 ** 23 + 1,
  -(2 ** 23) - 1, 2 ** 31, -(2 ** 31), 2 ** 52, 2 ** 52 + 1, 2 ** -126, 2 ** -149, -(2 ** -130), 2 ** -1022, 5e-324,
  3.4028234663852886e38, Number.MAX_VALUE, Infinity, -Infinity, NaN, 0.49999997, -0.49999997, Math.PI, 1e10,
]; // prettier-ignore
const ints = [0n, 1n, -1n, 2n, -2n, 0x7fffffffn, -0x80000000n, 0x55555555n, (1n << 62n) - 1n];

const draws = stream("13", "lane inputs");

/**
 * Values of a type: special ones, each of argument `k` beside each of another's, then random ones: floats of
 * random bits, which are of all sizes and sometimes NaN, and small ones of either sign.
 */
export function laneInputs(
  type: LaneType,
  precision: Precision,
  k: number,
  count: number,
): LaneValue[] {
  const random = new Int32Array(2 * count);
  fillWords(substream(draws, k), 0, random);
  const width = precision === "f32" ? 32 : 64;
  const wrap = (x: bigint) => BigInt.asIntN(width, x);
  const wide = (i: number) =>
    wrap((BigInt(random[2 * i]) << 32n) | BigInt(random[2 * i + 1] >>> 0));
  const view = new DataView(new ArrayBuffer(8));
  return Array.from({ length: count }, (_, i): LaneValue => {
    // Mixed radix: arguments 0, 1 and 2 meet in every combination of the list's values.
    const nth = <T>(list: readonly T[]): T | undefined =>
      i < list.length ** 2 ? list[Math.floor(i / (k === 0 ? 1 : list.length)) % list.length] : undefined; // prettier-ignore
    switch (type) {
      case "mask":
        return random[i] < 0;
      case "word":
        return width === 32 ? [random[i]] : [random[2 * i], random[2 * i + 1]];
      case "int": {
        const special = nth(ints);
        return special === undefined ? wide(i) : wrap(special);
      }
      case "float": {
        const special = nth(specials);
        const round = precision === "f32" ? Math.fround : (x: number) => x;
        if (special !== undefined) return round(special);
        if (i % 2 === 0) return round(random[i] * 2 ** -28);
        if (precision === "f32") {
          view.setInt32(0, random[i]);
          return view.getFloat32(0);
        }
        view.setBigInt64(0, wide(i));
        return view.getFloat64(0);
      }
    }
  });
}
