import type {
  Env,
  InferenceSession,
  Tensor as OrtTensor,
  TensorConstructor,
} from "onnxruntime-common";
import type { Data, DType, Shape, Tensor } from "../graph/tensor.ts";
import { simplify } from "../graph/simplify/index.ts";
import { type GraphFunction, topological } from "../graph/walk.ts";
import { emittedBy, scanNames, type ScanProgram } from "../onnx/scan.ts";
import { inputName, outputName, writeFunction, writeScan } from "../onnx/writer.ts";
import { channelBlock, hasConvolutions } from "./channel-block.ts";
import { estimateFlops } from "./flops.ts";
import type {
  CompileOptions,
  Executable,
  OptimizationLevel,
  Runtime,
  ScanExecutable,
} from "./runtime.ts";
import { requireData, signatureOf } from "./signature.ts";

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  readonly env: Env;
}

export interface OrtOptions {
  readonly name: string;
  readonly version: string;
  /** The most threads within one op. */
  readonly threads: number;
  readonly executionProviders?: readonly string[];
  readonly optimization?: OptimizationLevel;
  /**
   * Whether each session keeps the memory of its calls for the next, default. Without, a program of many
   * large sessions that are called seldom takes less.
   */
  readonly arena?: boolean;
}

/** Below this work a call on one thread is faster than waking a second. */
const flopsForThreads = 1e7;

/**
 * ONNX Runtime as a machine for graphs. The module is handed in: this file runs in Node and in
 * browsers. Threads never spin between calls, since that takes the cores from everybody else.
 */
export function ortRuntime(ort: Ort, options: OrtOptions): Runtime {
  const { name, version, threads, executionProviders = ["cpu"] } = options;
  if (!(Number.isInteger(threads) && threads >= 1))
    throw new RangeError(`threads must be a positive integer, got ${threads}`);
  const open = new Set<{ dispose(): Promise<void> }>();

  async function load(
    model: Uint8Array,
    outputs: readonly Tensor[],
    { threads: asked, label = "function", optimization = options.optimization }: CompileOptions,
  ): Promise<Session> {
    const work = estimateFlops(outputs);
    const creating = ort.InferenceSession.create(model, {
      executionProviders,
      intraOpNumThreads: Math.min(threads, asked ?? (work < flopsForThreads ? 1 : threads)),
      interOpNumThreads: 1,
      graphOptimizationLevel: optimization ?? defaultLevel(outputs),
      enableCpuMemArena: options.arena ?? true,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    const session = await explained(creating, `${label}: could not be compiled`);
    const serial = serialise(session, label);
    open.add(serial);
    return {
      ...serial,
      dispose: () => {
        open.delete(serial);
        return serial.dispose();
      },
    };
  }

  const onCpu = executionProviders.every((provider) => provider === "cpu");
  const kernels = async (outputs: readonly Tensor[]) =>
    onCpu && hasConvolutions(outputs) ? { channelBlock: await channelBlock(ort) } : {};

  const feed = (data: Data, dtype: DType, shape: Shape): OrtTensor =>
    new ort.Tensor(dtype, data as Float32Array, shape);

  const runtime: Omit<Runtime, typeof Symbol.asyncDispose> = {
    name,
    version,
    threads,
    async compile(fn: GraphFunction, compileOptions: CompileOptions = {}) {
      const label = compileOptions.label ?? "function";
      const inputs = fn.inputs.map((t, i) => signatureOf(t, inputName(i)));
      const outputs = fn.outputs.map((t, i) => ({ ...signatureOf(t, ""), name: outputName(i) }));
      const model = writeFunction(
        compileOptions.simplify === false ? fn : simplify(fn),
        await kernels(fn.outputs),
      );
      const session = await load(model, fn.outputs, compileOptions);
      const executable: Omit<Executable, typeof Symbol.asyncDispose> = {
        inputs,
        outputs,
        bytes: model.byteLength,
        async run(data) {
          requireData(label, inputs, data);
          const feeds: Record<string, OrtTensor> = {};
          for (const [i, { dtype, shape }] of inputs.entries())
            feeds[inputName(i)] = feed(data[i], dtype, shape);
          const results = await session.run(feeds);
          return outputs.map(({ name: output }) => results[output].data as Data);
        },
        dispose: session.dispose,
      };
      return disposable(executable);
    },
    async compileScan(program: ScanProgram, compileOptions: CompileOptions = {}) {
      const label = compileOptions.label ?? "scan";
      const carry = program.carry.map((t, i) => signatureOf(t, scanNames.carry(i)));
      const constants = program.constants.map((t, i) => signatureOf(t, scanNames.constant(i)));
      const slices = program.slices.map((t, i) => signatureOf(t, scanNames.slice(i)));
      const emitted = emittedBy(program).map(({ dtype, shape }, i) => ({
        name: scanNames.emitted(i),
        dtype,
        shape,
      }));
      const outputs = [...program.nextCarry, ...emittedBy(program)];
      const model = writeScan(
        compileOptions.simplify === false ? program : simplifyScan(program),
        await kernels(outputs),
      );
      const session = await load(model, outputs, compileOptions);
      const executable: Omit<ScanExecutable, typeof Symbol.asyncDispose> = {
        carry,
        constants,
        slices,
        emitted,
        bytes: model.byteLength,
        async run(steps, args) {
          if (!(Number.isSafeInteger(steps) && steps >= 0))
            throw new RangeError(`${label}: steps must be a whole number, got ${steps}`);
          requireData(`${label}: carry`, carry, args.carry);
          requireData(`${label}: constants`, constants, args.constants);
          requireData(`${label}: slices`, slices, args.slices, steps);
          const feeds: Record<string, OrtTensor> = {
            [scanNames.steps]: feed(BigInt64Array.of(BigInt(steps)), "int64", []),
          };
          for (const [i, { dtype, shape }] of carry.entries())
            feeds[scanNames.carry(i)] = feed(args.carry[i], dtype, shape);
          for (const [i, { dtype, shape }] of constants.entries())
            feeds[scanNames.constant(i)] = feed(args.constants[i], dtype, shape);
          for (const [i, { dtype, shape }] of slices.entries())
            feeds[scanNames.slice(i)] = feed(args.slices[i], dtype, [steps, ...shape]);
          const results = await session.run(feeds);
          return {
            carry: carry.map((_, i) => results[scanNames.nextCarry(i)].data as Data),
            emitted: emitted.map((_, i) => results[scanNames.emitted(i)].data as Data),
          };
        },
        dispose: session.dispose,
      };
      return disposable(executable);
    },
    async dispose() {
      await Promise.all([...open].map((session) => session.dispose()));
      open.clear();
    },
  };
  return disposable(runtime);
}

interface Session {
  readonly run: (feeds: Record<string, OrtTensor>) => Promise<InferenceSession.ReturnType>;
  readonly dispose: () => Promise<void>;
}

/** One call at a time on a session; disposal takes its place in the queue. */
function serialise(session: InferenceSession, label: string): Session {
  let last: Promise<unknown> = Promise.resolve();
  let disposed: Promise<void> | undefined;
  return {
    run(feeds) {
      if (disposed !== undefined) throw new Error(`${label}: has been disposed`);
      const result = last.then(() => explained(session.run(feeds), `${label}: failed when run`));
      last = result.catch(() => undefined);
      return result;
    },
    dispose: () => (disposed ??= last.then(() => session.release())),
  };
}

/** ONNX Runtime's errors on one line, with the function they are about; the original as cause. */
async function explained<T>(work: Promise<T>, what: string): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what}: ${said.trim().split(/\s*\n/)[0]}`, { cause });
  }
}

/**
 * The fusions beyond "basic" make kernels that ONNX Runtime has in float32 alone: a graph with
 * float64 in it would fail to load.
 */
function defaultLevel(outputs: readonly Tensor[]): OptimizationLevel {
  return topological(outputs).some(({ dtype }) => dtype === "float64") ? "basic" : "all";
}

function disposable<T extends { dispose(): Promise<void> }>(value: T): T & AsyncDisposable {
  return Object.assign(value, { [Symbol.asyncDispose]: () => value.dispose() });
}

/** What only some steps compute is simplified apart: what every step computes must not depend on it. */
function simplifyScan(program: ScanProgram): ScanProgram {
  const { sometimes } = program;
  const inputs = [...program.carry, ...program.constants, ...program.slices];
  const { outputs } = simplify({ inputs, outputs: [...program.nextCarry, ...program.emitted] });
  const carried = program.nextCarry.length;
  return {
    ...program,
    nextCarry: outputs.slice(0, carried),
    emitted: outputs.slice(carried),
    ...(sometimes && {
      sometimes: {
        when: sometimes.when,
        emitted: simplify({ inputs, outputs: sometimes.emitted }).outputs,
      },
    }),
  };
}
