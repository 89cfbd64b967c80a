import * as ort from "onnxruntime-node";
import { ortRuntime, type OrtOptions } from "../../runtime/ort-runtime.ts";
import type { Runtime } from "../../runtime/runtime.ts";

export interface NodeRuntimeOptions extends Pick<OrtOptions, "optimization" | "arena"> {
  /** Default 1: pools give one to each process, a lone program asks for more. */
  readonly threads?: number;
}

/** ONNX Runtime's CPU in this process. A call blocks the thread it is made on. */
export function nodeRuntime({ threads = 1, ...options }: NodeRuntimeOptions = {}): Runtime {
  const version = ort.env.versions.node ?? ort.env.versions.common;
  return ortRuntime(ort, { name: "onnxruntime-node", version, threads, ...options });
}
