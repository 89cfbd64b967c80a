import { type Dataset, sampleCount } from "./dataset.ts";

/**
 * Images averaged over squares of `side` × `side` pixels.
 *
 * @throws RangeError where the squares do not fill the image.
 */
export function averagePooled(dataset: Dataset, side: number): Dataset {
  const { data, shape } = dataset.inputs;
  const [, channels, height, width] = shape;
  if (shape.length !== 4 || height % side !== 0 || width % side !== 0)
    throw new RangeError(
      `images to average over ${side} pixels must be [N, C, H, W] of sides that are multiples of it, got [${shape.join(", ")}]`,
    );
  if (side === 1) return dataset;
  const [h, w] = [height / side, width / side];
  const planes = sampleCount(dataset) * channels;
  const out = new Float32Array(planes * h * w);
  for (let p = 0; p < planes; p++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++)
        out[(p * h + Math.floor(i / side)) * w + Math.floor(j / side)] +=
          data[(p * height + i) * width + j] / side ** 2;
  return { ...dataset, inputs: { data: out, shape: [shape[0], channels, h, w] } };
}
