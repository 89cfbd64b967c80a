import { parse } from "yaml";
import { ConfigError } from "./config-error.ts";

/** A value put at a key path before the config is checked. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** Said in error messages: `--set optimizer.momentm=0.9`. */
  readonly origin: string;
}

/**
 * `optimizer.learningRate=0.02`: a dotted key path and a value in YAML. A number in the path is an
 * index of a list.
 *
 * @throws ConfigError for text of another form.
 */
export function parseOverride(text: string, flag = "--set"): Override {
  const origin = `${flag} ${text}`;
  const equals = text.indexOf("=");
  const path = text.slice(0, equals).split(".");
  if (equals < 1 || path.includes(""))
    throw new ConfigError(
      `${origin}: an override must be KEY.PATH=VALUE, got ${JSON.stringify(text)}`,
    );
  try {
    return {
      path,
      value: parse(text.slice(equals + 1), { logLevel: "error", stringKeys: true }) as unknown,
      origin,
    };
  } catch {
    throw new ConfigError(
      `${origin}: the value must be YAML, got ${JSON.stringify(text.slice(equals + 1))}`,
    );
  }
}

/**
 * A copy of a config's raw value with the overrides in it, in their order. Mappings that are missing
 * on the way are made; the schema has the last word on whether they may be there.
 *
 * @throws ConfigError where a path leads through a number or text, or past the end of a list.
 */
export function applyOverrides(raw: unknown, overrides: readonly Override[]): unknown {
  let out: unknown = structuredClone(raw ?? {});
  for (const override of overrides) out = put(out, override.path, override);
  return out;
}

function put(target: unknown, [key, ...rest]: readonly string[], override: Override): unknown {
  if (key === undefined) return override.value;
  const { origin, path } = override;
  const here = path.slice(0, path.length - rest.length - 1).join(".") || "the config";
  if (Array.isArray(target)) {
    const index = Number(key);
    if (!(Number.isInteger(index) && index >= 0 && index < target.length))
      throw new ConfigError(
        `${origin}: ${here} is a list of ${target.length}, so it has no entry ${JSON.stringify(key)}`,
      );
    const items: unknown[] = target;
    return items.with(index, put(items[index], rest, override));
  }
  if (target === undefined || target === null) return { [key]: put(undefined, rest, override) };
  if (typeof target !== "object")
    throw new ConfigError(`${origin}: ${here} is ${JSON.stringify(target)} and has no parts`);
  const record = target as Record<string, unknown>;
  return { ...record, [key]: put(record[key], rest, override) };
}
