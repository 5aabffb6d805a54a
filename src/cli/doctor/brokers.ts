/** Message brokers that the configuration names: whether each address answers, takes the login, has stream or topic. */
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { shippedUrl } from "../../plugins/host/shipped.ts";
import { TIMED_OUT, withTimeout } from "../../time/time_limit.ts";
import { checkedTable } from "../values/listed_values.ts";
import { type Finding, ok, problem, warning } from "./check.ts";

const BROKERS = ["nats", "kafka", "wrdn"] as const;
/** Longer than the clients themselves wait for: they know more of why. */
const ANSWER_S_MAX = 20;
const REMEDY =
  "Frames go on; what is to be announced waits in the ledger until the broker is right (pewatch docs brokers)";

interface BrokerModule {
  tryConnection(config: BrokerTable): Promise<void>;
}

type BrokerTable = Readonly<Record<string, unknown>> & { readonly servers: readonly string[] };

/** All at once: a network that does not answer costs its time once. */
export async function checkBrokers(settings: Settings): Promise<Finding[]> {
  return (await Promise.all(BROKERS.map((name) => checkBroker(settings, name)))).flat();
}

/** None where there is no such table, or a wrong one, which has been reported already. */
async function checkBroker(settings: Settings, name: typeof BROKERS[number]): Promise<Finding[]> {
  const table = await checkedTable(settings, name) as BrokerTable | string | null;
  if (table === null || typeof table === "string") return [];
  const { tryConnection } = await import(shippedUrl(name)) as BrokerModule;
  const tried = await Promise.all(table.servers.map(async (server) => {
    try {
      const outcome = await withTimeout(tryConnection({ ...table, servers: [server] }), ANSWER_S_MAX * 1000);
      return { server, fault: outcome === TIMED_OUT ? `no answer within ${ANSWER_S_MAX} s` : null };
    } catch (error) {
      return { server, fault: messageOf(error) };
    }
  }));
  const taken = tried.filter(({ fault }) => fault === null).map(({ server }) => server);
  const report = taken.length === 0 ? problem : warning;
  return [
    ...taken.length === 0 ? [] : [ok(`plugins.${name}`, `${taken.join(", ")}: login and ${placeOf(name)} are right`)],
    ...tried.flatMap(({ server, fault }) =>
      fault === null ? [] : [report(`plugins.${name}`, `${server}: ${fault}`, REMEDY)]
    ),
  ];
}

function placeOf(name: string): string {
  return name === "nats" ? "stream" : "topic";
}
