import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeModel } from "../../src/onnx/encode.ts";
import { OnnxError, readFunction, readModel } from "../../src/onnx/index.ts";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor } from "../../src/onnx/model.ts";
import { modelOf } from "../onnx/one-node.ts";
import { uses } from "../onnx/uses.ts";
import { meterAllocations, within } from "./bounds.ts";
import { awkward, mutationOf } from "./mutations.ts";
import { classifier, everyKind } from "./onnx-models.ts";
import { fuzzRuns } from "./runs.ts";

const numRuns = fuzzRuns("onnx", 4);
/** Of small files: no size that a file only states is ever allocated. */
const bounds = { bytes: 2 ** 27, milliseconds: 5000 };

meterAllocations();

/** Whether the file was taken; what is thrown must be a refusal of one line. */
function taken(read: () => unknown): boolean {
  const error = within(bounds, read);
  if (error === undefined) return true;
  if (!(error instanceof OnnxError)) throw error;
  expect(error.message).toMatch(/^onnx: [^\n]+: [^\n]+$/);
  return false;
}

test.each([
  ["a function", everyKind(), (bytes: Uint8Array): unknown => readFunction(bytes)],
  ["a model", classifier(), (bytes: Uint8Array): unknown => readModel(bytes)],
] as const)(
  `of ${numRuns} damaged files each is read as %s or refused, within its bounds of memory and time`,
  (_, valid, read) => {
    let accepted = 0;
    read(valid);
    fc.assert(
      fc.property(mutationOf(valid), (bytes) => {
        if (taken(() => read(bytes))) accepted++;
      }),
      { numRuns, seed: 20260101 },
    );
    // Both happen, or the mutations miss what they are for.
    expect(Math.min(accepted, numRuns - accepted)).toBeGreaterThan(numRuns / 50);
  },
);

test(`of ${numRuns} files whose operators got other numbers each is read or refused, within its bounds`, () => {
  let accepted = 0;
  const models = uses.map(modelOf);
  const number = fc.oneof(
    fc.integer({ min: -4, max: 8 }),
    fc.constantFrom(...awkward, -(2 ** 31), 2 ** 40, 2 ** 53, -(2 ** 53)),
  );
  const change = fc.record({ place: fc.nat(), number });
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.nat(models.length - 1), changes, (which, list) => {
      const model = list.reduce(
        (own, { place, number: n }) => altered(own, place, n),
        models[which],
      );
      const bytes = encodeModel(model);
      if (taken(() => readFunction(bytes))) accepted++;
    }),
    { numRuns, seed: 20260103 },
  );
  expect(Math.min(accepted, numRuns - accepted)).toBeGreaterThan(numRuns / 50);
});

test("bytes without any structure are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      expect(taken(() => readFunction(bytes))).toBe(false);
    }),
    { numRuns, seed: 20260102 },
  );
});

/** A model of one node with another number in an attribute, an integer input, or an input's shape. */
function altered(model: OnnxModel, place: number, number: number): OnnxModel {
  const { graph } = model;
  const [node] = graph.nodes;
  const edits: ((g: OnnxGraph) => OnnxGraph)[] = [
    ...Object.entries(node.attributes).flatMap(([name, attribute]) =>
      attributeEdits(attribute, number).map((next) => (g: OnnxGraph) => ({
        ...g,
        nodes: [{ ...node, attributes: { ...node.attributes, [name]: next } }],
      })),
    ),
    ...graph.initializers.flatMap((tensor, i) =>
      tensorEdits(tensor, number).map((next) => (g: OnnxGraph) => ({
        ...g,
        initializers: graph.initializers.with(i, next),
      })),
    ),
    ...graph.inputs.flatMap((value, i) =>
      value.shape.map((_, axis) => (g: OnnxGraph) => ({
        ...g,
        inputs: graph.inputs.with(i, { ...value, shape: value.shape.with(axis, Math.abs(number)) }),
      })),
    ),
  ];
  return edits.length === 0 ? model : { ...model, graph: edits[place % edits.length](graph) };
}

function attributeEdits(attribute: OnnxAttribute, number: number): OnnxAttribute[] {
  if ("int" in attribute) return [{ int: number }];
  if ("float" in attribute) return [{ float: number }];
  if (!("ints" in attribute)) return [];
  const { ints } = attribute;
  return [
    ...ints.map((_, i) => ({ ints: ints.with(i, number) })),
    { ints: [...ints, number] },
    { ints: ints.slice(1) },
  ];
}

function tensorEdits(tensor: OnnxTensor, number: number): OnnxTensor[] {
  if (!(tensor.data instanceof BigInt64Array)) return [];
  return Array.from(tensor.data, (_, i) => {
    const data = (tensor.data as BigInt64Array).slice();
    data[i] = BigInt(number);
    return { ...tensor, data };
  });
}
