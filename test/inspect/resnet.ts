// Residual networks of He et al. (2016), section 4.2, as ONNX files: BatchNorm with stored statistics,
// shortcuts that are sliced and padded (option A), the weights drawn.
import { encodeModel } from "../../src/onnx/encode.ts";
import type { OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { node, tensor, whole } from "./linear.ts";

/** 6·blocks + 2 layers: 3 blocks are ResNet-20 with 269,722 parameters. */
export function resnet(blocks: number, widths: readonly number[] = [16, 32, 64]): Uint8Array {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const add = (own: OnnxTensor) => {
    initializers.push(own);
    return own.name;
  };
  const drawn = (name: string, shape: readonly number[], scale: number) => {
    const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
    fillNormal(stream("20", name), 0, values);
    return add(
      tensor(
        name,
        shape,
        Float32Array.from(values, (z) => scale * z),
      ),
    );
  };
  const filled = (name: string, count: number, value: number) =>
    add(tensor(name, [count], new Float32Array(count).fill(value)));
  const op = (
    type: string,
    inputs: readonly string[],
    name: string,
    attributes: OnnxNode["attributes"] = {},
  ) => {
    nodes.push(node(type, inputs, [name], attributes));
    return name;
  };
  /** 3 × 3, normalised. */
  const conv = (x: string, name: string, [inner, outer, stride]: readonly number[]) => {
    const w = drawn(`${name}.weight`, [outer, inner, 3, 3], Math.sqrt(2 / (9 * outer)));
    const y = op("Conv", [x, w], `${name}.conv`, {
      kernel_shape: { ints: [3, 3] },
      pads: { ints: [1, 1, 1, 1] },
      strides: { ints: [stride, stride] },
    });
    const norm = [
      filled(`${name}.gamma`, outer, 1),
      filled(`${name}.beta`, outer, 0),
      filled(`${name}.mean`, outer, 0),
      filled(`${name}.variance`, outer, 1),
    ];
    return op("BatchNormalization", [y, ...norm], `${name}.norm`, { epsilon: { float: 1e-5 } });
  };
  let x = op("Relu", [conv("x", "stem", [3, widths[0], 1])], "stem.relu");
  let inner = widths[0];
  for (const [stage, outer] of widths.entries())
    for (let block = 0; block < blocks; block++) {
      const name = `stage${stage + 1}.block${block + 1}`;
      const stride = outer === inner ? 1 : 2;
      const first = op("Relu", [conv(x, `${name}.a`, [inner, outer, stride])], `${name}.a.relu`);
      const second = conv(first, `${name}.b`, [outer, outer, 1]);
      let short = x;
      if (stride === 2) {
        const cut = ["starts", "ends", "axes", "steps"].map((what, i) =>
          add(
            whole(
              `${name}.${what}`,
              ...[
                [0, 0],
                [1 << 30, 1 << 30],
                [2, 3],
                [2, 2],
              ][i],
            ),
          ),
        );
        const sliced = op("Slice", [x, ...cut], `${name}.slice`);
        const [before, after] = [Math.floor((outer - inner) / 2), Math.ceil((outer - inner) / 2)];
        const pads = add(whole(`${name}.pads`, 0, before, 0, 0, 0, after, 0, 0));
        short = op("Pad", [sliced, pads], `${name}.pad`);
      }
      x = op("Relu", [op("Add", [second, short], `${name}.sum`)], `${name}.relu`);
      inner = outer;
    }
  const flat = op("Flatten", [op("GlobalAveragePool", [x], "pool")], "flat");
  const head = [drawn("fc.weight", [10, inner], Math.sqrt(1 / inner)), filled("fc.bias", 10, 0)];
  op("Gemm", [flat, ...head], "scores", { transB: { int: 1 } });
  return encodeModel({
    irVersion: 8,
    producer: "test",
    opsets: { "": 17 },
    graph: {
      name: "resnet",
      nodes,
      initializers,
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 3, 32, 32] }],
      outputs: [{ name: "scores", dtype: "float32", shape: ["N", 10] }],
    },
  });
}
