/** What could not be delivered, with the reasons. */
import { type ComponentChildren, h } from "preact";
import { html } from "htm/preact";
import type { QuarantinePayload } from "../../payloads.ts";
import { ago, plural } from "../format.ts";
import { Nothing } from "./controls.ts";

export interface QuarantineProps {
  readonly cases: readonly QuarantinePayload[];
  readonly now_ms: number;
  readonly control: boolean;
  readonly reply: string;
  readonly onRetry: () => void;
}

export function Quarantine({ cases, now_ms, control, reply, onRetry }: QuarantineProps): ComponentChildren {
  if (cases.length === 0) return h(Nothing, {}, reply !== "" ? reply : "Nothing is in quarantine.");
  return html`<div class="act"><p>Nothing is lost: mend or replace the file, then retry.</p>
      ${
    control
      ? html`<button onClick=${onRetry}>Retry ${cases.length === 1 ? "it" : `all ${cases.length}`}</button>`
      : html`<code>pewatch retry</code>`
  }</div>
    ${reply !== "" && html`<p class="reply" role="status">${reply}</p>`}
    <ul class="cases">${
    cases.map(({ name, folder, reason, since, path, tries }) =>
      html`
        <li key=${path}>
          <p><strong>${name}</strong> <span class="soft">${[
            ...folder === "" ? [] : [folder],
            ago(since, now_ms),
            ...tries === 0 ? [] : [`retried ${tries === 1 ? "once" : plural(tries, "time")}`],
          ].join(", ")}</span></p>
          <p>${reason}</p>
          <p class="path soft">${path}</p>
        </li>
      `
    )
  }</ul>`;
}
