import type { Lane, Lanes } from "../lane.ts";

/** |size| with the sign of x: that of −0 is minus. */
export function withSign(lanes: Lanes, size: Lane, x: Lane): Lane {
  const bit = lanes.intAnd(lanes.asInt(x), lanes.asInt(lanes.constant(-0)));
  return lanes.asFloat(lanes.intOr(lanes.asInt(lanes.abs(size)), bit));
}
