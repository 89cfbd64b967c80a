/** Why a file is not read: the place in the file and the rule it breaks. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

/** Names come from the file: in the message they keep to one line and a sane length. */
export function refuse(place: string, rule: string): never {
  throw new OnnxError(`onnx: ${printable(place, 200)}: ${printable(rule, 2000)}`);
}

function printable(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
