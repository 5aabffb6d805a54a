/** Frames, quarantine, plugins and parameters, behind tabs; on paper all of them. */
import { type ComponentChildren, h } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { PageData } from "../server/link.ts";
import { Frames } from "./frames.ts";
import { Parameters } from "./parameters.ts";
import { isBroken, Plugins } from "./plugins.ts";
import { Quarantine } from "./quarantine.ts";

export interface DetailsProps {
  readonly data: PageData;
  readonly now_ms: number;
  readonly shownId: number | null;
  readonly onFrame: (id: number) => void;
  /** What the daemon said to the last order. */
  readonly reply: string;
  readonly onRetry: () => void;
  readonly onRetryPlugin: (name: string) => void;
}

const TITLES = {
  frames: "Frames",
  quarantine: "Quarantine",
  plugins: "Plugins",
  parameters: "Parameters",
} as const;
type Tab = keyof typeof TITLES;
const TABS = Object.keys(TITLES) as readonly Tab[];

export function Details(props: DetailsProps): ComponentChildren {
  const { data, now_ms, shownId, onFrame, reply, onRetry, onRetryPlugin } = props, { control } = data;
  const [tab, setTab] = useState<Tab>("frames");
  const list = useRef<HTMLDivElement>(null);
  const badges: Readonly<Partial<Record<Tab, number>>> = {
    quarantine: data.quarantine.length,
    plugins: data.plugins.filter(isBroken).length,
  };
  const panels: Readonly<Record<Tab, ComponentChildren>> = {
    frames: h(Frames, { frames: data.frames, state: data.state, shownId, onFrame }),
    quarantine: h(Quarantine, { cases: data.quarantine, now_ms, control, reply, onRetry }),
    plugins: h(Plugins, { plugins: data.plugins, control, reply, onRetryPlugin }),
    parameters: h(Parameters, { parameters: data.parameters, now_ms }),
  };
  const onKey = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: TABS.indexOf(tab) - 1, ArrowRight: TABS.indexOf(tab) + 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setTab(TABS.at(to % TABS.length)!);
    (list.current!.children[(to + TABS.length) % TABS.length] as HTMLElement).focus();
  };
  return html`<section class="panel details" aria-label="Details">
    <div class="tabs" role="tablist" aria-label="Details" ref=${list} onKeyDown=${onKey}>
      ${
    TABS.map((key) =>
      html`
        <button role="tab" id=${`tab-${key}`} aria-controls=${`panel-${key}`} aria-selected=${tab === key}
          tabindex=${tab === key ? 0 : -1} onClick=${() => setTab(key)}>${TITLES[key]}
                ${(badges[key] ?? 0) > 0 && html`<span class="count">${badges[key]}</span>`}</button>
      `
    )
  }
    </div>
    ${
    TABS.map((key) =>
      html`
        <div role="tabpanel" id=${`panel-${key}`} aria-labelledby=${`tab-${key}`} tabindex="0"
          class=${key === tab ? "" : "hidden"} data-name=${TITLES[key]}>${panels[key]}</div>
      `
    )
  }
  </section>`;
}
