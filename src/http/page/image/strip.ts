/** The last frames as bars of their mean intensity: where the beam was weak, it shows. A slider for keys and readers. */
import type { ComponentChildren } from "preact";
import { html } from "htm/preact";
import type { FramePayload } from "../../payloads.ts";
import { STEPS } from "./frame_choice.ts";

export interface StripProps {
  readonly frames: readonly FramePayload[];
  /** Of the shown one; -1 for none. */
  readonly index: number;
  readonly onStep: (by: number) => void;
  readonly onPick: (id: number) => void;
}

/** Frames without figures have this height. */
const UNKNOWN_PART = 1;

export function Strip({ frames, index, onStep, onPick }: StripProps): ComponentChildren {
  const means = frames.map(({ figures }) => figures?.mean ?? null);
  const most = Math.max(1e-9, ...means.map((mean) => mean ?? 0));
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -STEPS, End: STEPS }[event.key];
    if (by === undefined || frames.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(by);
  };
  return html`
    <div class="strip" role="slider" tabindex="0" aria-label="The last frames" aria-valuemin="1"
      aria-valuemax=${Math.max(1, frames.length)} aria-valuenow=${Math.max(1, index + 1)}
      aria-valuetext=${frames[index]?.name ?? "none"} onKeyDown=${onKey}>
        ${Array.from({ length: STEPS }, (_, place) => {
          const at = place - (STEPS - frames.length), frame = frames[at], mean = means[at] ?? null;
          if (frame === undefined) return html`<span class="step none" key=${-1 - place}></span>`;
          const part = mean === null ? UNKNOWN_PART : Math.max(0, mean) / most;
          return html`
            <span key=${frame.id} class=${`step ${at === index ? "on" : ""} ${mean === null ? "unknown" : ""}`}
              title=${frame.name} onClick=${() => onPick(frame.id)}><i style=${{
                height: `${Math.round(100 * part)}%`,
              }}></i></span>
          `;
        })}
      </div>
  `;
}
