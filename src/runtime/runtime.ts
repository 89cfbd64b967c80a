import type { Data, DType, Shape } from "../graph/tensor.ts";
import type { GraphFunction } from "../graph/walk.ts";
import type { ScanProgram } from "../onnx/scan.ts";

/** What a compiled function takes or gives at one place. */
export interface Signature {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A compiled function. Calls are run one after another in the order they were made. */
export interface Executable extends AsyncDisposable {
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** Bytes the machine keeps for this executable, estimated: file and constants. */
  readonly bytes: number;
  /**
   * The outputs for these inputs, each a new array that aliases no input. An input may be a view
   * anywhere into a larger buffer and must not change before the promise settles.
   */
  run(inputs: readonly Data[]): Promise<Data[]>;
  /** Waits for calls under way, then frees the machine's memory. A second call does nothing. */
  dispose(): Promise<void>;
}

export interface ScanArguments {
  readonly carry: readonly Data[];
  readonly constants: readonly Data[];
  /** Each [steps, …]. */
  readonly slices: readonly Data[];
}

export interface ScanResult {
  readonly carry: Data[];
  /** Each [steps, …]. */
  readonly emitted: Data[];
}

/** A compiled loop; the number of steps is chosen call by call. */
export interface ScanExecutable extends AsyncDisposable {
  readonly carry: readonly Signature[];
  readonly constants: readonly Signature[];
  /** Shapes of one step. */
  readonly slices: readonly Signature[];
  readonly emitted: readonly Signature[];
  readonly bytes: number;
  run(steps: number, args: ScanArguments): Promise<ScanResult>;
  dispose(): Promise<void>;
}

export type OptimizationLevel = "disabled" | "basic" | "extended" | "layout" | "all";

export interface CompileOptions {
  /** Threads within one op; default: by the work of one call. */
  readonly threads?: number;
  /** Said in error messages. */
  readonly label?: string;
  /** Whether the graph is simplified before it is compiled; default true. */
  readonly simplify?: boolean;
  /** How far the machine may rewrite the graph. Levels differ in the last bits of results. */
  readonly optimization?: OptimizationLevel;
}

/** A machine that runs graphs. */
export interface Runtime extends AsyncDisposable {
  readonly name: string;
  readonly version: string;
  /** The most threads it gives to one call. */
  readonly threads: number;
  compile(fn: GraphFunction, options?: CompileOptions): Promise<Executable>;
  compileScan(program: ScanProgram, options?: CompileOptions): Promise<ScanExecutable>;
  /** Disposes whatever was compiled and is not disposed yet. */
  dispose(): Promise<void>;
}
