/** The plugins, their states and failures. */
import type { ComponentChildren } from "preact";
import { html } from "htm/preact";
import type { PluginPayload } from "../../payloads.ts";
import { grouped } from "../format.ts";

export interface PluginsProps {
  readonly plugins: readonly PluginPayload[];
  readonly control: boolean;
  readonly reply: string;
  readonly onRetryPlugin: (name: string) => void;
}

const BROKEN: Readonly<Partial<Record<PluginPayload["state"], string>>> = {
  failed: "the last firing failed",
  refused: "refused",
  aside: "suspended",
};

export function isBroken({ state }: PluginPayload): boolean {
  return state in BROKEN;
}

export function Plugins({ plugins, control, reply, onRetryPlugin }: PluginsProps): ComponentChildren {
  return html`
    ${reply !== "" && html`<p class="reply" role="status">${reply}</p>`}
        <table class="plugins">
      <thead>
        <tr><th>Plugin</th><th>State</th><th class="figure">Firings</th>
          <th class="figure">Last took</th><th class="figure">Failures</th>
          ${control && html`<th><span class="unseen">Order</span></th>`}</tr>
      </thead>
      <tbody>${plugins.map((plugin) => rowOf(plugin, control, onRetryPlugin))}</tbody>
    </table>
  `;
}

function rowOf(plugin: PluginPayload, control: boolean, onRetryPlugin: (name: string) => void): ComponentChildren {
  const { name, state, essential, firings, last_ms, failures, problem, file } = plugin, broken = isBroken(plugin);
  return html`<tr key=${name} class=${broken ? "broken" : ""}>
    <th scope="row" title=${file}>${name}${
    essential && html`
      <span class="soft">stage</span>
    `
  }</th>
    <td>${BROKEN[state] ?? state}${problem !== null && html`<p class="soft">${problem}</p>`}</td>
    <td class="figure">${grouped(firings)}</td>
    <td class="figure">${last_ms === null ? "–" : `${grouped(last_ms)} ms`}</td>
    <td class="figure">${grouped(failures)}</td>
    ${
    control && html`<td class="figure">${
      broken && html`<button onClick=${() => onRetryPlugin(name)}>Retry</button>`
    }</td>`
  }
  </tr>`;
}
