/** The image with what belongs to it: how it is drawn, its levels, the cursor's values, the last frames. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { FramePayload } from "../../payloads.ts";
import { clockTenths, grouped } from "../format.ts";
import { Choice } from "../parts/controls.ts";
import { Icon } from "../parts/icons.ts";
import { type CodedImage, frameSize } from "./codes.ts";
import type { FrameChoice } from "./frame_choice.ts";
import type { FrameImage } from "./frame_images.ts";
import { type BlackAndWhite, COLOUR_MAPS, type ColourMap, type Scale, SCALES } from "./palette.ts";
import { Places } from "./place.ts";
import { CursorGroup, FrameGroup, LevelsGroup } from "./side.ts";
import { StableLevels } from "./stable_levels.ts";
import { Strip } from "./strip.ts";
import { type Hover, type View, Viewer } from "./viewer.ts";

/** How a person wants images drawn. */
export interface ImageLook {
  readonly scale: Scale;
  readonly automatic: boolean;
  /** Where the levels are fixed. */
  readonly black: number;
  readonly white: number;
  readonly map: ColourMap;
  readonly cross: boolean;
}

export const FIRST_LOOK: ImageLook = {
  scale: "log",
  automatic: true,
  black: 0,
  white: 1000,
  map: "Viridis",
  cross: true,
};

export interface ImagePanelProps {
  readonly shown: FrameImage | undefined;
  readonly choice: FrameChoice;
  /** The shown one, with its figures. */
  readonly frame: FramePayload | null;
  readonly noFrameYet: boolean;
  /** Why the wanted frame's image cannot be had. */
  readonly failure: string | null;
  readonly look: ImageLook;
  readonly onLook: (change: Partial<ImageLook>) => void;
  /** All pixels of the shown frame are wanted. */
  readonly onClose: () => void;
  readonly onHold: (id: number | null) => void;
  readonly onFollow: () => void;
  readonly onStep: (by: number) => void;
  /** Where the pattern's cursor is, as an angle. */
  readonly ring_deg: number | null;
  /** The pixel under the pointer has that angle; null where none is. */
  readonly onAngle: (twoTheta_deg: number | null) => void;
}

/** Pixels of the screen for one of the frame, from which the preview is too coarse. */
const CLOSE_ZOOM = 0.75;
const SCALE_NAMES: Readonly<Record<Scale, string>> = { linear: "Linear", sqrt: "Sqrt", log: "Log" };

export function ImagePanel(props: ImagePanelProps): ComponentChildren {
  const { shown, choice, frame, noFrameYet, failure, look, onLook, ring_deg, onAngle } = props;
  const canvas = useRef<HTMLCanvasElement>(null), viewer = useRef<Viewer | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [view, setView] = useState<View>({ zoom: 1, whole: true });
  const image = shown === undefined ? null : shown.full ?? shown.preview;
  const geometry = shown?.geometry ?? null;
  const places = useMemo(() => geometry === null ? null : new Places(geometry), [JSON.stringify(geometry)]);
  const place = hover === null || places === null ? null : places.ofPixel(hover.column, hover.row);
  const { black, white, resetLevels } = useLevels(image, look, choice.held === null);
  const colours = { scale: look.scale, black, white, map: look.map };
  const remark = remarkOn(frame, { scale: look.scale, white });

  useEffect(() => {
    viewer.current = new Viewer(canvas.current!);
    viewer.current.onHover = setHover;
    viewer.current.onView = (now) =>
      setView((before) => before.zoom === now.zoom && before.whole === now.whole ? before : now);
  }, []);
  useEffect(() => viewer.current!.show(image, { ...colours, cross: look.cross }, places));
  useEffect(() => void (viewer.current!.ring_deg = place?.twoTheta_deg ?? ring_deg), [place?.twoTheta_deg, ring_deg]);
  useEffect(() => onAngle(place?.twoTheta_deg ?? null), [place?.twoTheta_deg]);
  // A frame that is held, or looked at closely, is wanted with all its pixels.
  const close = choice.held !== null || (!view.whole && view.zoom > CLOSE_ZOOM);
  useEffect(() => {
    if (close && shown !== undefined && shown.full === null) props.onClose();
  });

  return html`<section class="panel image" id="image" aria-label="Image">
    <div class="bar">
      <h2 title=${frame === null ? "" : frame.folder === "" ? frame.name : `${frame.folder}/${frame.name}`}>
        ${frame?.name ?? (noFrameYet ? "No image yet" : "")}</h2>
      ${frame !== null && html`<span class="soft time">${clockTenths(frame.time)}</span>${h(FollowChip, { choice })}`}
      <span class="grow"></span>
      ${
    h(Choice<Scale>, {
      label: "Scale",
      value: look.scale,
      options: SCALES.map((scale) => [scale, SCALE_NAMES[scale]] as const),
      onChange: (scale) => onLook({ scale }),
    })
  }
      <select aria-label="Colour map" value=${look.map}
        onChange=${(event: { readonly currentTarget: HTMLSelectElement }) =>
    onLook({ map: event.currentTarget.value as ColourMap })}>
        ${COLOUR_MAPS.map((map) => html`<option selected=${map === look.map}>${map}</option>`)}</select>
      <button class="icon" aria-pressed=${look.cross} title="Beam centre (c)" aria-label="Beam centre"
        onClick=${() => onLook({ cross: !look.cross })}>${h(Icon, { name: "cross" })}</button>
      <button class="icon" title="Whole image (0)" aria-label="Whole image" disabled=${view.whole}
        onClick=${() => viewer.current!.fit()}>${h(Icon, { name: "fit" })}</button>
    </div>
    <div class="view">
      <div class="stage">
        <canvas ref=${canvas} tabindex="0" role="img" aria-label=${
    frame === null
      ? "No image yet"
      : `Frame ${frame.name}. Plus and minus zoom, 0 shows all, shift and arrows move a cursor.`
  }></canvas>
        ${
    image === null &&
    html`<p class="nothing">${
      failure ?? (noFrameYet ? "The newest frame shows here as soon as there is one." : "Fetching the newest frame …")
    }</p>`
  }
        ${image !== null && failure !== null && html`<span class="failure" role="status">${failure}</span>`}
        ${
    image !== null && failure === null && remark !== null && html`<span class="remark" role="status">${remark}</span>`
  }
        ${!view.whole && html`<span class="zoom">${zoomText(view.zoom)}</span>`}
      </div>
      <div class="side">
        ${
    h(LevelsGroup, {
      image,
      look: colours,
      automatic: look.automatic,
      onAutomatic: (automatic) => {
        resetLevels();
        onLook(automatic ? { automatic } : { automatic, black, white });
      },
      onLevels: (levels) => onLook({ automatic: false, ...levels }),
    })
  }
        ${h(CursorGroup, { hover, place })}
        ${h(FrameGroup, { frame })}
      </div>
    </div>
    ${h(Steps, props)}
  </section>`;
}

interface UsedLevels extends BlackAndWhite {
  /** The shown frame's own are automatic from now on. */
  readonly resetLevels: () => void;
}

function useLevels(image: CodedImage | null, look: ImageLook, follows: boolean): UsedLevels {
  const stable = useRef(new StableLevels()), last = useRef<{ image: CodedImage; levels: BlackAndWhite } | null>(null);
  const resetLevels = (): void => {
    stable.current.reset();
    last.current = null;
  };
  if (!look.automatic || image === null) return { black: look.black, white: look.white, resetLevels };
  if (last.current?.image !== image) {
    const { width, height } = frameSize(image), own = { black: image.autoBlack, white: image.autoWhite };
    const size = `${width} x ${height}`;
    last.current = { image, levels: stable.current.next(own, { size, follows, now_ms: performance.now() }) };
  }
  return { ...last.current.levels, resetLevels };
}

/** Why nothing is seen on an image that is there; null where something is. */
function remarkOn(
  frame: FramePayload | null,
  { scale, white }: { readonly scale: Scale; readonly white: number },
): string | null {
  if (frame?.figures?.max === null) return "No pixel of this frame has a number.";
  if (scale === "log" && white <= 0) return "White is not above zero: a logarithm shows nothing. Choose Linear.";
  return null;
}

function FollowChip({ choice: { held, behind } }: { readonly choice: FrameChoice }): ComponentChildren {
  return (held === null
    ? html`<span class="chip">Following</span>`
    : html`<span class="chip held">Held${behind > 0 && `, ${grouped(behind)} newer`}</span>`);
}

function Steps({ choice, frame, onHold, onFollow, onStep }: ImagePanelProps): ComponentChildren {
  const { held, strip, atEnd } = choice, index = strip.findIndex(({ id }) => id === frame?.id);
  const hold = held === null ? "Hold this frame" : "Follow the newest";
  return html`<div class="steps">
    <button class=${`icon ${held === null ? "" : "main"}`} disabled=${
    frame === null
  } title=${`${hold} (space)`} aria-label=${hold}
      onClick=${() => held === null ? onHold(null) : onFollow()}>${
    h(Icon, { name: held === null ? "pause" : "play" })
  }</button>
    <button class="icon" disabled=${
    frame === null || index <= 0
  } title="The frame before (,)" aria-label="The frame before"
      onClick=${() => onStep(-1)}>${h(Icon, { name: "back" })}</button>
    ${h(Strip, { frames: strip.map((one) => one.id === frame?.id ? frame : one), index, onStep, onPick: onHold })}
    <button class="icon" disabled=${frame === null || atEnd} title="The next frame (.)" aria-label="The next frame"
      onClick=${() => onStep(1)}>${h(Icon, { name: "forward" })}</button>
  </div>`;
}

function zoomText(zoom: number): string {
  return zoom >= 1 ? `${zoom.toFixed(zoom < 10 ? 1 : 0)}×` : `${Math.round(zoom * 100)} %`;
}
