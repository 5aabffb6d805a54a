/** What clients may do: only with the token, not too often, and every try is in the log. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Order } from "../messages.ts";
import { type HttpRequest, type HttpResponse, json, refused } from "../server/response.ts";
import { CONSUMER_NAME_RULE, isConsumerName } from "./ledger_lines.ts";
import type { MainThread } from "./main_thread.ts";

/** From one address: who guesses tokens gets no further, and a person does not click so often. */
const TRIES_PER_MINUTE = 30;
/** From all addresses together but those that have given the right token: guessers shut out nobody who has it. */
const ALL_PER_MINUTE = 300;
const MINUTE_MS = 60_000;
/** Addresses that are remembered for the right token. */
const TRUSTED_MAX = 100;

export interface OrdersOptions {
  /** "" for none: then nothing can be done. */
  readonly token: string;
  readonly main: Pick<MainThread, "ask">;
  readonly log: (level: "info" | "warn" | "debug", text: string) => void;
}

interface Try {
  readonly from: string;
  readonly at_ms: number;
}

export class Orders {
  readonly #options: OrdersOptions;
  #tries: Try[] = [];
  readonly #trusted = new Set<string>();
  #refusedAt_ms = -Infinity;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    const { token, main, log } = this.#options;
    const { path, from } = request;
    if (token === "") {
      return refused(
        403,
        "This pewatch has no token, so it can only be watched; set [http] token (pewatch init makes one)",
      );
    }
    const attempt = this.#newTry(from);
    if (attempt === null) return this.#tooMany(path, from);
    if (!isToken(request.headers.get("authorization"), token)) {
      log("warn", `${path} from ${from} is refused: the token is wrong`);
      return refused(401, "This is not the token; pewatch doctor shows it", { "www-authenticate": "Bearer" });
    }
    this.#trust(from);
    if (path === "/api/token") return json({ text: "This is the token" });
    const order = orderOf(request);
    if (order === null) return refused(404, "There is no such order");
    if (typeof order === "string") return refused(400, order);
    const ofProgram = order.what === "acknowledge" || order.what === "confirm";
    // A program that has the token says for each frame that it has it.
    if (ofProgram) this.#tries = this.#tries.filter((one) => one !== attempt);
    log(ofProgram ? "debug" : "info", `${path} from ${from}`);
    const result = await main.ask("order", { order, from });
    if (result.error !== undefined) return refused(result.status, result.error);
    return json({ text: result.text, ...result.value });
  }

  /** In the log once a minute: masses of orders must not fill it. */
  #tooMany(path: string, from: string): HttpResponse {
    const now_ms = performance.now();
    if (now_ms - this.#refusedAt_ms > MINUTE_MS) {
      this.#refusedAt_ms = now_ms;
      this.#options.log("warn", `${path} from ${from} is refused: too many orders within a minute`);
    }
    return refused(429, "Too many orders; wait a minute", { "retry-after": "60" });
  }

  #trust(from: string): void {
    this.#trusted.delete(from);
    this.#trusted.add(from);
    if (this.#trusted.size > TRUSTED_MAX) this.#trusted.delete(this.#trusted.values().next().value!);
  }

  /** Each for itself, so that nobody keeps others from giving orders. Null where there were too many. */
  #newTry(from: string): Try | null {
    const now_ms = performance.now();
    this.#tries = this.#tries.filter(({ at_ms }) => at_ms > now_ms - MINUTE_MS);
    if (this.#tries.length >= ALL_PER_MINUTE && !this.#trusted.has(from)) return null;
    if (this.#tries.filter((one) => one.from === from).length >= TRIES_PER_MINUTE) return null;
    const attempt = { from, at_ms: now_ms };
    this.#tries.push(attempt);
    return attempt;
  }
}

/** Digests are compared, which have one length, in a time that says nothing of where they differ. */
function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer ([!-~]{1,500})$/i.exec(authorization ?? "")?.[1] ?? "";
  const digestOf = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digestOf(given), digestOf(token));
}

/** Null where the path has no order; a text that says what is wrong with the body. */
function orderOf({ path, body }: HttpRequest): Order | string | null {
  const plain = /^\/api\/(start|stop|retry)$/.exec(path)?.[1];
  if (plain !== undefined) return { what: plain as "start" | "stop" | "retry" };
  const plugin = /^\/api\/plugins\/([^/]{1,300})\/retry$/.exec(path)?.[1];
  if (plugin !== undefined) {
    const name = decoded(plugin);
    return name === null ? null : { what: "retry_plugin", plugin: name };
  }
  const consumer = /^\/api\/ledger\/([^/]{1,300})$/.exec(path)?.[1];
  if (consumer !== undefined) return acknowledgement(decoded(consumer), body);
  if (path === "/api/confirm") return confirmation(body);
  const key = /^\/api\/folders\/([a-z_]{1,20})$/.exec(path)?.[1];
  if (key === undefined) return null;
  const { value } = bodyOf(body) ?? {};
  return typeof value === "string" ? { what: "folder", key, value } : 'A body like {"value": "D:/data"} is needed';
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function acknowledgement(name: string | null, body: Uint8Array): Order | string {
  if (name === null || !isConsumerName(name)) return CONSUMER_NAME_RULE;
  const { sequence, from = "newest" } = (body.length === 0 ? {} : bodyOf(body)) ?? { from: null };
  if (sequence === undefined && (from === "newest" || from === "oldest")) {
    return { what: "acknowledge", consumer: name, upTo: from };
  }
  if (!Number.isSafeInteger(sequence) || (sequence as number) < 0) {
    return 'A body like {"sequence": 1234} is needed, or {"from": "oldest"} for a consumer that is new';
  }
  return { what: "acknowledge", consumer: name, upTo: { sequence: sequence as number } };
}

function confirmation(body: Uint8Array): Order | string {
  const { consumer, sha256 } = bodyOf(body) ?? {};
  const sums = Array.isArray(sha256) && sha256.length > 0 ? sha256 : [null];
  if (typeof consumer !== "string" || !sums.every((sum) => typeof sum === "string" && /^[0-9a-f]{64}$/i.test(sum))) {
    return 'A body like {"consumer": "backup", "sha256": ["…"]} is needed, with checksums of images in hex';
  }
  return { what: "confirm", consumer, sums: sums.map((sum: string) => sum.toLowerCase()) };
}

/** Null where it is no JSON object. */
function bodyOf(body: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return typeof content === "object" && !Array.isArray(content) ? content : null;
  } catch {
    return null;
  }
}
