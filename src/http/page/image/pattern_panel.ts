/** The frame's pattern below its image. */
import { type ComponentChildren, h } from "preact";
import { useRef } from "preact/hooks";
import { html } from "htm/preact";
import { GHOSTS, Pattern } from "../charts/pattern.ts";
import { Nothing } from "../parts/controls.ts";
import type { FrameImage, FrameImages } from "./frame_images.ts";
import type { PatternCurve } from "./pattern_curve.ts";

export interface PatternPanelProps {
  readonly shown: FrameImage | undefined;
  readonly images: FrameImages;
  readonly noFrameYet: boolean;
  readonly log: boolean;
  readonly wavelength_A: number | null;
  /** Where the pointer is on the image; null where it is not there. */
  readonly angle_deg: number | null;
  readonly onAngle: (twoTheta_deg: number | null) => void;
}

/** How many shown frames are remembered for the ghosts. */
const REMEMBERED = 100;

export function PatternPanel(props: PatternPanelProps): ComponentChildren {
  const { shown, images, noFrameYet, log, wavelength_A, angle_deg, onAngle } = props;
  const order = useRef<number[]>([]), last = useRef<FrameImage | undefined>(undefined);
  // A pattern comes after its image: that of the frame before stays until then, so that nothing flickers.
  if (shown !== undefined && shown.pattern !== null) last.current = shown;
  const drawn = shown === undefined || shown.hasNoPattern ? undefined : last.current, pattern = drawn?.pattern ?? null;
  if (drawn !== undefined && !order.current.includes(drawn.frame.id)) {
    order.current = [...order.current, drawn.frame.id].slice(-REMEMBERED);
  }
  const at = order.current.indexOf(drawn?.frame.id ?? NaN);
  const ghosts = order.current.slice(Math.max(0, at - GHOSTS), Math.max(0, at)).toReversed()
    .map((id) => images.get(id)?.pattern ?? null)
    .filter((curve): curve is PatternCurve => curve !== null && curve.payload.unit === pattern?.payload.unit);
  return html`<section class="panel pattern" aria-label="Pattern">
    <div class="bar"><h2>Pattern</h2>
      ${
    pattern !== null && html`<span class="soft">intensity over ${pattern.label}</span><span class="grow"></span>
        <span class="key"><i class="now"></i>${drawn === shown ? "this frame" : drawn!.frame.name}</span>
        ${ghosts.length > 0 && html`<span class="key"><i></i>shown before</span>`}`
  }</div>
    ${
    drawn !== undefined && pattern !== null
      ? h(Pattern, {
        id: drawn.frame.id,
        curve: pattern,
        ghosts,
        log,
        cursor: angle_deg === null ? null : pattern.xOfAngle(angle_deg, wavelength_A),
        onCursor: (x) => onAngle(x === null ? null : pattern.angleOfX(x, wavelength_A)),
      })
      : h(
        Nothing,
        {},
        noFrameYet
          ? "The pattern of the newest frame shows here."
          : "No pattern: it takes the beam centre, the distance and the energy, from the sidecar or from [detector].",
      )
  }
  </section>`;
}
