/**
 * Several deliveries side by side, without a gap: what comes while others are in progress is accepted at once. A batch
 * that is waited for to its end leaves workers idle while its last frames are copied and named.
 */

export interface LanesOptions<Claim> {
  readonly lanes: number;
  /** Claims of one key go one after the other, in the order that they came. */
  readonly keyOf: (claim: Claim) => string;
  /** @returns whether to go on with others; what is in progress is finished in any case */
  readonly deliver: (claim: Claim) => Promise<boolean>;
  /** Asked for more whenever a delivery has ended and none waits for a lane. */
  readonly more: () => Promise<readonly Claim[]>;
}

/** Delivers the claims, and those that `more` gives meanwhile. */
export async function deliverInLanes<Claim>(claims: readonly Claim[], options: LanesOptions<Claim>): Promise<void> {
  const { lanes, keyOf, deliver, more } = options;
  /** Each stands here until its last claim is done, so that one of the same key which comes meanwhile joins it. */
  const groups = new Map<string, Claim[]>();
  /** Keys of groups that no lane has begun with. */
  const waiting: string[] = [];
  let underWay = 0;
  let ended = false;
  let changed = Promise.withResolvers<void>();

  const wakeAll = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const add = (claims: readonly Claim[]) => {
    for (const claim of claims) {
      const key = keyOf(claim);
      const known = groups.get(key);
      if (known !== undefined) known.push(claim);
      else {
        groups.set(key, [claim]);
        waiting.push(key);
      }
    }
    wakeAll();
  };
  const deliverGroup = async (key: string) => {
    underWay++;
    try {
      const group = groups.get(key)!;
      while (!ended && group.length > 0) {
        if (!await deliver(group.shift()!)) ended = true;
        if (!ended && waiting.length === 0) add(await more());
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      groups.delete(key);
      underWay--;
      wakeAll();
    }
  };
  const lane = async () => {
    while (!ended) {
      const next = waiting.shift();
      if (next !== undefined) await deliverGroup(next);
      else if (underWay > 0) await changed.promise;
      else return;
    }
  };
  add(claims);
  await Promise.all(Array.from({ length: lanes }, lane));
}
