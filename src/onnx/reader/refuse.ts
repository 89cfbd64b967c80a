/** Why a file is not read: the place in the file and the rule it breaks. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

export function refuse(place: string, rule: string): never {
  throw new OnnxError(`onnx: ${place}: ${rule}`);
}
