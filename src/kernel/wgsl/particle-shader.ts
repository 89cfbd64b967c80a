// The fused loop of independent particles as a compute shader, a particle an invocation:
//
//     advance(slot):
//       load state, words, alive; return unless alive
//       for (i = 0; i < iterations; i++)
//         (state, words, exits) = iteration(state, words, parameters)
//         if it has left: note step and state; alive = 0; break
//       store
//
// The steps, the draws and the exits are those of the WebAssembly loop: the same lanes, written once.
import { exp } from "../lanes/functions/exp.ts";
import type { Lane } from "../lanes/lane.ts";
import { openDraws } from "../random/draws.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import { type Iteration, type ParticleStep, unroll } from "../particles/step.ts";
import { emitWgsl, innerScope, wgslHelpers, type WgslScope, wgslScope, wgslTypes } from "./emit.ts";

/** Where in a slot's record its fields are, in words of 32 bits: field f of slot s is at f·slots + s. */
export interface RecordFields {
  readonly state: number;
  readonly words: number;
  /** 1 where it has not left. */
  readonly alive: number;
  /** The step, from 1 within a call, that the particle left with. */
  readonly exitStep: number;
  readonly exitState: number;
  readonly bridgeWords: number;
  readonly count: number;
}

export interface ParticleShader {
  readonly source: string;
  readonly fields: RecordFields;
  readonly iteration: Iteration;
}

/** Invocations of a workgroup. */
export const WORKGROUP = 64;

/** A crossing less probable than e⁻²³ = 10⁻¹⁰ is not drawn. */
const BRIDGE_REACH = 23;

/**
 * The shader of a step.
 *
 * @throws RangeError for float64, which WGSL does not have.
 */
export function particleShader(step: ParticleStep): ParticleShader {
  if (step.precision !== "f32")
    throw new RangeError(`WGSL computes in f32, got a step of ${step.precision}`);
  const iteration = unroll(step);
  const fields = fieldsOf(step);
  const source = `
@group(0) @binding(0) var<storage, read> settings: array<u32>; // slots, live, iterations
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> tables: array<f32>;
@group(0) @binding(3) var<storage, read_write> records: array<u32>;
${wgslHelpers}
@compute @workgroup_size(${WORKGROUP})
fn advance(@builtin(global_invocation_id) id: vec3u) {
  let slots = settings[0];
  let slot = id.x;
  let zero = settings[3];
  if (slot >= settings[1] || records[${fields.alive}u * slots + slot] == 0u) { return; }
${bodyOf(iteration, fields)
  .map((line) => `  ${line}`)
  .join("\n")}
}
`;
  return { source, fields, iteration };
}

function fieldsOf({ stateSize, generator }: ParticleStep): RecordFields {
  let at = 0;
  const take = (count: number) => (at += count) - count;
  const fields = {
    state: take(stateSize),
    words: take(generator.stateWords),
    alive: take(1),
    exitStep: take(1),
    exitState: take(stateSize),
    bridgeWords: take(4),
  };
  return { ...fields, count: at };
}

const place = (field: number) => `records[${field}u * slots + slot]`;

function bodyOf(iteration: Iteration, fields: RecordFields): string[] {
  const { state, words, parameters, results, nextWords, steps } = iteration;
  const scope = wgslScope();
  const code: string[] = [];
  const variables = (lanes: readonly Lane[], name: string, from: (i: number) => string) =>
    lanes.map((lane, i) => {
      scope.names.set(lane, `${name}${i}`);
      return `var ${name}${i}: ${wgslTypes[lane.type]} = ${from(i)};`;
    });
  code.push(
    ...variables(state, "x", (i) => `bitcast<f32>(${place(fields.state + i)})`),
    ...variables(words, "w", (i) => place(fields.words + i)),
    ...parameters.map((lane, i) => {
      scope.names.set(lane, `p${i}`);
      return `let p${i} = parameters[${i}];`;
    }),
  );
  const bridge = results.some(({ bridge: q }) => q !== undefined)
    ? bridgeOf(iteration, scope)
    : undefined;
  if (bridge !== undefined)
    code.push(...[0, 1, 2, 3].map((i) => `var b${i}: u32 = ${place(fields.bridgeWords + i)};`));
  const inner: string[] = [];
  for (const [j, { exit, bridge: q, state: after }] of results.entries()) {
    if (exit === undefined) continue;
    inner.push(...emitWgsl([exit, ...(q === undefined ? [] : [q]), ...after], scope));
    inner.push(`left = ${scope.names.get(exit)!};`);
    if (q !== undefined) inner.push(...bridge!(q));
    inner.push(
      "if (left) {",
      `  ${place(fields.exitStep)} = i * ${steps}u + ${j + 1}u;`,
      ...after.map((lane, k) => `  ${place(fields.exitState + k)} = bitcast<u32>(${scope.names.get(lane)!});`), // prettier-ignore
      "  break;",
      "}",
    );
  }
  const last = results.at(-1)!.state;
  inner.push(...emitWgsl([...last, ...nextWords], scope));
  // All at once: a new value may be another's old one.
  const next = [...last, ...nextWords].map((lane) => scope.names.get(lane)!);
  next.forEach((name, i) => inner.push(`let n${i} = ${name};`));
  state.forEach((_, i) => inner.push(`x${i} = n${i};`));
  words.forEach((_, i) => inner.push(`w${i} = n${state.length + i};`));
  code.push(
    "var left = false;",
    "for (var i = 0u; i < settings[2]; i++) {",
    ...inner.map((line) => `  ${line}`),
    "}",
    ...state.map((_, i) => `${place(fields.state + i)} = bitcast<u32>(x${i});`),
    ...words.map((_, i) => `${place(fields.words + i)} = w${i};`),
    ...(bridge === undefined
      ? []
      : [0, 1, 2, 3].map((i) => `${place(fields.bridgeWords + i)} = b${i};`)),
    `${place(fields.alive)} = select(1u, 0u, left);`,
  );
  return code;
}

/**
 * A particle near the wall draws a uniform from its second generator, which advances then alone:
 *
 *     if (q < 23) { left = left | (u < e^(−q)) }
 */
function bridgeOf({ lanes }: Iteration, outer: WgslScope): (q: Lane) => string[] {
  return (q) => {
    const scope = innerScope(outer);
    const words = Array.from({ length: 4 }, () => lanes.variable("word"));
    words.forEach((word, i) => scope.names.set(word, `b${i}`));
    const reader = xoshiro128.open(lanes, words);
    const uniform = openDraws(lanes, reader).uniform();
    const crossed = lanes.less(uniform, exp(lanes, lanes.neg(q)));
    const advanced = reader.state();
    const code = emitWgsl([crossed, ...advanced], scope);
    return [
      `if (${outer.names.get(q)!} < ${BRIDGE_REACH}.0) {`,
      ...code.map((line) => `  ${line}`),
      ...advanced.map((word, i) => `  let m${i} = ${scope.names.get(word)!};`),
      ...advanced.map((_, i) => `  b${i} = m${i};`),
      `  left = left || ${scope.names.get(crossed)!};`,
      "}",
    ];
  };
}
