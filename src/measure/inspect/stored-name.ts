import type { NdArray } from "../../data/index.ts";

/** Where the numbers of a parameter stand in a checkpoint, and how a matrix lies there. */
export interface StoredName {
  readonly name: string;
  readonly transposed: boolean;
}

/**
 * The name that stands for a parameter elsewhere, its own where none is given. `.T` behind a given name
 * says that the matrix there is the transpose: exporters write x·Wᵀ as a product with Wᵀ itself.
 */
export function storedName(parameter: string, names: ReadonlyMap<string, string>): StoredName {
  const given = names.get(parameter);
  if (given === undefined) return { name: parameter, transposed: false };
  const name = given.replace(/\.T$/, "");
  return { name, transposed: name !== given };
}

/** An array as the parameter has it; anything but a matrix has no transpose and stays. */
export function asParameter(array: NdArray, { transposed }: StoredName): NdArray {
  const { data, shape } = array;
  if (!transposed || shape.length !== 2) return array;
  const [rows, columns] = shape;
  const turned = data.slice() as Float64Array;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      turned[j * rows + i] = (data as Float64Array)[i * columns + j];
  return { ...array, data: turned, shape: [columns, rows] };
}

/** What helps where a shape is not the parameter's: nothing, or that it is the transpose's. */
export function transposeHint(
  { name, transposed }: StoredName,
  found: readonly number[],
  shape: readonly number[],
): string {
  const turns = !transposed && shape.length === 2 && found.join() === [...shape].reverse().join();
  return turns ? `; if it is the transpose, name it ${name}.T with --map` : "";
}

/**
 * Given names, and for parameters without one that a file does not hold by their own names those of
 * their modules' transposed weights, where it holds these.
 */
export function withModules(
  given: ReadonlyMap<string, string>,
  modules: ReadonlyMap<string, string>,
  keys: readonly string[],
): ReadonlyMap<string, string> {
  // `b.0.qkv.weight` is held as itself, and as part of `state.b.0.qkv.weight.exp_avg`.
  const held = (name: string) => keys.some((key) => bounded(key).includes(bounded(name)));
  const names = new Map(given);
  for (const [parameter, module] of modules) {
    const weight = `${module}.weight`;
    if (!given.has(parameter) && !held(parameter) && held(weight))
      names.set(parameter, `${weight}.T`);
  }
  return names;
}

const bounded = (name: string) => `/${name.replaceAll(".", "/")}/`;
