/** A service as these tests install it. */
import type { ServiceDefinition } from "../../../src/cli/service/definition.ts";

export function definition(change: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: "pewatch",
    program: "C:\\pewatch\\pewatch.exe",
    args: ["run", "--config", "C:\\pewatch\\pewatch.toml"],
    folder: "C:\\pewatch",
    user: null,
    password: true,
    ...change,
  };
}
