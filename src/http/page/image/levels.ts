/** How often which value occurs, on the colours that it gets; its two handles are black and white. */
import { CODE_NONE, CODE_SATURATED, type CodedImage, valueOfCode } from "./codes.ts";
import { type BlackAndWhite, colours, logFloor, type Look, positionOf } from "./palette.ts";

const BINS = 128;
/** So many codes say enough. */
const SAMPLE = 40_000;
const BAR_PX = 9;

interface Shown extends Look {
  readonly image: CodedImage;
  /** The values at the left and right edge. */
  readonly first: number;
  readonly last: number;
}

export class Levels {
  onChange = (_levels: BlackAndWhite): void => {};
  readonly #canvas: HTMLCanvasElement;
  #shown: Shown | null = null;
  #dragged: keyof BlackAndWhite | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.#grab(event));
    canvas.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(end, () => this.#dragged = null);
    }
    new ResizeObserver(() => this.#draw()).observe(canvas);
    addEventListener("theme", () => this.#draw());
  }

  show(image: CodedImage, { scale, black, white, map }: Look): void {
    const before = this.#shown, look = { scale, black, white, map };
    if (before?.image === image && (Object.keys(look) as (keyof Look)[]).every((key) => before[key] === look[key])) {
      return;
    }
    // While a handle is dragged, the edges stay where they are.
    const edges = this.#dragged !== null && before !== null ? before : edgesOf(image, look);
    this.#shown = { image, ...look, first: edges.first, last: edges.last };
    this.#draw();
  }

  #partOf(value: number, { scale, first, last }: Shown): number {
    return scale === "log"
      ? Math.log(Math.max(value, first) / first) / Math.log(last / first)
      : (value - first) / (last - first);
  }

  #valueOf(part: number, { scale, first, last }: Shown): number {
    return scale === "log" ? first * (last / first) ** part : first + part * (last - first);
  }

  #partAt({ clientX }: PointerEvent): number {
    const { left, width } = this.#canvas.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / width));
  }

  #grab(event: PointerEvent): void {
    const shown = this.#shown;
    if (shown === null) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const part = this.#partAt(event), distance = (value: number) => Math.abs(part - this.#partOf(value, shown));
    this.#dragged = distance(shown.black) < distance(shown.white) ? "black" : "white";
    this.#drag(event);
  }

  #drag(event: PointerEvent): void {
    if (this.#dragged === null || this.#shown === null) return;
    const { black, white, first, last } = this.#shown, least = (last - first) * 1e-4;
    const value = this.#valueOf(this.#partAt(event), this.#shown);
    this.onChange(
      this.#dragged === "black"
        ? { black: Math.min(value, white - least), white }
        : { black, white: Math.max(value, black + least) },
    );
  }

  #draw(): void {
    const shown = this.#shown, canvas = this.#canvas, ratio = devicePixelRatio;
    if (shown === null) return;
    const width = canvas.width = Math.round(canvas.clientWidth * ratio);
    const height = canvas.height = Math.round(canvas.clientHeight * ratio);
    const context = canvas.getContext("2d")!, bar = Math.round(BAR_PX * ratio), style = getComputedStyle(canvas);
    const bins = this.#histogram(shown), most = Math.max(1, ...bins.subarray(1));
    context.fillStyle = style.getPropertyValue("--histogram");
    for (const [bin, count] of bins.entries()) {
      const tall = Math.min(1, Math.sqrt(count / most)) * (height - bar - 3 * ratio);
      context.fillRect((bin * width) / BINS, height - bar - 2 * ratio - tall, width / BINS + 0.5, tall);
    }
    const rgb = colours(shown.map), position = positionOf(shown);
    for (let x = 0; x < width; x++) {
      const at = 3 * Math.max(0, Math.min(255, Math.round(255 * position(this.#valueOf(x / width, shown)))));
      context.fillStyle = `rgb(${rgb[at]} ${rgb[at + 1]} ${rgb[at + 2]})`;
      context.fillRect(x, height - bar, 1, bar);
    }
    context.fillStyle = style.color;
    for (const value of [shown.scale === "log" ? logFloor(shown) : shown.black, shown.white]) {
      const x = Math.max(ratio, Math.min(width - ratio, this.#partOf(value, shown) * width));
      context.fillRect(x - 0.75 * ratio, 0, 1.5 * ratio, height);
    }
  }

  #histogram(shown: Shown): Uint32Array {
    const { codes } = shown.image, bins = new Uint32Array(BINS);
    const step = Math.max(1, Math.floor(codes.length / SAMPLE));
    for (let at = 0; at < codes.length; at += step) {
      const code = codes[at]!;
      if (code === CODE_NONE || code === CODE_SATURATED) continue;
      const bin = Math.floor(BINS * this.#partOf(valueOfCode(shown.image, code), shown));
      if (bin >= 0 && bin < BINS) bins[bin]!++;
    }
    return bins;
  }
}

/** With room beside the levels; apart from each other also where all pixels are equal. */
function edgesOf(
  { autoBlack, autoWhite, low }: CodedImage,
  { scale, black, white }: Look,
): Pick<Shown, "first" | "last"> {
  if (scale === "log") {
    const first = logFloor({ black: autoBlack * 0.5, white: autoWhite });
    return { first, last: Math.max(autoWhite * 12, white * 1.05, first * 10) };
  }
  const first = Math.min(0, low, black);
  return { first, last: Math.max(autoWhite * 1.6, white * 1.05, first + 1) };
}
