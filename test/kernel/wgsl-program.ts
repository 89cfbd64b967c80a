import type { Lane } from "../../src/kernel/lanes/lane.ts";
import type { LaneValue } from "../../src/kernel/lanes/reference.ts";
import { emitWgsl, wgslHelpers, wgslScope } from "../../src/kernel/wgsl/emit.ts";

/** The browser's device; what it complains about becomes an error of the next call. */
export async function gpuDevice(): Promise<GPUDevice | undefined> {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter?.requestDevice();
}

// As WebGPU numbers its flags.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [1, 4, 8, 128];

const bits = new DataView(new ArrayBuffer(4));

function toBits(value: LaneValue): number {
  if (typeof value === "bigint") return Number(BigInt.asUintN(32, value));
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "object") return value[0] >>> 0;
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

function fromBits(type: Lane["type"], word: number): LaneValue {
  if (type === "int") return BigInt(word | 0);
  if (type === "mask") return word !== 0;
  if (type === "word") return [word | 0];
  bits.setUint32(0, word);
  return bits.getFloat32(0);
}

const load = (type: Lane["type"], text: string) =>
  ({ float: `bitcast<f32>(${text})`, int: `bitcast<i32>(${text})`, mask: `${text} != 0u`, word: text })[type]; // prettier-ignore
const store = (type: Lane["type"], text: string) =>
  ({ float: `bitcast<u32>(${text})`, int: `bitcast<u32>(${text})`, mask: `select(0u, 1u, ${text})`, word: text })[type]; // prettier-ignore

/** Values of the outputs on the device, [outputs][rows]: `rows[k]` are those of variable k. */
export async function runWgsl(
  device: GPUDevice,
  variables: readonly Lane[],
  outputs: readonly Lane[],
  rows: readonly (readonly LaneValue[])[],
  table: Float32Array<ArrayBuffer> = new Float32Array(4),
): Promise<LaneValue[][]> {
  const count = rows[0].length;
  const scope = wgslScope();
  variables.forEach((lane, k) => scope.names.set(lane, `a${k}`));
  const body = emitWgsl(outputs, scope);
  const code = `
@group(0) @binding(0) var<storage, read> given: array<u32>;
@group(0) @binding(1) var<storage, read> tables: array<f32>;
@group(0) @binding(2) var<storage, read_write> found: array<u32>;
${wgslHelpers}
@compute @workgroup_size(64)
fn run(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= ${count}u) { return; }
  let zero = given[${count * variables.length}u];
  let keep = tables[0];
${variables.map(({ type }, k) => `  let a${k} = ${load(type, `given[${k * count}u + i]`)};`).join("\n")}
${body.map((line) => `  ${line}`).join("\n")}
${outputs.map((lane, k) => `  found[${k * count}u + i] = ${store(lane.type, scope.names.get(lane)!)};`).join("\n")}
}`;
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "run" } }); // prettier-ignore
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(`${error.message}\n${code}`);
  const given = Uint32Array.from([...rows.flatMap((row) => row.map(toBits)), 0]);
  const buffer = (size: number, usage: number) => device.createBuffer({ size, usage });
  const input = buffer(given.byteLength, STORAGE | COPY_DST);
  const tables = buffer(table.byteLength, STORAGE | COPY_DST);
  const output = buffer(4 * count * outputs.length, STORAGE | COPY_SRC);
  const reading = buffer(4 * count * outputs.length, MAP_READ | COPY_DST);
  device.queue.writeBuffer(input, 0, given);
  device.queue.writeBuffer(tables, 0, table);
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [input, tables, output].map((own, binding) => ({
      binding,
      resource: { buffer: own },
    })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(count / 64));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, reading, 0, reading.size);
  device.queue.submit([encoder.finish()]);
  await reading.mapAsync(MAP_READ);
  const words = new Uint32Array(reading.getMappedRange().slice(0));
  reading.unmap();
  for (const own of [input, tables, output, reading]) own.destroy();
  return outputs.map(({ type }, k) =>
    Array.from({ length: count }, (_, i) => fromBits(type, words[k * count + i])),
  );
}
