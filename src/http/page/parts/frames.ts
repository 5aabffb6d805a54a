/** The last fifty frames. */
import { type ComponentChildren, h } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { FramePayload, StatePayload } from "../../payloads.ts";
import { clockTenths, dayAndClock, fixed } from "../format.ts";
import { Nothing } from "./controls.ts";
import { Icon } from "./icons.ts";

export interface FramesProps {
  readonly frames: readonly FramePayload[];
  readonly state: StatePayload;
  readonly shownId: number | null;
  readonly onFrame: (id: number) => void;
}

/** Drawn anew once a second, or nobody could read it; and while somebody points at it, its rows stay where they are. */
export function Frames({ frames, state, shownId, onFrame }: FramesProps): ComponentChildren {
  const [still, setStill] = useState<readonly FramePayload[] | null>(null);
  const drawn = useRef<{ state: StatePayload | null; frames: readonly FramePayload[] }>({ state: null, frames: [] });
  if (drawn.current.state !== state) drawn.current = { state, frames };
  const rows = (still ?? drawn.current.frames).toReversed();
  if (rows.length === 0) return h(Nothing, {}, "No frame since the start.");
  return html`
    <table class="frames" onPointerEnter=${() => setStill(frames)} onPointerLeave=${() => setStill(null)}>
      <thead>
        <tr>
          <th>Frame</th>
          <th>Saved</th>
          <th class="figure">Latency</th>
          <th class="middle">Verified</th>
          <th>Notes</th>
        </tr>
      </thead>
      <tbody>${rows.map((frame) => rowOf(frame, frame.id === shownId, onFrame))}</tbody>
    </table>
  `;
}

const KIND_NOTES: Readonly<Record<FramePayload["kind"], string>> = {
  frame: "",
  dark: "dark",
  quarantined: "in quarantine",
};

function rowOf(frame: FramePayload, shown: boolean, onFrame: (id: number) => void): ComponentChildren {
  const { id, name, folder, kind, time, latency_s, verified, notes } = frame;
  const path = folder === "" ? name : `${folder}/${name}`;
  const text = notes.length > 0 ? notes.join("; ") : KIND_NOTES[kind];
  return html`
    <tr key=${id} class=${`${kind} ${shown ? "on" : ""}`} aria-current=${shown ? "true" : undefined}
      onClick=${() => kind === "frame" && onFrame(id)}>
      <th scope="row" title=${path}>${kind === "frame" ? html`<button class="name">${name}</button>` : name}</th>
      <td title=${dayAndClock(time)}>${clockTenths(time)}</td>
      <td class="figure">${latency_s === null ? "" : `${fixed(latency_s, 2)} s`}</td>
      <td class="middle">${verified && html`<span class="good" title="What was written was read back and compared">
      ${h(Icon, { name: "tick" })}<span class="unseen">yes</span></span>`}</td>
      <td class="notes" title=${text}>${text}</td>
    </tr>
  `;
}
