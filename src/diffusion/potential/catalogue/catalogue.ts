import { nearestName } from "../../formula/nearest.ts";
import { sixHumpCamel, threeHumpCamel } from "./camels.ts";
import { himmelblau } from "./himmelblau.ts";
import type { FiniteSumLandscape } from "./finite-sum.ts";
import { type KnownLandscape, repeat } from "./landscape.ts";
import { mengToy, mengWell, mengWellSum } from "./meng2020.ts";
import { mullerBrown } from "./muller-brown.ts";
import { styblinskiTang } from "./styblinski-tang.ts";
import { cubicMetastable, doubleWell, mexicanHat, quadratic, tiltedDoubleWell } from "./wells.ts";
import { zhuToy } from "./zhu2019.ts";

export interface CatalogueOptions {
  /** For those that exist in any dimension. */
  readonly dimension?: number;
  /** For those made of data. Default "0". */
  readonly seed?: string;
}

/** Those that exist in any dimension, by what they make of it. */
const scalable: Readonly<Record<string, (dimension?: number) => KnownLandscape>> = {
  "double-well": doubleWell,
  "styblinski-tang": styblinskiTang,
  quadratic: (dimension = 1) => quadratic(repeat(1, dimension)),
  "mexican-hat": mexicanHat,
};

const fixed: Readonly<Record<string, () => KnownLandscape>> = {
  "tilted-double-well": tiltedDoubleWell,
  "cubic-metastable": cubicMetastable,
  "muller-brown": mullerBrown,
  "six-hump-camel": sixHumpCamel,
  "three-hump-camel": threeHumpCamel,
  himmelblau,
  "meng-well": mengWell,
};

const sampled: Readonly<Record<string, (seed?: string) => FiniteSumLandscape>> = {
  "zhu-toy": zhuToy,
  "meng-well-sum": mengWellSum,
  "meng-toy": mengToy,
};

/** Every name of the catalogue. */
export const catalogueNames: readonly string[] = [scalable, fixed, sampled].flatMap(Object.keys);

/**
 * A landscape by its name, with its default parameters.
 *
 * @throws RangeError for an unknown name, for a dimension that the landscape does not have.
 */
export function catalogueLandscape(
  name: string,
  { dimension, seed }: CatalogueOptions = {},
): KnownLandscape | FiniteSumLandscape {
  if (Object.hasOwn(scalable, name)) return scalable[name](dimension);
  if (!catalogueNames.includes(name))
    throw new RangeError(
      `there is no potential ${JSON.stringify(name)}${nearestName(name, catalogueNames)}`,
    );
  const landscape = Object.hasOwn(fixed, name) ? fixed[name]() : sampled[name](seed);
  if (dimension !== undefined && dimension !== landscape.dimension)
    throw new RangeError(
      `${name} has ${landscape.dimension} ${landscape.dimension === 1 ? "coordinate" : "coordinates"}, got dimension ${dimension}`,
    );
  return landscape;
}
