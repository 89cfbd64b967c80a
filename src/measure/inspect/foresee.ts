// What a plan will cost: its products as the measurements foresee them, and the time of one.
import type { Context } from "./context.ts";

/** One product with the Hessian over all samples, tried. */
export interface ProductTrial {
  readonly seconds: number;
  /** Floating-point operations, roughly. */
  readonly work: number;
  /** Seconds until the operator was ready. */
  readonly setup: number;
}

const trials = new WeakMap<Context, Promise<ProductTrial>>();
/** In seconds: a first product is a warm-up where it takes less; short ones are repeated for so long. */
const [long, enough] = [2, 0.3];

/** The first products of a context, timed once. */
export function productTrial(context: Context): Promise<ProductTrial> {
  const known = trials.get(context);
  if (known) return known;
  const made = tried(context);
  trials.set(context, made);
  made.catch(() => trials.delete(context));
  return made;
}

async function tried(context: Context): Promise<ProductTrial> {
  const began = performance.now();
  const hessian = await context.hessian();
  const setup = (performance.now() - began) / 1000;
  const out = context.point.slice();
  const timed = async (least: number) => {
    const [before, start] = [context.work, performance.now()];
    let [count, seconds] = [0, 0];
    do {
      await hessian.apply(context.point, out);
      seconds = (performance.now() - start) / 1000;
    } while (++count < 16 && seconds < least);
    return { seconds: seconds / count, work: (context.work - before) / count, setup };
  };
  const first = await timed(0);
  return first.seconds > long ? first : timed(enough);
}

export interface PlanCost {
  /** Products with data-wide matrices, about, and what takes as long. */
  readonly products: number;
  /** By the product that was tried. */
  readonly seconds: number;
  /** Vectors of the parameters' size that are held at once. */
  readonly vectors: number;
}

/** A vector in a block, in products one by one: where blocks are made at all, see `docs/performance-inspect.md`. */
const blockShare = 0.7;

/** The cost of a plan, as its measurements foresee it, from one product that is timed. */
export async function planCost(context: Context): Promise<PlanCost> {
  const { seconds, setup } = await productTrial(context);
  const { block } = (await context.hessian()).plan;
  const costs = context.plan.steps.map(({ measurement, argument }) =>
    measurement.cost(context, argument),
  );
  const sum = (of: (cost: (typeof costs)[number]) => number) =>
    costs.reduce((total, cost) => total + of(cost), 0);
  const [alone, together] = [sum(({ products }) => products), sum(({ blocked = 0 }) => blocked)];
  const each = block > 1 ? blockShare : 1;
  return {
    products: Math.ceil(alone + together),
    seconds: setup * (1 + sum(({ setups = 1 }) => setups)) + seconds * (alone + each * together),
    vectors: Math.max(0, ...costs.map(({ vectors }) => vectors)),
  };
}
