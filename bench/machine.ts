import { cpus, loadavg, release } from "node:os";
import * as ort from "onnxruntime-node";

/** The machine and what runs on it, on lines of their own. */
export function describeMachine(): void {
  const [cpu] = cpus();
  console.log(`date      ${new Date().toISOString().slice(0, 10)}`);
  console.log(`cpu       ${cpu?.model ?? "unknown"}, ${cpus().length} cores visible`);
  console.log(`system    Linux ${release()}, load ${loadavg()[0].toFixed(2)} at the start`);
  console.log(`node      ${process.versions.node}, ONNX Runtime ${ort.env.versions.node}`);
}
