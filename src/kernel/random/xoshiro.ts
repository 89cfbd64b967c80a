import { fillWords } from "../../random/index.ts";
import type { Lane, Lanes } from "../lanes/lane.ts";
import type { Generator } from "./generator.ts";

/**
 * xoshiro128++ 1.0: period 2¹²⁸ − 1, 14 instructions a word. Each 32-bit lane is a generator of its own,
 * seeded with a Philox block of the particle's stream; that two of M generators overlap within n words
 * has a chance of about M²·n/2¹²⁸.
 *
 * @see Blackman, Vigna (2021), https://doi.org/10.1145/3460772
 */
export const xoshiro128: Generator = {
  name: "xoshiro128++",
  stateWords: 4,
  batch: 1,
  open(lanes, state) {
    let [s0, s1, s2, s3] = state;
    return {
      next() {
        const result = lanes.wordAdd(rotate(lanes, lanes.wordAdd(s0, s3), 7), s0);
        const t = lanes.shift("wordShiftLeft", s1, 9);
        s2 = lanes.wordXor(s2, s0);
        s3 = lanes.wordXor(s3, s1);
        s1 = lanes.wordXor(s1, s2);
        s0 = lanes.wordXor(s0, s3);
        s2 = lanes.wordXor(s2, t);
        s3 = rotate(lanes, s3, 11);
        return result;
      },
      state: () => [s0, s1, s2, s3],
    };
  },
  seed(stream, lane) {
    const words = new Int32Array(4);
    fillWords(stream, 4 * lane, words);
    // The one state that never leaves itself.
    if (words.every((word) => word === 0)) words[0] = 1;
    return words;
  },
};

function rotate(lanes: Lanes, x: Lane, bits: number): Lane {
  return lanes.wordOr(
    lanes.shift("wordShiftLeft", x, bits),
    lanes.shift("wordShiftRight", x, 32 - bits),
  );
}
