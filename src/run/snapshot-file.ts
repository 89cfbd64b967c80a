import {
  type ElementType,
  type NdArray,
  readSafetensors,
  writeSafetensors,
  DataError,
} from "../data/index.ts";
import { sizeOf } from "../graph/index.ts";
import { joined, optimiser, type Snapshot, type Training, views } from "../learn/index.ts";
import type { FloatArray } from "../numeric/index.ts";

const format = "thalweg-checkpoint-1";

/**
 * A snapshot as a safetensors file that other programs can read: parameters and buffers by their own
 * names and shapes, `velocity/NAME` for an optimiser's slot, `probe/PROBE/NAME` for what probes
 * remember; where training stands is in the metadata.
 */
export function writeSnapshot({ state, probes }: Snapshot, training: Training): Uint8Array {
  const { model } = training;
  const tensors = new Map<string, NdArray>();
  const put = (
    prefix: string,
    specs: typeof model.parameters | typeof model.buffers,
    flat: FloatArray,
  ) =>
    views(specs, flat).forEach((data, i) => {
      tensors.set(`${prefix}${specs[i].name}`, {
        dtype: dtypeOf(data),
        shape: specs[i].shape,
        data,
      });
    });
  put("", model.parameters, state.parameters);
  put("", model.buffers, state.buffers);
  optimiser(training.optimiser).slots.forEach((slot, i) =>
    put(`${slot}/`, model.parameters, state.slots[i]),
  );
  for (const [probe, arrays] of Object.entries(probes))
    for (const [name, data] of Object.entries(arrays))
      tensors.set(`probe/${probe}/${name}`, { dtype: dtypeOf(data), shape: [data.length], data });
  const { epoch, offset, batches } = state.position;
  const numbers = { step: state.step, epoch, offset, batches };
  return writeSafetensors(tensors, {
    format,
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
  });
}

/**
 * Read a snapshot back, bit for bit.
 *
 * @throws DataError naming the file and the tensor where it does not fit the training.
 */
export function readSnapshot(bytes: Uint8Array, training: Training, file: string): Snapshot {
  const { model, precision } = training;
  const { tensors, metadata } = readSafetensors(bytes, { file });
  if (metadata.format !== format)
    throw new DataError(
      `${file}: the format must be ${format}, got ${JSON.stringify(metadata.format)}`,
    );
  const number = (name: string): number => {
    const value = Number(metadata[name]);
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw new DataError(
        `${file}: ${name} must be a whole number, got ${JSON.stringify(metadata[name])}`,
      );
    return value;
  };
  const take = (prefix: string, specs: readonly { name: string; shape: readonly number[] }[]) =>
    joined(
      specs.map(({ name, shape }) => {
        const found = tensors.get(prefix + name);
        if (found?.dtype !== precision || found.data.length !== sizeOf(shape))
          throw new DataError(
            `${file}: ${prefix}${name} must be ${precision} [${shape.join(", ")}], got ${found ? `${found.dtype} [${found.shape.join(", ")}]` : "none"}`,
          );
        return found.data as FloatArray;
      }),
      precision,
    );
  const probes: Record<string, Record<string, FloatArray>> = {};
  for (const [name, { data }] of tensors) {
    const [kind, probe, ...rest] = name.split("/");
    if (kind === "probe" && rest.length > 0)
      (probes[probe] ??= {})[rest.join("/")] = data as FloatArray;
  }
  return {
    state: {
      step: number("step"),
      parameters: take("", model.parameters),
      slots: optimiser(training.optimiser).slots.map((slot) => take(`${slot}/`, model.parameters)),
      buffers: take("", model.buffers),
      position: { epoch: number("epoch"), offset: number("offset"), batches: number("batches") },
    },
    probes,
  };
}

function dtypeOf(data: FloatArray): ElementType {
  return data instanceof Float32Array ? "float32" : "float64";
}
