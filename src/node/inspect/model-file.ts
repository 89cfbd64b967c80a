import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, isAbsolute } from "node:path";
import type { ExternalData } from "../../onnx/reader/index.ts";
import { readBytes } from "../files/index.ts";

export interface ModelFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Tensors beside the model, in its own folder and nowhere else. */
  readonly externalData: ExternalData;
}

export async function readModelFile(file: string): Promise<ModelFile> {
  const bytes = await readBytes(file);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const folder = realpathSync(dirname(resolve(file)));
  return {
    file,
    bytes,
    sha256,
    externalData(location, offset, length) {
      const path = resolve(folder, location);
      if (!existsSync(path)) return undefined;
      // Links are followed before the comparison: a link must not lead out of the folder.
      const inside = relative(folder, realpathSync(path));
      if (inside.startsWith("..") || isAbsolute(inside) || !statSync(path).isFile())
        return undefined;
      const whole = readFileSync(path);
      return whole.length < offset + length ? undefined : whole.subarray(offset, offset + length);
    },
  };
}
