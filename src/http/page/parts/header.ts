/** Whose page it is, and what stands at its upper right: keys, theme, token, Start and Stop. */
import { type ComponentChildren, h } from "preact";
import { useState } from "preact/hooks";
import { html } from "htm/preact";
import { clock } from "../format.ts";
import type { PageData } from "../server/link.ts";
import type { DialogName } from "./dialogs.ts";
import { Icon } from "./icons.ts";

export interface HeaderProps {
  readonly data: PageData;
  readonly now_ms: number;
  readonly lost: boolean;
  readonly unlocked: boolean;
  readonly onDialog: (name: DialogName) => void;
  readonly onLock: () => void;
  readonly onStart: () => void;
}

export function Header(
  { data, now_ms, lost, unlocked, onDialog, onLock, onStart }: HeaderProps,
): ComponentChildren {
  const open = (name: DialogName) => () => onDialog(name);
  return html`<header>
    <h1 title=${`pewatch ${data.version}`}>pewatch</h1>
    <span class="where">${
    data.instrument !== "" && html`${data.instrument}<span class="sep"></span>`
  }${data.host}</span>
    <span class="grow"></span>
    <span class="clock" title="The detector computer's time, in this computer's zone">${clock(now_ms)}</span>
    <button class="quiet icon" title="Keys (?)" aria-label="Keys" onClick=${open("keys")}>${
    h(Icon, { name: "keys" })
  }</button>
    ${h(ThemeButton, {})}
    ${
    data.control && html`<button class="quiet" onClick=${unlocked ? onLock : open("token")}>
      ${h(Icon, { name: unlocked ? "unlocked" : "locked" })} ${unlocked ? "Lock" : "Unlock"}</button>`
  }
    ${unlocked && html`<button disabled=${lost} onClick=${open("folders")}>Folders</button>`}
    ${
    unlocked && (data.state.running
      ? html`<button disabled=${lost} onClick=${open("stop")}>Stop</button>`
      : html`<button class="main" disabled=${lost} onClick=${onStart}>Start</button>`)
  }
  </header>`;
}

const THEMES = { auto: "light", light: "dark", dark: "auto" } as const;
type Theme = keyof typeof THEMES;

function ThemeButton(): ComponentChildren {
  const [theme, setTheme] = useState<Theme>(() => {
    const { chosen } = document.documentElement.dataset;
    return chosen !== undefined && chosen in THEMES ? chosen as Theme : "auto";
  });
  const next = THEMES[theme];
  const change = (): void => {
    dispatchEvent(new CustomEvent("choose-theme", { detail: next }));
    setTheme(next);
  };
  return html`
    <button class="quiet icon" title=${`Theme: ${theme}; press for ${next}`} aria-label=${`Theme: ${theme}`}
      onClick=${change}>${h(Icon, { name: `theme-${theme}` })}</button>
  `;
}
