/** What is recorded with each frame, as it is now. */
import { type ComponentChildren, h } from "preact";
import { html } from "htm/preact";
import type { ParameterPayload } from "../../payloads.ts";
import { ago, dayAndClock } from "../format.ts";
import { Nothing } from "./controls.ts";

export interface ParametersProps {
  readonly parameters: readonly ParameterPayload[];
  readonly now_ms: number;
}

export function Parameters({ parameters, now_ms }: ParametersProps): ComponentChildren {
  if (parameters.length === 0) {
    return h(Nothing, {}, "No parameters yet. Plugins set them, and each frame's file has them.");
  }
  return html`
    <table>
      <thead>
        <tr>
          <th>Parameter</th>
          <th class="figure">Value</th>
          <th>Unit</th>
          <th>From</th>
          <th class="figure">Set</th>
        </tr>
      </thead>
      <tbody>${parameters.map(({ name, value, unit, from, time }) =>
        html`
          <tr key=${name}>
            <th scope="row">${name}</th>
            <td class="figure value" title=${textOf(value)}>${textOf(value)}</td>
            <td>${unit ?? ""}</td>
            <td>${from ?? ""}</td>
            <td class="figure" title=${dayAndClock(time)}>${ago(time, now_ms)}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function textOf(value: ParameterPayload["value"]): string {
  return typeof value === "number" ? String(value).replace("-", "\u2212") : String(value);
}
