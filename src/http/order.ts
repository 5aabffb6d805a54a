/** Carries out what a client with the token wants. */
import type { Daemon } from "../daemon/daemon.ts";
import { CLIENT_SETTINGS, type SettingChange, SettingRefusedError } from "../daemon/settings/client_settings.ts";
import { messageOf } from "../files/errors.ts";
import { counted } from "../log/counted.ts";
import type { Logger } from "../log/logger.ts";
import { TIMED_OUT, withTimeout } from "../time/time_limit.ts";
import type { Order, OrderResult } from "./messages.ts";

/** What takes longer goes on; the page shows what comes of it. */
const ANSWER_MS_MAX = 10_000;

export async function carryOut(
  order: Order,
  { daemon, log, from }: { readonly daemon: Daemon; readonly log: Logger; readonly from: string },
): Promise<OrderResult> {
  try {
    const done = await withTimeout(perform(order, daemon), ANSWER_MS_MAX);
    if (done !== TIMED_OUT) return done;
    const inVain = { status: 409, error: "It has not been confirmed within 10 s; try again" } as const;
    return order.what === "confirm" ? inVain : { text: "In progress" };
  } catch (error) {
    const reason = messageOf(error);
    // A program gets the reason, and may come as often as it likes.
    const isProgram = order.what === "acknowledge" || order.what === "confirm";
    if (!isProgram && !(error instanceof SettingRefusedError)) {
      log.error(`page: ${order.what} from ${from} failed: ${reason}`);
    }
    return { status: 409, error: reason };
  }
}

async function perform(order: Order, daemon: Daemon): Promise<OrderResult> {
  switch (order.what) {
    case "start":
      await daemon.start();
      return { text: "Started" };
    case "stop":
      await daemon.stop();
      return { text: "Stopped: frames wait until the next start" };
    case "retry":
      return { text: await daemon.retryFrames() };
    case "retry_plugin": {
      const refusal = daemon.retryPlugin(order.plugin);
      return refusal === null ? { text: `${order.plugin} is started again` } : { status: 404, error: refusal };
    }
    case "acknowledge": {
      const sequence = await daemon.acknowledge(order.consumer, order.upTo);
      return { text: `${order.consumer} has processed lines up to ${sequence}`, value: { sequence } };
    }
    case "confirm": {
      const { found, removed, waiting } = await daemon.confirm(order.consumer, order.sums);
      const text = `${counted(found, "set")} confirmed, ${removed} removed, ${waiting} still waiting`;
      return { text, value: { found, removed, waiting } };
    }
    case "folder": {
      const change = changeOf(order.key, order.value);
      if (change === null) return { status: 404, error: `${order.key} is not a folder that can be changed` };
      await daemon.change(change);
      return { text: `${order.key} is ${order.value} from the next firing on` };
    }
  }
}

/** Null where there is no such folder. */
function changeOf(key: string, value: string): SettingChange | null {
  if (!Object.hasOwn(CLIENT_SETTINGS, key)) return null;
  const known = key as keyof typeof CLIENT_SETTINGS;
  return CLIENT_SETTINGS[known].kind === "number" ? null : { key: known, value } as SettingChange;
}
