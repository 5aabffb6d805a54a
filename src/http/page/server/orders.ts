/** What the page asks the daemon to do; the token is kept until the window is closed. */
const KEY = "pewatch.token";

export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function storeToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // A browser that keeps nothing: the page has it as long as it is open.
  }
}

/** Of a refused order; the status is 401 where the token is not the daemon's. */
export class OrderError extends Error {
  override readonly name = "OrderError";
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

/**
 * @param path below api/
 * @returns what the daemon says of it, "" where it has nothing to say
 * @throws {OrderError} with the daemon's reason
 */
export async function order(path: string, token: string, body?: unknown): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        ...body === undefined ? {} : { "content-type": "application/json" },
      },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
    });
  } catch {
    throw new OrderError("pewatch does not answer", 0);
  }
  const reply = await response.json().catch(() => ({})) as { text?: string; error?: string };
  if (!response.ok) throw new OrderError(reply.error ?? `pewatch answered ${response.status}`, response.status);
  return reply.text ?? "";
}
