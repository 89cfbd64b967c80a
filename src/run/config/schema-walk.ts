import type { z } from "zod";

type Schema = z.core.$ZodType;
type Path = readonly PropertyKey[];

/** The shapes of the objects that may stand at a path, told apart by `kind` where the input says one. */
export function objectsAt(schema: Schema, path: Path, input: unknown): Record<string, Schema>[] {
  const here = unwrap(schema);
  switch (here._zod.def.type) {
    case "union": {
      const options = (here as z.core.$ZodUnion)._zod.def.options;
      const fitting = options.filter((option) => mayBe(option, input));
      return (fitting.length > 0 ? fitting : options).flatMap((option) =>
        objectsAt(option, path, input),
      );
    }
    case "array": {
      if (path.length === 0) return [];
      const { element } = (here as z.core.$ZodArray)._zod.def;
      return objectsAt(element, path.slice(1), at(input, path[0]));
    }
    case "object": {
      const { shape } = (here as z.core.$ZodObject)._zod.def;
      if (path.length === 0) return [shape];
      const next = shape[String(path[0])];
      return next === undefined ? [] : objectsAt(next, path.slice(1), at(input, path[0]));
    }
    default:
      return [];
  }
}

/** Every place of a key in a schema, as dotted paths; array elements are `*`. */
export function placesOf(schema: Schema, key: string, prefix = ""): string[] {
  const here = unwrap(schema);
  switch (here._zod.def.type) {
    case "union":
      return [
        ...new Set(
          (here as z.core.$ZodUnion)._zod.def.options.flatMap((option) =>
            placesOf(option, key, prefix),
          ),
        ),
      ];
    case "array":
      return placesOf((here as z.core.$ZodArray)._zod.def.element, key, `${prefix}*.`);
    case "object":
      return Object.entries((here as z.core.$ZodObject)._zod.def.shape).flatMap(([name, inner]) => [
        ...(name === key ? [prefix + name] : []),
        ...placesOf(inner, key, `${prefix}${name}.`),
      ]);
    default:
      return [];
  }
}

/** The schema without what wraps it: defaults, optionality, pipes. */
function unwrap(schema: Schema): Schema {
  const { def } = schema._zod;
  if ("innerType" in def) return unwrap(def.innerType as Schema);
  if (def.type === "pipe") return unwrap((def as z.core.$ZodPipeDef).in);
  return schema;
}

/** Whether an input could be meant for an option: an object of its kind. */
function mayBe(option: Schema, input: unknown): boolean {
  const here = unwrap(option);
  if (here._zod.def.type === "union") return typeof input === "object";
  if (here._zod.def.type !== "object") return typeof input !== "object";
  const kind = (here as z.core.$ZodObject)._zod.def.shape.kind;
  if (kind === undefined || typeof input !== "object" || input === null) return true;
  return kind._zod.values?.has(at(input, "kind") as string) ?? true;
}

function at(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}
