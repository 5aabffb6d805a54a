/** What the page asks the daemon to do; the token is kept until the window is closed. */
import { ask, RefusedError } from "./ask.ts";

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

/**
 * @param path below api/
 * @returns what the daemon says of it, "" where it has nothing to say
 * @throws {Error} with the reason; a RefusedError has the status 401 where the token is not the daemon's
 */
export async function order(path: string, token: string, body?: unknown): Promise<string> {
  const response = await ask(`api/${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...body === undefined ? {} : { "content-type": "application/json" },
    },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  }).catch((error) => {
    throw error instanceof RefusedError ? error : new Error("pewatch does not answer");
  });
  const { text = "" } = await response.json().catch(() => ({})) as { text?: string };
  return text;
}
