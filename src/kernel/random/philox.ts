import type { Lane, Lanes } from "../lanes/lane.ts";
import type { Generator } from "./generator.ts";

/**
 * Philox4x32-10 in the loop: word i of a particle's stream in f32 is word i of `random/`'s; in f64 the
 * particle's first lane has the even blocks and the second one the odd. The state is the number of the
 * next block, of 32 bits: a stream lasts for 2³² blocks. About 100 instructions a block of four words.
 */
export const philox: Generator = {
  name: "philox4x32-10",
  stateWords: 5,
  batch: 4,
  open(lanes, state) {
    const [, id0, id1, key0, key1] = state;
    const step = lanes.word(lanes.precision === "f32" ? 1 : 2);
    let block = state[0];
    let words: Lane[] = [];
    return {
      next() {
        if (words.length === 0) {
          words = rounds(lanes, [block, lanes.word(0), id0, id1], key0, key1);
          block = lanes.wordAdd(block, step);
        }
        return words.shift()!;
      },
      state: () => [block, id0, id1, key0, key1],
    };
  },
  seed: (stream, lane) =>
    Int32Array.of(lane, stream.id[0], stream.id[1], stream.key[0], stream.key[1]),
};

function rounds(lanes: Lanes, counter: Lane[], key0: Lane, key1: Lane): Lane[] {
  const [m0, m1] = [lanes.word(0xd2511f53), lanes.word(0xcd9e8d57)];
  const [w0, w1] = [lanes.word(0x9e3779b9), lanes.word(0xbb67ae85)];
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = [key0, key1];
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [lanes.wordMulHigh(c0, m0), lanes.wordMul(c0, m0)];
    const [high1, low1] = [lanes.wordMulHigh(c2, m1), lanes.wordMul(c2, m1)];
    c0 = lanes.wordXor(lanes.wordXor(high1, c1), k0);
    c1 = low1;
    c2 = lanes.wordXor(lanes.wordXor(high0, c3), k1);
    c3 = low0;
    if (round < 9) [k0, k1] = [lanes.wordAdd(k0, w0), lanes.wordAdd(k1, w1)];
  }
  return [c0, c1, c2, c3];
}
