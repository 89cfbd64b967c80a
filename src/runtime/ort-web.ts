import { ortRuntime, type OrtOptions } from "./ort-runtime.ts";
import type { Runtime } from "./runtime.ts";

export interface WebRuntimeOptions extends Pick<OrtOptions, "optimization"> {
  /** Default: the cores, at most 4, where the page is cross-origin isolated; 1 otherwise. */
  readonly threads?: number;
  /** Folder or URLs of ONNX Runtime's WASM files, where a bundler does not find them itself. */
  readonly wasmPaths?: string;
}

/**
 * ONNX Runtime as WASM, in a page or a worker. The number of threads is fixed when the first function
 * is compiled, for as long as the page lives. Inputs are copied into WASM at every call, and outputs
 * are always taken from what a call returns: outputs of the caller's own would stay zero.
 */
export async function webRuntime({
  threads,
  wasmPaths,
  ...options
}: WebRuntimeOptions = {}): Promise<Runtime> {
  const ort = await import("onnxruntime-web/wasm");
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const count = isolated ? (threads ?? Math.min(cores, 4)) : 1;
  ort.env.wasm.numThreads = count;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return ortRuntime(ort, {
    name: "onnxruntime-web",
    version: ort.env.versions.web ?? ort.env.versions.common,
    threads: count,
    executionProviders: ["wasm"],
    ...options,
  });
}
