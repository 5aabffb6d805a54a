/** One sentence with a colour: how it goes, and what to do. */
import { type ComponentChildren, h } from "preact";
import { useEffect } from "preact/hooks";
import { html } from "htm/preact";
import type { ConditionPayload, Level, StatePayload } from "../../payloads.ts";
import { ago, clock, fixed, plural, seconds } from "../format.ts";
import type { Link } from "../server/link.ts";
import { Icon } from "./icons.ts";

export interface StatusText {
  readonly level: Level | "lost";
  readonly sentence: string;
  readonly detail: string | null;
  readonly conditions: readonly ConditionPayload[];
  readonly conditionsLeftOut: number;
}

export function statusOf(
  state: StatePayload,
  { lostSince_ms, now_ms }: Pick<Link, "lostSince_ms" | "now_ms">,
): StatusText {
  if (lostSince_ms === null) return state;
  return {
    level: "lost",
    sentence: `Connection lost: nothing heard of pewatch for ${seconds((now_ms - lostSince_ms) / 1000)}`,
    detail:
      `It has ended, or the network is down; frames do not need this page. All below is of ${clock(lostSince_ms)}. ` +
      "Retrying every second.",
    conditions: [],
    conditionsLeftOut: 0,
  };
}

export function Status(
  { status, now_ms }: { readonly status: StatusText; readonly now_ms: number },
): ComponentChildren {
  const { level, sentence, detail, conditions, conditionsLeftOut } = status, [first] = conditions;
  // The sentence is about the first, and may have shortened it.
  const others = first !== undefined && first.todo === detail ? conditions.slice(1) : conditions;
  return html`<section class=${`status ${level}`} aria-label="State">
    ${h(Icon, { name: `state-${level}` })}
    <div>
      <p class="sentence" title=${first?.message}>${sentence}</p>
      ${detail !== null && html`<p class="detail">${detail}</p>`}
      ${
    others.length > 0 && html`<ul class="conditions">${
      others.map((condition) =>
        html`<li key=${condition.key}>
        <strong>${condition.message}</strong> ${condition.todo} <span class="since">(${
          ago(condition.since, now_ms)
        })</span>
      </li>`
      )
    }${conditionsLeftOut > 0 && html`<li>And ${plural(conditionsLeftOut, "condition")} more, in the log</li>`}</ul>`
  }
    </div>
  </section>`;
}

/** For those who hear the page: said when it changes, without numbers that change all the time. */
export function spoken({ level, sentence }: StatusText): string {
  return level === "lost" ? "Connection lost" : level === "good" ? "All is well" : sentence.replace(/\d.*$/, "").trim();
}

const FAVICON: Readonly<Record<StatusText["level"], string>> = {
  good: "#2e9e5b",
  idle: "#6b7681",
  off: "#6b7681",
  attention: "#e0a100",
  bad: "#d93025",
  lost: "#111",
};

/** The window's title and icon follow the state: they are seen while another window is in front. */
export function useWindowTitle({ level, sentence }: StatusText, { rate_per_s }: StatePayload): void {
  const text = level === "good" ? `${fixed(rate_per_s, 1)}/s` : sentence.split(/[:;,]/)[0]!;
  useEffect(() => void (document.title = `${text} · pewatch`), [text]);
  useEffect(() => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${
      FAVICON[level]
    }"/></svg>`;
    document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }, [level]);
}
