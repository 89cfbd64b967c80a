// The golden networks as files that somebody else might have made: an ONNX model whose weights are
// initializers, and an NPZ.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { ndArray, writeNpz } from "../../src/data/index.ts";
import { golden, type GoldenNet } from "../measure/golden-problem.ts";

const [int64, float64] = [7, 11];

/** `name.onnx` and `name.npz` in a folder: layers of Gemm with transposed weights and tanh between, in float64; of a batch that a Reshape fixes where one is given. */
export function writeGolden(
  folder: string,
  name: string,
  net: Pick<GoldenNet, "sizes" | "theta" | "X" | "Y" | "n"> = golden[name as "enum_3_4_2_mse"],
  batch?: number,
): { model: string; data: string } {
  const { sizes, theta, X, Y, n } = net;
  const nodes: object[] = [];
  const initializer: object[] = [];
  const layers = sizes.length - 1;
  let offset = 0;
  let value = "x";
  const tensor = (own: string, dims: number[]) => {
    const count = dims.reduce((a, b) => a * b, 1);
    initializer.push({
      name: own,
      dims: dims.map(BigInt),
      dataType: float64,
      doubleData: theta.slice(offset, (offset += count)),
    });
  };
  if (batch !== undefined) {
    const dims = [batch, sizes[0]].map(BigInt);
    initializer.push({ name: "to", dims: [2n], dataType: int64, int64Data: dims });
    nodes.push({ opType: "Reshape", name: "fixed", input: ["x", "to"], output: ["x.fixed"] });
    value = "x.fixed";
  }
  for (let k = 0; k < layers; k++) {
    tensor(`fc${k}.weight`, [sizes[k + 1], sizes[k]]);
    tensor(`fc${k}.bias`, [sizes[k + 1]]);
    const out = k + 1 < layers ? `h${k}` : "y";
    nodes.push({
      opType: "Gemm",
      name: `fc${k}`,
      input: [value, `fc${k}.weight`, `fc${k}.bias`],
      output: [out],
      attribute: [{ name: "transB", type: 2, i: 1n }],
    });
    value = out;
    if (k + 1 < layers) {
      nodes.push({ opType: "Tanh", name: `tanh${k}`, input: [out], output: [`${out}.t`] });
      value = `${out}.t`;
    }
  }
  const shaped = (own: string, width: number) => ({
    name: own,
    type: {
      value: {
        case: "tensorType" as const,
        value: {
          elemType: float64,
          shape: {
            dim: [
              batch === undefined
                ? { value: { case: "dimParam" as const, value: "N" } }
                : { value: { case: "dimValue" as const, value: BigInt(batch) } },
              { value: { case: "dimValue" as const, value: BigInt(width) } },
            ],
          },
        },
      },
    },
  });
  const file = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "golden",
    opsetImport: [{ domain: "", version: 17n }],
    graph: {
      name: "net",
      node: nodes,
      initializer,
      input: [shaped("x", sizes[0])],
      output: [shaped("y", sizes.at(-1)!)],
    },
  });
  const model = join(folder, `${name}.onnx`);
  const data = join(folder, `${name}.npz`);
  writeFileSync(model, toBinary(ModelProtoSchema, file));
  const arrays = new Map([
    ["x", ndArray(Float64Array.from(X), [n, sizes[0]])],
    ["y", ndArray(Float64Array.from(Y), [n, sizes.at(-1)!])],
  ]);
  writeFileSync(data, writeNpz(arrays));
  return { model, data };
}
