import { noDerivative, type Rules } from "./rule.ts";

const notBatched = (): never => {
  throw new Error("a source has no inputs to batch");
};

export const sourceRules = {
  input: { ...noDerivative, batch: notBatched },
  constant: { ...noDerivative, batch: notBatched },
} satisfies Partial<Rules>;
