/** Does with parameters what its configuration says. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;

export async function work({ config, log, parameters }: PluginContext): Promise<void> {
  switch (config["how"]) {
    case "sets":
      parameters.set("temperature", 295.5, { unit: "K", path: "/entry/sample/temperature" });
      parameters.set("shutter", "open", { origin: "by hand", time: new Date("2024-05-06T07:08:09Z") });
      return;
    case "sets wrongly":
      parameters.set("temperature", { wrong: true } as unknown as number);
      return;
    case "sets a million times":
      for (let count = 1; count <= 1_000_000; count++) parameters.set("counter", count);
      return;
    case "sets a million names":
      for (let count = 0; count < 1_000_000; count++) parameters.set(`n${count}`, count);
      return;
    case "sets much":
      for (let count = 0; count < 100; count++) parameters.set(`n${count}`, new Float64Array(100_000));
      return;
    case "sets and removes":
      parameters.set("a", 1);
      parameters.set("b", 2);
      parameters.remove("a");
      parameters.remove("b");
      parameters.set("b", 3);
      return;
    case "asks": {
      parameters.set("own", 1);
      const own = await parameters.get("own");
      const other = await parameters.get("other");
      const missing = await parameters.get("missing");
      log.info(`${own?.value} ${other?.value} ${missing?.value} ${(await parameters.names()).join()}`);
      const old = await parameters.at(new Date("2020-01-01T00:00:00Z"));
      log.info(old.map(({ name }) => name).join());
      return;
    }
    case "sets its own array": {
      const values = Float64Array.of(1, 2, 3);
      parameters.set("spectrum", values);
      values.fill(9);
      return;
    }
    case "sets later":
      setTimeout(() => parameters.set("late", 1), 20);
  }
}
