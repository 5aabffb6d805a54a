/** The image on a canvas: codes, by a table of colours, to a sheet of the frame's size; drawn with zoom, cross and ring. */
import { CODE_SATURATED, type CodedImage, frameSize, valueOfCode } from "./codes.ts";
import { colourTable, type Look } from "./palette.ts";
import type { Places } from "./place.ts";
import { watchPointers } from "./pointers.ts";

const ZOOM_MAX = 40;

export interface ViewerSettings extends Look {
  readonly cross: boolean;
}

export interface Hover {
  readonly column: number;
  readonly row: number;
  readonly value: number;
  /** Whether the value is the pixel's own, not the mean of a block. */
  readonly exact: boolean;
  readonly saturated: boolean;
  /** Whether keys moved the cursor there, of somebody who may not see it. */
  readonly byKeys: boolean;
}

export interface View {
  /** Pixels of the screen for one of the frame. */
  readonly zoom: number;
  readonly whole: boolean;
}

/** Pixels of the frame at the canvas's middle, and CSS pixels for one of them. */
interface Placing {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export class Viewer {
  onHover = (_hover: Hover | null): void => {};
  onView = (_view: View): void => {};
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #sheet = document.createElement("canvas");
  #image: CodedImage | null = null;
  #settings: ViewerSettings | null = null;
  #places: Places | null = null;
  /** Null fits the frame in. */
  #placing: Placing | null = null;
  #ring_deg: number | null = null;
  /** In pixels of the frame: where the pointer is, whatever moves beneath it. */
  #cursor: readonly [x: number, y: number] | null = null;
  #byKeys = false;
  #drawing = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
    watchPointers(canvas, {
      zoom: (factor, at) => this.zoomBy(factor, at),
      move: (dx, dy) => this.moveBy(dx, dy),
      hover: (at) => this.#pointAt(at === null ? null : this.#framePlace(at)),
      toggle: () => this.#placing === null ? this.showPixels() : this.fit(),
    });
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    canvas.addEventListener("blur", () => this.#byKeys && this.#pointAt(null));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  show(image: CodedImage | null, settings: ViewerSettings, places: Places | null): void {
    const before = this.#settings;
    const repaint = image !== this.#image || before === null ||
      (["scale", "black", "white", "map"] as const).some((key) => settings[key] !== before[key]);
    const changed = repaint || places !== this.#places || settings.cross !== before.cross;
    this.#image = image;
    this.#settings = settings;
    this.#places = places;
    if (repaint && image !== null) {
      this.#paint(image, settings);
      this.#reportHover();
    }
    if (changed) this.draw();
  }

  /** A ring of that angle; null for none. */
  set ring_deg(twoTheta_deg: number | null) {
    if (twoTheta_deg === this.#ring_deg) return;
    this.#ring_deg = twoTheta_deg;
    this.draw();
  }

  fit(): void {
    this.#placing = null;
    this.draw();
  }

  /** One pixel of the frame on one of the screen. */
  showPixels(): void {
    this.#placing = { ...this.#placed(), scale: 1 / devicePixelRatio };
    this.draw();
  }

  /** @param at in CSS pixels from the canvas's middle, which stays where it is */
  zoomBy(factor: number, [dx, dy]: readonly [number, number]): void {
    const before = this.#placed(), fit = this.#fitting();
    const scale = Math.min(ZOOM_MAX, Math.max(fit, before.scale * factor));
    const shift = 1 / before.scale - 1 / scale;
    this.#placing = scale <= fit ? null : { scale, x: before.x + dx * shift, y: before.y + dy * shift };
    this.draw();
  }

  moveBy(dx: number, dy: number): void {
    if (this.#placing === null) return;
    const { scale, x, y } = this.#placing, { width, height } = this.#size();
    this.#placing = {
      scale,
      x: Math.max(0, Math.min(width, x - dx / scale)),
      y: Math.max(0, Math.min(height, y - dy / scale)),
    };
    this.draw();
  }

  draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #size(): { width: number; height: number } {
    return this.#image === null ? { width: 2048, height: 2048 } : frameSize(this.#image);
  }

  #fitting(): number {
    const { width, height } = this.#size();
    return Math.min(this.#canvas.clientWidth / width, this.#canvas.clientHeight / height);
  }

  #placed(): Placing {
    const { width, height } = this.#size();
    return this.#placing ?? { scale: this.#fitting(), x: width / 2, y: height / 2 };
  }

  #paint(image: CodedImage, settings: ViewerSettings): void {
    const { codes, width, height } = image, table = colourTable(image, settings);
    [this.#sheet.width, this.#sheet.height] = [width, height];
    const context = this.#sheet.getContext("2d")!, picture = context.createImageData(width, height);
    const out = new Uint32Array(picture.data.buffer);
    for (let at = 0; at < codes.length; at++) out[at] = table[codes[at]!]!;
    context.putImageData(picture, 0, 0);
  }

  #drawNow(): void {
    const canvas = this.#canvas, context = this.#context, ratio = devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (this.#image === null) return;
    const { scale, x, y } = this.#placed(), { block } = this.#image, zoom = scale * ratio;
    context.setTransform(zoom, 0, 0, zoom, width / 2 - x * zoom, height / 2 - y * zoom);
    context.imageSmoothingEnabled = zoom * block < 2;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#sheet, 0, 0, this.#sheet.width * block, this.#sheet.height * block);
    this.#drawMarks(scale);
    this.onView({ zoom, whole: this.#placing === null });
  }

  #drawMarks(scale: number): void {
    const px = 1 / scale, places = this.#places;
    const outlined = (path: Path2D, dark: string, bright: string): void => {
      for (const [colour, width] of [[dark, 3], [bright, 1.25]] as const) {
        this.#context.strokeStyle = colour;
        this.#context.lineWidth = width * px;
        this.#context.stroke(path);
      }
    };
    if (places !== null && this.#settings!.cross) {
      const { x_px, y_px } = places.geometry;
      outlined(crossPath(x_px, y_px, [5 * px, 17 * px]), "rgba(0,0,0,.65)", "#fff");
    }
    if (places !== null && this.#ring_deg !== null) {
      outlined(ringPath(places, this.#ring_deg), "rgba(0,0,0,.5)", "rgba(255,255,255,.9)");
    }
    if (this.#byKeys && this.#cursor !== null) {
      outlined(crossPath(...this.#cursor, [3 * px, 10 * px]), "rgba(0,0,0,.8)", "#7fb0ff");
    }
  }

  /** @param at in CSS pixels from the canvas's middle */
  #framePlace([dx, dy]: readonly [number, number]): [x: number, y: number] {
    const { scale, x, y } = this.#placed();
    return [x + dx / scale, y + dy / scale];
  }

  #pointAt(cursor: readonly [number, number] | null, byKeys = false): void {
    const redraw = this.#byKeys || byKeys;
    this.#cursor = cursor;
    this.#byKeys = byKeys;
    this.#reportHover();
    if (redraw) this.draw();
  }

  #reportHover(): void {
    const image = this.#image, { width, height } = this.#size();
    const [column, row] = (this.#cursor ?? [-1, -1]).map(Math.floor) as [number, number];
    if (image === null || column < 0 || row < 0 || column >= width || row >= height) return this.onHover(null);
    const { block, codes, pixels } = image;
    const at = Math.floor(row / block) * image.width + Math.floor(column / block), code = codes[at]!;
    this.onHover({
      column,
      row,
      value: pixels !== null ? pixels[at]! : valueOfCode(image, code),
      exact: pixels !== null,
      saturated: code === CODE_SATURATED,
      byKeys: this.#byKeys,
    });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined && event.shiftKey) this.#moveCursor(arrow);
    // Where the whole image is seen there is nothing to move: the arrows are the page's.
    else if (arrow !== undefined && this.#placing !== null) this.moveBy(-48 * arrow[0], -48 * arrow[1]);
    else if (event.key === "+" || event.key === "=") this.zoomBy(1.4, this.#keyZoomPlace());
    else if (event.key === "-") this.zoomBy(1 / 1.4, this.#keyZoomPlace());
    else if (event.key === "0") this.fit();
    else if (event.key === "1") this.showPixels();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** By one pixel of the frame, or of the screen where that is more. */
  #moveCursor([dx, dy]: readonly [number, number]): void {
    const { width, height } = this.#size(), { scale, x, y } = this.#placed();
    const [fromX, fromY] = this.#cursor ?? [x, y], step = Math.max(1, Math.round(4 / scale));
    this.#pointAt([
      Math.max(0.5, Math.min(width - 0.5, Math.floor(fromX) + 0.5 + dx * step)),
      Math.max(0.5, Math.min(height - 0.5, Math.floor(fromY) + 0.5 + dy * step)),
    ], true);
  }

  /** Zooming by keys keeps the cursor of the keys in its place. */
  #keyZoomPlace(): [number, number] {
    if (!this.#byKeys || this.#cursor === null) return [0, 0];
    const { scale, x, y } = this.#placed();
    return [(this.#cursor[0] - x) * scale, (this.#cursor[1] - y) * scale];
  }
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function crossPath(x: number, y: number, [from, to]: readonly [number, number]): Path2D {
  const path = new Path2D();
  for (const [dx, dy] of Object.values(ARROWS)) {
    path.moveTo(x + from * dx!, y + from * dy!);
    path.lineTo(x + to * dx!, y + to * dy!);
  }
  return path;
}

function ringPath(places: Places, twoTheta_deg: number): Path2D {
  const path = new Path2D();
  let open = false;
  for (const point of places.ring(twoTheta_deg)) {
    if (point !== null) path[open ? "lineTo" : "moveTo"](...point);
    open = point !== null;
  }
  return path;
}
