/** Reads a stream of events as a program does. */

export class EventReader implements Disposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(reader: ReadableStreamDefaultReader<string>) {
    this.#reader = reader;
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const response = await fetch(url, { headers });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
    return new EventReader(response.body!.pipeThrough(decoder).getReader());
  }

  /** The next event of this name; others are left out. */
  next(name: string): Promise<unknown> {
    return this.until(name, () => true);
  }

  /** The next event of this name whose data fits. */
  async until(name: string, fits: (data: unknown) => boolean): Promise<unknown> {
    for (;;) {
      for (let end = this.#rest.indexOf("\n\n"); end >= 0; end = this.#rest.indexOf("\n\n")) {
        const [event = "", data = ""] = this.#rest.slice(0, end).split("\n");
        this.#rest = this.#rest.slice(end + 2);
        if (event !== `event: ${name}`) continue;
        const value = JSON.parse(data.slice("data: ".length));
        if (fits(value)) return value;
      }
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`the stream ended before an event ${name}`);
      this.#rest += value;
    }
  }

  [Symbol.dispose](): void {
    void this.#reader.cancel().catch(() => {});
  }
}
