import { initialState, type Probe, type Training, type TrainState } from "../../learn/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** The sharpness family and the threshold's factor η/2 at one checkpoint. */
export type PointMeasures = Readonly<Record<string, number>>;

/** What probes say of one state: their rows' values by name. */
export async function measurePoint(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  learningRate: number,
  batchSize: number,
  probes: readonly Probe[],
): Promise<PointMeasures> {
  const values: Record<string, number> = {};
  for (const probe of probes) {
    const rows = await probe.measure({
      training,
      runtime,
      step: state.step,
      parameters: state.parameters,
      slots: state.slots,
      buffers: state.buffers,
      learningRate,
      batchSize,
    });
    for (const { name, value } of rows) values[name] = value;
    await probe.dispose?.();
  }
  return values;
}

/** A state with another training's optimiser slots: the same weights, a fresh start of the rest. */
export function restarted(training: Training, from: TrainState): TrainState {
  return { ...initialState(training), step: 0, parameters: from.parameters, buffers: from.buffers };
}
