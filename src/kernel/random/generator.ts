import type { Stream } from "../../random/index.ts";
import type { Lane, Lanes } from "../lanes/lane.ts";

/**
 * A random stream as lanes: a state of words a particle, and how to draw one word from it. A record a
 * method.
 */
export interface Generator {
  readonly name: "xoshiro128++" | "philox4x32-10";
  /** Words of state. */
  readonly stateWords: number;
  /** How many words one round of it gives: an iteration of a loop uses them up or drops them. */
  readonly batch: number;
  /** Read words from a state; `state()` is the state after what has been read. */
  open(lanes: Lanes, state: readonly Lane[]): WordReader;
  /**
   * The first state of a particle's stream: `stateWords` words for each 32-bit lane that the particle
   * has, one in f32, two in f64.
   */
  seed(stream: Stream, lane: 0 | 1): Int32Array;
}

export interface WordReader {
  next(): Lane;
  state(): readonly Lane[];
}
