/** One request to the daemon. A file of its own: orders and images are asked for in the same way. */

/** The daemon refused; the message is its reason. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(message: string, readonly status: number) {
    super(message);
  }
}

/** @throws {RefusedError} TypeError where nobody answers */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, init);
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({})) as { error?: string };
  throw new RefusedError(error ?? `pewatch answered ${response.status}`, response.status);
}
