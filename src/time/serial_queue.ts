/** Lets work be done one after the other, whoever asks for it; some of it only if its turn comes soon enough. */

export class SerialQueue {
  #last: Promise<void> = Promise.resolve();

  take(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Begins by the deadline or never.
   * @param deadline_ms on the monotonic clock
   * @param late what it is refused with where its turn does not come in time
   */
  async takeBy(deadline_ms: number, work: () => Promise<void>, late: () => Error): Promise<void> {
    let begun = false;
    const refused = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      if (!begun) refused.reject(late());
    }, Math.max(0, deadline_ms - performance.now()));
    const done = this.take(() => {
      // The timer may be late itself.
      if (performance.now() >= deadline_ms) throw late();
      begun = true;
      return work();
    });
    done.catch(() => {}); // where it was refused before
    try {
      await Promise.race([done, refused.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
