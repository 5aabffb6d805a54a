/**
 * The process variables of a list as they are now: a client of Channel Access that only reads. One file: searches,
 * circuits and subscriptions are one state for each variable.
 */
import { CA, type CaMessage, CaProtocolError, cText, MINOR_VERSION } from "./ca_message.ts";
import { CaCircuit } from "./ca_circuit.ts";
import { type CaPlace, CaSearch, ownNetworks, parseAddress, readAnswers, searchFor } from "./ca_search.ts";
import {
  ctrlType,
  type DbrAbout,
  type DbrKind,
  type DbrValue,
  kindOf,
  readCtrl,
  readTime,
  sizeOf,
  timeType,
} from "./dbr.ts";

/** One `[[plugins.epics.pvs]]`, checked. */
export interface EpicsPvTable {
  readonly name: string;
  readonly parameter: string;
  readonly unit?: string | undefined;
  readonly max_age_s?: number | undefined;
  /** Default: an enumeration as text, an array of characters as numbers. */
  readonly as?: "text" | "number" | undefined;
}

/** `[plugins.epics]`, checked. */
export interface EpicsTable {
  readonly pvs: readonly EpicsPvTable[];
  readonly addresses: readonly string[];
  readonly auto_addresses: boolean;
  readonly port: number;
}

const VALUE_BYTES_MAX = 1_048_576;
const TICK_MS = 100;
/** Between two searches for a channel: longer each time, a server that starts later is found within the last. */
const SEARCH_MS = [200, 400, 800, 1600, 3200, 5000] as const;
/** A name that so many searches have not found, within 3 s, is taken for undefined. */
const FIRST_SEARCHES = 5;
/** A server that was found has to make the channel and send its value within this. */
const ANSWER_MS = 5000;
const [VALUE_OR_ALARM, PROPERTY] = [5, 8];
const ECA_NORMAL = 1;
const READ_ACCESS = 1;

/** What is known of one process variable. */
export interface EpicsState {
  readonly value: DbrValue | null;
  readonly about: DbrAbout | null;
  /** "read", or how its reason begins: "not defined". */
  readonly status: string;
  /** Why there is no value now: "not defined: …"; null where there is one. */
  readonly reason: string | null;
}

/** What is known of a channel that no server has said anything of. */
const UNKNOWN = { phase: "searching", due_ms: 0, circuit: null, kind: null, value: null, about: null } as const;

interface Channel {
  readonly id: number;
  readonly name: string;
  phase: "searching" | "connecting" | "connected" | "refused";
  reason: string;
  searches: number;
  next_ms: number;
  /** When the server has to have answered. */
  due_ms: number;
  circuit: CaCircuit | null;
  kind: DbrKind | null;
  value: DbrValue | null;
  about: DbrAbout | null;
}

interface Server {
  readonly circuit: CaCircuit;
  minor: number;
  readonly waiting: Set<Channel>;
}

const NOT_FOUND = "not defined: no server answers to this name";
const NO_ANSWER = "timed out: its server does not answer";

export class EpicsValues {
  readonly #table: EpicsTable;
  readonly #channels: readonly Channel[];
  readonly #onValue: (index: number) => void;
  readonly #servers = new Map<string, Server>();
  readonly #nameServers = new Map<string, CaCircuit>();
  #search: CaSearch | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param onValue a variable has a new value, or something new is known of it */
  constructor(table: EpicsTable, onValue: (index: number) => void) {
    this.#table = table;
    this.#onValue = onValue;
    this.#channels = table.pvs.map(({ name }, id): Channel => ({
      ...UNKNOWN,
      id,
      name,
      reason: NOT_FOUND,
      searches: 0,
      next_ms: 0,
    }));
  }

  start(): void {
    const own = this.#table.auto_addresses ? ownNetworks() : [];
    const places = [...this.#table.addresses, ...own].flatMap((address) => {
      const place = parseAddress(address, this.#table.port);
      return place === null || place.tcp ? [] : [place];
    });
    this.#search = new CaSearch(places, (channel, at) => this.#found(channel, at));
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#search?.close();
    for (const { circuit } of [...this.#servers.values()]) circuit.end("it is stopped");
    for (const circuit of [...this.#nameServers.values()]) circuit.end("it is stopped");
  }

  state(index: number): EpicsState {
    const { value, about, reason } = this.#channels[index]!;
    if (value !== null && about !== null) return { value, about, status: "read", reason: null };
    return { value: null, about, status: reason.split(":", 1)[0]!, reason };
  }

  /** Whether it is still searched for the first time, or a server that has it has not answered yet. */
  isPending(index: number): boolean {
    const { phase, reason, searches } = this.#channels[index]!;
    return phase === "connecting" || (phase === "searching" && reason === NOT_FOUND && searches < FIRST_SEARCHES);
  }

  #tick(now_ms: number): void {
    for (const { circuit } of [...this.#servers.values()]) {
      if (this.#channels.some((channel) => channel.circuit === circuit)) circuit.watch(now_ms);
      else circuit.end("no variable is read there");
    }
    for (const channel of this.#channels) {
      if (channel.due_ms !== 0 && now_ms > channel.due_ms) this.#lose(channel, NO_ANSWER);
    }
    const due = this.#channels.filter(({ phase, next_ms }) => phase === "searching" && now_ms >= next_ms);
    for (const channel of due) {
      channel.next_ms = now_ms + SEARCH_MS[Math.min(channel.searches++, SEARCH_MS.length - 1)]!;
    }
    if (due.length > 0) this.#search?.ask(due);
    this.#askNameServers(due, now_ms);
  }

  #askNameServers(due: readonly Channel[], now_ms: number): void {
    for (const address of this.#table.addresses) {
      const place = parseAddress(address, this.#table.port);
      if (place === null || !place.tcp) continue;
      const known = this.#nameServers.get(address);
      known?.watch(now_ms);
      if (known === undefined) {
        if (due.length === 0) continue;
        this.#nameServers.set(
          address,
          new CaCircuit(place, {
            onOpen: () => {
              for (const channel of this.#channels) if (channel.phase === "searching") channel.next_ms = 0;
            },
            onMessage: (message) => {
              if (message.command !== CA.search) return;
              for (const [channel, at] of readAnswers(answerBytes(message), place.host)) this.#found(channel, at);
            },
            onEnd: () => this.#nameServers.delete(address),
          }),
        );
      } else if (known.isOpen) { for (const channel of due) known.send(searchFor(channel)); }
    }
  }

  #found(id: number, at: CaPlace): void {
    const channel = this.#channels[id];
    if (channel?.phase !== "searching") return;
    channel.phase = "connecting";
    channel.reason = NO_ANSWER;
    channel.due_ms = Date.now() + ANSWER_MS;
    const server = this.#serverAt(at);
    channel.circuit = server.circuit;
    if (server.circuit.isOpen) create(server.circuit, channel);
    else server.waiting.add(channel);
  }

  #serverAt(at: CaPlace): Server {
    const key = `${at.host}:${at.port}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const circuit: CaCircuit = new CaCircuit(at, {
      onOpen: () => {
        for (const channel of server.waiting) if (channel.circuit === circuit) create(circuit, channel);
        server.waiting.clear();
      },
      onMessage: (message) => this.#take(server, message),
      onEnd: (reason) => {
        this.#servers.delete(key);
        for (const channel of this.#channels) if (channel.circuit === circuit) this.#lose(channel, reason);
      },
    });
    const server: Server = { circuit, minor: 0, waiting: new Set() };
    this.#servers.set(key, server);
    return server;
  }

  #lose(channel: Channel, reason: string): void {
    const hadValue = channel.value !== null;
    Object.assign(channel, { ...UNKNOWN, reason });
    // What was there is looked for at once; what fails again and again ever more rarely.
    if (hadValue) channel.searches = 0;
    channel.next_ms = Date.now() + SEARCH_MS[Math.min(channel.searches, SEARCH_MS.length - 1)]!;
    this.#onValue(channel.id);
  }

  #refuse(channel: Channel, reason: string): void {
    Object.assign(channel, { phase: "refused", reason: `refused: ${reason}`, due_ms: 0, value: null });
    this.#onValue(channel.id);
  }

  #take(server: Server, message: CaMessage): void {
    const { command, type, count, one, two } = message;
    if (command === CA.version) server.minor = count;
    if (command === CA.eventAdd) return this.#takeEvent(server, message);
    const channel = this.#channelOf(server, one);
    if (channel === undefined) return;
    switch (command) {
      case CA.createChannel:
        if (channel.phase === "connecting") this.#subscribe(server, { channel, type, count, sid: two });
        return;
      case CA.createFailed:
      case CA.serverDisconnect:
        return this.#lose(channel, "not defined: its server does not have it any more");
      case CA.accessRights:
        if ((two & READ_ACCESS) === 0) this.#refuse(channel, "its server allows no reading");
        else if (channel.phase === "refused") this.#lose(channel, "not running: it was refused before");
        return;
      case CA.error:
        return this.#lose(channel, "failed: its server reports an error");
    }
  }

  #channelOf(server: Server, id: number): Channel | undefined {
    const channel = this.#channels[id];
    return channel?.circuit === server.circuit ? channel : undefined;
  }

  #subscribe(
    server: Server,
    { channel, type, count, sid }: { channel: Channel; type: number; count: number; sid: number },
  ): void {
    const kind = kindOf(type);
    if (kind === undefined) return this.#refuse(channel, `Channel Access has no type ${type}`);
    if (count * sizeOf(kind) > VALUE_BYTES_MAX) {
      return this.#refuse(channel, `it has ${count} elements, more than 1 MiB`);
    }
    channel.kind = kind;
    // Of an array those that there are, where the server knows that.
    const elements = count === 1 ? 1 : server.minor >= MINOR_VERSION ? 0 : count;
    const subscribe = ({ mask, id, ...of }: { type: number; count: number; mask: number; id: number }) => {
      const payload = new Uint8Array(16);
      new DataView(payload.buffer).setUint16(12, mask);
      server.circuit.send({ command: CA.eventAdd, ...of, one: sid, two: id, payload });
    };
    if (kind === "string") channel.about = { units: "", choices: [] };
    else subscribe({ type: ctrlType(kind), count: 1, mask: PROPERTY, id: 2 * channel.id + 1 });
    subscribe({ type: timeType(kind), count: elements, mask: VALUE_OR_ALARM, id: 2 * channel.id });
  }

  #takeEvent(server: Server, { type, count, one, two, payload }: CaMessage): void {
    const channel = this.#channelOf(server, two >>> 1);
    if (channel?.kind === null || channel === undefined || channel.phase === "refused") return;
    // A subscription that ends.
    if (payload.length === 0 && one === ECA_NORMAL && count !== 0) return;
    if (one !== ECA_NORMAL) return this.#lose(channel, `failed: its server answers with code ${one}`);
    const { kind } = channel;
    const isAbout = (two & 1) === 1;
    if (type !== (isAbout ? ctrlType(kind) : timeType(kind))) {
      throw new CaProtocolError(`its server sent a value of type ${type}, which was not asked for`);
    }
    if (isAbout) channel.about = readCtrl(payload, kind);
    else channel.value = readTime(payload, kind, count);
    if (channel.value === null || channel.about === null) return;
    channel.phase = "connected";
    channel.due_ms = 0;
    channel.searches = 0;
    this.#onValue(channel.id);
  }
}

function create(circuit: CaCircuit, { id, name }: Channel): void {
  circuit.send({ command: CA.createChannel, one: id, two: MINOR_VERSION, payload: cText(name) });
}

/** An answer over TCP is that of UDP. */
function answerBytes({ command, type, one, two }: CaMessage): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, command);
  view.setUint16(4, type);
  view.setUint32(8, one);
  view.setUint32(12, two);
  return new Uint8Array(view.buffer);
}
