/** One HTTP POST of JSON, and what its answer means for whoever waits to send the next one. */
import { thrownText } from "./thrown_text.ts";

export type PostResult =
  | { readonly outcome: "taken" }
  /** Nothing is gained by sending it again. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** The same again, later; not before `after` where the receiver asks for that. */
  | { readonly outcome: "later"; readonly reason: string; readonly retryAfter: string | null };

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout_ms: number;
  readonly signal: AbortSignal;
  readonly client: Deno.HttpClient;
}

/** Within one host: a slash that is missing, http to https of a proxy. */
const REDIRECTS_MAX = 3;
/** Request Timeout and Too Many Requests are the 4xx that a later try may mend. */
const LATER = new Set([408, 425, 429]);

/** Never rejects. */
export async function post(url: string, body: string, options: PostOptions): Promise<PostResult> {
  // One limit for all redirects together.
  const timeout = AbortSignal.timeout(options.timeout_ms);
  let target = url;
  try {
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const response = await fetch(target, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...options.headers },
        // By hand: fetch itself would turn a POST into a GET, and take the token's frame to another host.
        redirect: "manual",
        signal: AbortSignal.any([timeout, options.signal]),
        client: options.client,
      });
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return judge(response);
      const next = new URL(location, target);
      if (next.host !== new URL(url).host) {
        return { outcome: "refused", reason: `it redirects to another host, ${next.host}` };
      }
      target = next.href;
    }
    return { outcome: "refused", reason: `it redirects more than ${REDIRECTS_MAX} times` };
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${options.timeout_ms / 1000} s` : thrownText(error);
    return { outcome: "later", reason, retryAfter: null };
  }
}

function judge(response: Response): PostResult {
  const { status } = response;
  if (response.ok) return { outcome: "taken" };
  const reason = `the answer is ${`${status} ${response.statusText}`.trim()}`;
  if (status < 500 && !LATER.has(status)) return { outcome: "refused", reason };
  return { outcome: "later", reason, retryAfter: response.headers.get("retry-after") };
}
