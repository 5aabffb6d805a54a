/** Drawn on 16 × 16 in the colour of the text. States differ in shape, not in colour alone. */
import type { ComponentChildren } from "preact";
import { html } from "htm/preact";

const LINES = {
  "state-good": "M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2M4.9 8.3l2.1 2.1 4.1-4.6",
  "state-idle": "M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2M8 4.4V8l2.4 1.6",
  "state-off": "M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2M6.2 5.6v4.8M9.8 5.6v4.8",
  "state-attention": "M8 1.8 15 14H1zM8 6v4M8 12v.2",
  "state-bad": "M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2zM8 4.4V9M8 11.4v.2",
  "state-lost": "M2 6.2a9 9 0 0 1 12 0M4.3 8.9a5.4 5.4 0 0 1 7.4 0M8 12.4v.2M2.5 14 13.5 2",
  "theme-auto": "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 2v12M8 5l4-.5M8 8h6M8 11l4 .5",
  "theme-light":
    "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3",
  "theme-dark": "M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2",
  keys: "M1.5 4h13v8h-13zM4 6.6v.1M6.7 6.6v.1M9.3 6.6v.1M12 6.6v.1M4.8 9.5h6.4",
  locked: "M3.5 7.2h9v6.3h-9zM5.3 7.2V4.9a2.7 2.7 0 0 1 5.4 0v2.3",
  unlocked: "M3.5 7.2h9v6.3h-9zM5.3 7.2V4.4a2.7 2.7 0 0 1 5.2-1",
  cross: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
  back: "M10 3.5 5.5 8l4.5 4.5",
  forward: "M6 3.5 10.5 8 6 12.5",
  tick: "M3 8.6 6.3 12 13 4.6",
} as const;

export type IconName = keyof typeof LINES;

export function Icon({ name }: { readonly name: IconName }): ComponentChildren {
  return html`
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d=${LINES[name]} />
    </svg>
  `;
}
