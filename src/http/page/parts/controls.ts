/** Small controls that the panels share. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";

export interface ChoiceProps<Key extends string> {
  readonly label: string;
  readonly value: Key;
  readonly options: readonly (readonly [key: Key, text: string])[];
  readonly onChange: (key: Key) => void;
}

/** A few exclusive options side by side. */
export function Choice<Key extends string>({ label, value, options, onChange }: ChoiceProps<Key>): ComponentChildren {
  return html`<span class="choice" role="group" aria-label=${label}>
    ${
    options.map(([key, text]) =>
      html`<button aria-pressed=${value === key} onClick=${() => onChange(key)}>${text}</button>`
    )
  }
  </span>`;
}

export interface NumberFieldProps {
  readonly label: string;
  /** Null: there is nothing to set yet. */
  readonly value: number | null;
  readonly onChange: (value: number) => void;
}

/**
 * A number that a person may type; a decimal comma counts too. What is no number is put back. While it is being typed,
 * the page leaves it alone: it is drawn anew several times a second.
 */
export function NumberField({ label, value, onChange }: NumberFieldProps): ComponentChildren {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = value === null
    ? "–"
    : Math.abs(value) >= 100 && Math.abs(value) < 1e8
    ? String(Math.round(value))
    : String(Number(value.toPrecision(3))).replace("e+", "e");
  const finish = (): void => {
    const number = Number((typed ?? "").replace(",", "."));
    setTyped(null);
    if (typed !== null && typed.trim() !== "" && Number.isFinite(number) && typed !== shown) onChange(number);
  };
  return html`<label><span>${label}</span>
    <input inputmode="decimal" value=${typed ?? shown} disabled=${value === null} onChange=${finish} onBlur=${finish}
      onInput=${(event: { readonly currentTarget: HTMLInputElement }) =>
    setTyped(event.currentTarget.value)} /></label>`;
}

export interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly kind?: "strong" | "bad";
  /** A red square before the name, in the colour of saturated pixels. */
  readonly mark?: boolean;
  readonly title?: string;
}

export function Fact({ name, value, unit = "", kind, mark = false, title }: FactProps): ComponentChildren {
  return html`
    <div class=${`fact ${kind ?? ""}`} title=${title}>
      <dt>${mark && html`<i class="red"></i>`}${name}</dt>
      <dd>${value}${unit !== "" && html`
        <small>${unit}</small>
      `}</dd>
    </div>
  `;
}

export function Nothing({ children }: { readonly children?: ComponentChildren }): ComponentChildren {
  return html`<p class="nothing">${children}</p>`;
}
