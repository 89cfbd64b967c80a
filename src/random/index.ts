export { philox4x32, philoxBlocks } from "./philox.ts";
export { stream, substream, words, type Stream } from "./stream.ts";
export { fillRademacher, fillUniform, fillWords, uniformAt } from "./uniform.ts";
export { fillNormal, normalAt, normalsFromWords } from "./normal.ts";
export { fillIntegers, integerAt, integerReader } from "./integers.ts";
export { permutation, sampleWithReplacement, sampleWithoutReplacement } from "./sampling.ts";
