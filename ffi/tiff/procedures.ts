/** The procedures that libtiff reads and writes through, one set for all directories that are open. */
import type { TiffStorage } from "./library.ts";
import { CLOSE_PROCEDURE, READ_WRITE_PROCEDURE, SEEK_PROCEDURE, SIZE_PROCEDURE } from "./symbols.ts";

interface Client {
  readonly storage: TiffStorage;
  position: number;
  /** What the storage threw: an exception must not leave a callback, so it waits here. */
  failure: unknown;
}

/** libtiff's handle of a client is a number of ours dressed as a pointer; nothing ever follows it. */
export class Procedures {
  readonly #clients = new Map<bigint, Client>();
  #next = 1n;

  readonly read = new Deno.UnsafeCallback(READ_WRITE_PROCEDURE, (handle, buffer, size) => {
    return this.#guarded(handle, -1n, (client) => {
      if (!buffer || size <= 0n) return 0n;
      const target = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(buffer, Number(size)));
      const count = client.storage.readInto(client.position, target);
      client.position += count;
      return BigInt(count);
    });
  });

  readonly write = new Deno.UnsafeCallback(READ_WRITE_PROCEDURE, (handle, buffer, size) => {
    return this.#guarded(handle, -1n, (client) => {
      if (!buffer || size <= 0n) return 0n;
      const bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(buffer, Number(size)));
      client.storage.write(client.position, bytes);
      client.position += bytes.length;
      return size;
    });
  });

  readonly seek = new Deno.UnsafeCallback(SEEK_PROCEDURE, (handle, offset, whence) => {
    return this.#guarded(handle, 0xffff_ffff_ffff_ffffn, (client) => {
      const by = Number(BigInt.asIntN(64, offset));
      client.position = whence === 0 ? by : whence === 1 ? client.position + by : client.storage.size + by;
      if (client.position < 0) throw new RangeError(`Cannot seek to ${client.position}`);
      return BigInt(client.position);
    });
  });

  readonly size = new Deno.UnsafeCallback(SIZE_PROCEDURE, (handle) => {
    return this.#guarded(handle, 0n, (client) => BigInt(client.storage.size));
  });

  readonly close = new Deno.UnsafeCallback(CLOSE_PROCEDURE, () => 0);

  /** The handle under which libtiff will name this storage. */
  add(storage: TiffStorage): bigint {
    const handle = this.#next++;
    this.#clients.set(handle, { storage, position: 0, failure: undefined });
    return handle;
  }

  /** How many storages libtiff still has, those of a failed opening too. */
  get clients(): number {
    return this.#clients.size;
  }

  remove(handle: bigint): void {
    this.#clients.delete(handle);
  }

  /** What the storage threw since the last call, if anything. */
  takeFailure(handle: bigint): unknown {
    const client = this.#clients.get(handle);
    const failure = client?.failure;
    if (client) client.failure = undefined;
    return failure;
  }

  /** Only when libtiff has no directory open. */
  dispose(): void {
    for (const one of [this.read, this.write, this.seek, this.size, this.close]) one.close();
  }

  #guarded<T>(handle: Deno.PointerValue, failed: T, act: (client: Client) => T): T {
    const client = this.#clients.get(Deno.UnsafePointer.value(handle));
    if (!client) return failed;
    try {
      return act(client);
    } catch (error) {
      client.failure ??= error;
      return failed;
    }
  }
}
