/** What stands beside the image: levels, the pixel under the cursor, the frame's figures. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "htm/preact";
import type { FramePayload } from "../../payloads.ts";
import { counts, fixed, grouped } from "../format.ts";
import { Choice, Fact, NumberField } from "../parts/controls.ts";
import type { CodedImage } from "./codes.ts";
import { Levels } from "./levels.ts";
import type { BlackAndWhite, Look } from "./palette.ts";
import type { Place } from "./place.ts";
import type { Hover } from "./viewer.ts";

export interface LevelsGroupProps {
  readonly image: CodedImage | null;
  readonly look: Look;
  readonly automatic: boolean;
  readonly onAutomatic: (automatic: boolean) => void;
  readonly onLevels: (levels: BlackAndWhite) => void;
}

export function LevelsGroup({ image, look, automatic, onAutomatic, onLevels }: LevelsGroupProps): ComponentChildren {
  const canvas = useRef<HTMLCanvasElement>(null), levels = useRef<Levels | null>(null);
  const { black, white } = look;
  useEffect(() => void (levels.current = new Levels(canvas.current!)), []);
  useEffect(() => {
    levels.current!.onChange = onLevels;
    if (image !== null) levels.current!.show(image, look);
  });
  return html`
    <div class="group">
      <div class="head"><h3>Levels</h3>
          ${h(Choice<"auto" | "fixed">, {
            label: "Levels",
            value: automatic ? "auto" : "fixed",
            options: [["auto", "Auto"], ["fixed", "Fixed"]],
            onChange: (key) => onAutomatic(key === "auto"),
          })}</div>
      <canvas class="histogram" ref=${canvas} aria-hidden="true"></canvas>
      <div class="pair">
          ${(["black", "white"] as const).map((key) =>
            h(NumberField, {
              label: key === "black" ? "Black" : "White",
              value: image === null ? null : look[key],
              onChange: (value) => onLevels({ black, white, [key]: value }),
            })
          )}
        </div>
    </div>
  `;
}

export interface CursorGroupProps {
  readonly hover: Hover | null;
  readonly place: Place | null;
}

export function CursorGroup({ hover, place }: CursorGroupProps): ComponentChildren {
  const value = hover === null
    ? "–"
    : Number.isNaN(hover.value)
    ? "no number"
    : hover.saturated && !hover.exact
    ? "saturated"
    : `${hover.exact ? "" : "≈\u202f"}${counts(hover.value)}`;
  const unit = (known: number | null | undefined, name: string) => (known ?? null) === null ? "" : name;
  const needed = place !== null && place.q === null ? "Needs the energy or the wavelength" : "";
  return html`
    <div class="group cursor">
      <h3>Under the cursor</h3>
      <dl>
        ${h(Fact, {
          name: "Value",
          value,
          unit: hover === null || Number.isNaN(hover.value) || value === "saturated"
            ? ""
            : hover.saturated
            ? "saturated"
            : "counts",
          kind: hover?.saturated === true ? "bad" : "strong",
          title: hover === null || hover.exact
            ? ""
            : "The mean of the pixels that share a point of the preview; hold the frame or zoom in for the pixel's own",
        })}
        ${h(Fact, {
          name: "x, y",
          value: hover === null ? "–" : `${hover.column}, ${hover.row}`,
          title: "Column and row, both from 0, as programs count",
        })}
        ${h(Fact, { name: "2θ", value: fixed(place?.twoTheta_deg ?? null, 3), unit: unit(place?.twoTheta_deg, "°") })}
        ${h(Fact, { name: "q", value: fixed(place?.q ?? null, 4), unit: unit(place?.q, "Å⁻¹"), title: needed })}
        ${h(Fact, {
          name: "d",
          value: fixed(place?.d ?? null, (place?.d ?? 0) < 10 ? 4 : 2),
          unit: unit(place?.d, "Å"),
          title: needed,
        })}
      </dl>
      <p class="unseen" role="status">${hover?.byKeys === true && spoken(hover, place)}</p>
    </div>
  `;
}

/** For those who hear the page and move the cursor by keys. */
function spoken({ column, row, value }: Hover, place: Place | null): string {
  const angle = place === null ? "" : `, 2 theta ${fixed(place.twoTheta_deg, 3)} degrees`;
  return `Column ${column}, row ${row}: ${counts(value)}${angle}`;
}

export function FrameGroup({ frame }: { readonly frame: FramePayload | null }): ComponentChildren {
  const figures = frame?.figures ?? null, saturated = figures?.saturated ?? null;
  return html`
    <div class="group">
      <h3>This frame</h3>
      <dl>
        ${h(Fact, { name: "Mean", value: counts(figures?.mean) })}
        ${h(Fact, { name: "Maximum", value: counts(figures?.max) })}
        ${h(Fact, {
          name: "Saturated",
          value: saturated === null ? "–" : grouped(saturated),
          unit: saturated === null ? "" : saturated === 1 ? "pixel" : "pixels",
          mark: saturated !== null && saturated > 0,
          title: figures !== null && saturated === null ? "No count is known that stands for saturation" : "",
        })}
        ${h(Fact, {
          name: "Latency",
          value: fixed(frame?.latency_s ?? null, 2),
          unit: (frame?.latency_s ?? null) === null ? "" : "s",
        })}
      </dl>
    </div>
  `;
}
