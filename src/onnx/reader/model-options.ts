import type { ReadOptions } from "./reader.ts";

export interface ModelOptions extends ReadOptions {
  /** Which output; may be left out where the file has one. */
  readonly output?: string;
  /** End before a Softmax, LogSoftmax, Sigmoid or ArgMax that ends the file. */
  readonly beforeTrailing?: boolean;
  /** Which of all parameters are variables (default all); the others are constants. */
  readonly trainable?: (name: string, all: readonly string[]) => boolean;
  /** Statistics that BatchNormalization takes: the file's (default), or those of the batch. */
  readonly batchNorm?: "stored" | "batch";
  /**
   * Whether matrices that hold another's numbers transposed are that parameter again (default), as in
   * the model that was exported, or parameters of their own.
   */
  readonly ties?: "joined" | "apart";
  /** The shape of one sample in the data, which settles dimensions that the file leaves open. */
  readonly sample?: readonly number[];
  /** Inputs that are no data, as masks: each filled with a number. */
  readonly fill?: Readonly<Record<string, number>>;
}
