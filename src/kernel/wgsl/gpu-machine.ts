import { type Stream, substream } from "../../random/index.ts";
import type { Slots } from "../particles/first-exit.ts";
import type { ParticleStep } from "../particles/step.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import { type ParticleShader, particleShader, WORKGROUP } from "./particle-shader.ts";

/** Flags as WebGPU numbers them: outside a browser they have no names. */
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
const MAP_READ = 1;
const COMPUTE = 4;

/** A particle loop on a GPU. Slots are changed here, and are the device's own while it advances. */
export interface GpuMachine extends Slots {
  setParameters(values: ArrayLike<number>): void;
  /** Advance the first `count` slots by `iterations` iterations of `stepsPerIteration` steps. */
  advance(count: number, iterations: number): Promise<void>;
  dispose(): void;
}

const compiled = new WeakMap<GPUDevice, WeakMap<ParticleStep, Compiled>>();

interface Compiled {
  readonly shader: ParticleShader;
  readonly pipeline: GPUComputePipeline;
}

/** The shader's pipeline, compiled once a step and device. */
function compile(device: GPUDevice, step: ParticleStep): Compiled {
  const own = compiled.get(device) ?? new WeakMap<ParticleStep, Compiled>();
  compiled.set(device, own);
  let known = own.get(step);
  if (known === undefined) {
    const shader = particleShader(step);
    const module = device.createShaderModule({ code: shader.source });
    // Not "auto", which leaves out what a step has no use for.
    const bindings =
      (["read-only-storage", "read-only-storage", "read-only-storage", "storage"] as const) // prettier-ignore
        .map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } }));
    const layout = device.createBindGroupLayout({ entries: bindings });
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "advance" },
    });
    own.set(step, (known = { shader, pipeline }));
  }
  return known;
}

/**
 * A machine with room for `slots` particles: (2·state + generator + 6)·4 bytes each on the device, and
 * the same here.
 *
 * @throws RangeError for a step of float64.
 */
export function gpuMachine(device: GPUDevice, step: ParticleStep, slots: number): GpuMachine {
  const { shader, pipeline } = compile(device, step);
  const { fields, iteration } = shader;
  const { generator, stateSize, parameterCount, tables } = step;
  const words = new Uint32Array(fields.count * slots);
  const floats = new Float32Array(words.buffer);
  const at = (field: number, slot: number) => field * slots + slot;
  const storage = (bytes: number, more = 0) =>
    device.createBuffer({
      size: Math.max(16, Math.ceil(bytes / 4) * 4),
      usage: usage.storage | usage.copyTarget | more,
    });
  const settings = storage(16);
  const parameters = storage(4 * parameterCount);
  const tableBuffer = storage(tableStart(parameterCount) + tables.length);
  const records = storage(words.byteLength, usage.copySource);
  const reading = device.createBuffer({
    size: words.byteLength,
    usage: usage.mapRead | usage.copyTarget,
  });
  const padded = new Uint8Array(Math.ceil(tables.length / 4) * 4);
  padded.set(tables);
  device.queue.writeBuffer(tableBuffer, tableStart(parameterCount), padded);
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [settings, parameters, tableBuffer, records].map((buffer, binding) => ({
      binding,
      resource: { buffer },
    })),
  });
  const copy = (field: number, from: ArrayLike<number>, slot: number) => {
    for (let k = 0; k < from.length; k++) words[at(field + k, slot)] = from[k];
  };
  return {
    slots,
    stepsPerIteration: iteration.steps,
    setParameters(values) {
      device.queue.writeBuffer(parameters, 0, Float32Array.from(values));
    },
    put(slot, state, stream: Stream) {
      for (let k = 0; k < stateSize; k++) floats[at(fields.state + k, slot)] = state[k];
      copy(fields.words, generator.seed(stream, 0), slot);
      copy(fields.bridgeWords, xoshiro128.seed(substream(stream, 1), 0), slot);
      words[at(fields.alive, slot)] = 1;
    },
    async advance(count, iterations) {
      device.queue.writeBuffer(settings, 0, Uint32Array.of(slots, count, iterations, 0));
      device.queue.writeBuffer(records, 0, words);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(count / WORKGROUP));
      pass.end();
      encoder.copyBufferToBuffer(records, 0, reading, 0, words.byteLength);
      device.queue.submit([encoder.finish()]);
      await reading.mapAsync(MAP_READ);
      words.set(new Uint32Array(reading.getMappedRange()));
      reading.unmap();
    },
    exitStep: (slot) =>
      words[at(fields.alive, slot)] === 1 ? 0 : words[at(fields.exitStep, slot)],
    coordinate: (slot, k, atExit = false) =>
      floats[at((atExit ? fields.exitState : fields.state) + k, slot)],
    move(from, to) {
      for (let field = 0; field < fields.count; field++)
        words[at(field, to)] = words[at(field, from)];
    },
    clear(slot) {
      words[at(fields.alive, slot)] = 0;
    },
    dispose() {
      for (const buffer of [settings, parameters, tableBuffer, records, reading]) buffer.destroy();
    },
  };
}

/** Byte that the tables begin at, as the lanes count them. */
const tableStart = (parameterCount: number) => 16 * Math.ceil(parameterCount / 2);
