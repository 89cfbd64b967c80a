import type { z } from "zod";
import { nearestWord } from "../../numeric/index.ts";
import { objectsAt, placesOf } from "./schema-walk.ts";

/** One thing that is wrong with a config. */
export interface Problem {
  /** Of the value or key that is wrong. */
  readonly path: readonly PropertyKey[];
  /** Whether the key is wrong, rather than what it stands for. */
  readonly atKey: boolean;
  readonly message: string;
}

/** Names that people know from elsewhere. */
const otherNames: Readonly<Record<string, string>> = {
  lr: "learningRate",
  eta: "learningRate",
  learning_rate: "learningRate",
  bs: "batchSize",
  optimiser: "optimizer",
  dataset: "data",
  wd: "weightDecay",
  type: "kind",
  epsilon: "epsilon",
  eps: "epsilon",
  standardize: "standardise",
};

/**
 * What is wrong, one sentence each: the rule, the value and the key path, and for a misspelt name the
 * nearest valid one.
 */
export function problemsOf(
  schema: z.core.$ZodType,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
): Problem[] {
  return issues.flatMap((issue) => describe(schema, input, issue, []));
}

function describe(
  schema: z.core.$ZodType,
  input: unknown,
  issue: z.core.$ZodIssue,
  prefix: readonly PropertyKey[],
): Problem[] {
  const path = [...prefix, ...issue.path];
  const value = valueAt(input, path);
  const wrong = (message: string): Problem[] => [{ path, atKey: false, message }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `Unrecognized key: ${JSON.stringify(key)}${place(path)}${keyHint(schema, input, path, key)}`,
      }));
    case "invalid_union": {
      const options = "options" in issue ? issue.options : undefined;
      if (Array.isArray(options)) return wrong(notOneOf(path, value, options.map(String)));
      return describeUnion(schema, input, issue, path, value);
    }
    case "invalid_value":
      return wrong(notOneOf(path, value, issue.values.map(String)));
    case "invalid_type":
      if (value === undefined)
        return wrong(`${name(path)} is missing: ${article(issue.expected)} is needed`);
      return wrong(`${name(path)} must be ${article(issue.expected)}, got ${show(value)}`);
    case "too_small":
    case "too_big": {
      const [bound, below] =
        issue.code === "too_small" ? [issue.minimum, "least"] : [issue.maximum, "most"];
      if (issue.origin === "array" || issue.origin === "string")
        return wrong(`${name(path)} must have at ${below} ${bound} entries, got ${show(value)}`);
      const strict = issue.code === "too_small" ? "greater than" : "less than";
      return wrong(
        `${name(path)} must be ${issue.inclusive === false ? strict : `at ${below}`} ${bound}, got ${show(value)}`,
      );
    }
    default:
      return wrong(`${name(path)} ${lowerFirst(issue.message)}, got ${show(value)}`);
  }
}

/** Of the alternatives of a union, the one whose complaints lie deepest: it was meant. */
function describeUnion(
  schema: z.core.$ZodType,
  input: unknown,
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  value: unknown,
): Problem[] {
  const meant = issue.errors.find(
    (errors) =>
      errors.length > 0 && errors.every((e) => e.path.length > 0 || e.code !== "invalid_type"),
  );
  if (meant) return meant.flatMap((inner) => describe(schema, input, inner, path));
  const expected = issue.errors.flatMap((errors) =>
    errors.flatMap((e) =>
      e.code === "invalid_type"
        ? [article(e.expected)]
        : e.code === "invalid_value"
          ? e.values.map(String)
          : [],
    ),
  );
  const message = `${name(path)} must be ${[...new Set(expected)].join(" or ") || "valid"}, got ${show(value)}`;
  return [{ path, atKey: false, message }];
}

function keyHint(
  schema: z.core.$ZodType,
  input: unknown,
  path: readonly PropertyKey[],
  key: string,
): string {
  const valid = new Set(objectsAt(schema, path, input).flatMap((shape) => Object.keys(shape)));
  const known = Object.hasOwn(otherNames, key) ? otherNames[key] : key;
  if (valid.has(known)) return hint(known);
  // Not here, but somewhere: learningRate belongs to the optimizer, momentum to another kind of it.
  const elsewhere = placesOf(schema, known);
  const kind = valueAt(input, [...path, "kind"]);
  if (typeof kind === "string" && elsewhere.includes([...path, key].join(".")))
    return `; the kind ${kind} has no such setting`;
  const near = nearestWord(key, valid);
  return hint(near ?? (elsewhere.length === 1 ? elsewhere[0] : undefined));
}

function notOneOf(
  path: readonly PropertyKey[],
  value: unknown,
  allowed: readonly string[],
): string {
  if (value === undefined)
    return `${name(path)} is missing: one of ${allowed.join(", ")} is needed`;
  const suggestion = typeof value === "string" ? nearestWord(value, allowed) : undefined;
  const rule =
    allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(", ")}`;
  return `${name(path)} ${rule}, got ${show(value)}${hint(suggestion)}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const name = (path: readonly PropertyKey[]) => (path.length === 0 ? "the config" : path.join("."));
const place = (path: readonly PropertyKey[]) => (path.length === 0 ? "" : ` at ${path.join(".")}`);
const hint = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean ${JSON.stringify(suggestion)}?`;
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function article(type: string): string {
  if (type === "int") return "a whole number";
  if (type === "object" || type === "record") return "a mapping";
  if (type === "array" || type === "tuple") return "a list";
  if (type === "string") return "text";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
