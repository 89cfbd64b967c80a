import type { TensorProto } from "onnx-buf";
import { refuse } from "./refuse.ts";

/**
 * Bytes of a tensor kept in another file: `location` is a checked path below the model's folder, with
 * forward slashes; undefined where there is no such file or it is too short.
 */
export type ExternalData = (
  location: string,
  offset: number,
  length: number,
) => Uint8Array | undefined;

/** The bytes of an external tensor; as many as its shape needs, from a path that cannot leave the folder. */
export function externalBytes(
  proto: TensorProto,
  needed: number,
  place: string,
  read: ExternalData | undefined,
): Uint8Array {
  if (read === undefined) return refuse(place, "data outside of the file is not read");
  const entries = new Map<string, string>();
  for (const { key, value } of proto.externalData) {
    if (entries.has(key)) refuse(place, `external data gives ${key} twice`);
    entries.set(key, value);
  }
  const location = insideOnly(entries.get("location") ?? "", place);
  const offset = whole(entries.get("offset") ?? "0", "offset", place);
  const length = whole(entries.get("length") ?? `${needed}`, "length", place);
  if (length !== needed)
    refuse(place, `external data must have ${needed} bytes, the file says ${length}`);
  if (needed === 0) return new Uint8Array();
  const bytes = read(location, offset, length);
  if (bytes === undefined)
    return refuse(place, `${location} has no ${length} bytes at ${offset}, or does not exist`);
  if (bytes.byteLength !== length)
    refuse(place, `${location} gave ${bytes.byteLength} bytes instead of ${length}`);
  return bytes;
}

/** A relative path of plain names: nothing that could point out of the folder on any system. */
function insideOnly(location: string, place: string): string {
  const parts = location.split("/").filter((part) => part !== ".");
  const plain =
    location.length <= 1024 &&
    !/[\\:\p{Cc}]/u.test(location) &&
    parts.length > 0 &&
    parts.every((part) => part !== "" && part !== "..");
  if (!plain)
    refuse(place, `external data must lie in the model's folder, the file says "${location}"`);
  return parts.join("/");
}

function whole(text: string, key: string, place: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
    refuse(place, `external data's ${key} must be a whole number, got "${text.slice(0, 40)}"`);
  return value;
}
