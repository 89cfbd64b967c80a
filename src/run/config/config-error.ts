/** A config that cannot be run. The message has one line for each thing that is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
