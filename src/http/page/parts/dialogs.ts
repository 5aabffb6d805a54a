/** What is asked before something is done, and the list of keys. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "htm/preact";
import type { FoldersPayload } from "../../payloads.ts";
import { thrownText } from "../../../text/thrown_text.ts";
import { order } from "../server/orders.ts";

export type DialogName = "keys" | "token" | "stop" | "folders";

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** The browser's own dialog: it keeps the focus, ends by Escape, and gives the focus back. */
function Modal({ title, onClose, children }: ModalProps): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="dialog-title">
    <h2 id="dialog-title">${title}</h2>${children}</dialog>`;
}

function closeFrom(event: Event): void {
  (event.currentTarget as HTMLElement).closest("dialog")!.close();
}

const KEYS = [
  ["Space", "hold this frame, or follow the newest"],
  [", .  or  ← →", "the frame before, the next one"],
  ["f", "follow the newest"],
  ["l", "linear, square root, logarithm"],
  ["c", "beam centre"],
  ["+ −  or the wheel", "zoom"],
  ["0  or a double click", "the whole image"],
  ["1", "one pixel of the frame on one of the screen"],
  ["arrows, or a drag", "move the zoomed image"],
  ["Shift and arrows", "move a cursor from pixel to pixel"],
  ["?", "these keys"],
] as const;

export interface KeysDialogProps {
  readonly version: string;
  readonly onClose: () => void;
}

export function KeysDialog({ version, onClose }: KeysDialogProps): ComponentChildren {
  return h(
    Modal,
    { title: "Keys", onClose },
    html`
      <dl class="keys">${KEYS.map(([key, does]) =>
        html`
          <dt>${key}</dt>
          <dd>${does}</dd>
        `
      )}</dl>
      <p
        class="about">The last three work where the image has the focus. pewatch ${version}, LGPL; the page is made with preact,
        htm and uPlot.</p>
      <div class="buttons"><button autofocus onClick=${closeFrom}>Close</button></div>
    `,
  );
}

export interface TokenDialogProps {
  readonly host: string;
  readonly onClose: () => void;
  readonly onToken: (token: string) => void;
}

export function TokenDialog({ host, onClose, onToken }: TokenDialogProps): ComponentChildren {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const unlock = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement, token = String(new FormData(form).get("token"));
    setBusy(true);
    try {
      await order("token", token);
      onToken(token);
      form.closest("dialog")?.close();
    } catch (refusal) {
      setError(thrownText(refusal));
    }
    setBusy(false);
  };
  return h(
    Modal,
    { title: "Unlock Start, Stop and Retry", onClose },
    html`
      <form onSubmit=${unlock}>
        <p>Looking needs no token. <code>pewatch doctor</code> on ${host} shows it; this page keeps it until its window is closed.</p>
        <label class="field">Token<input name="token" type="password" autocomplete="current-password" autofocus required
            spellcheck=${false} aria-describedby="token-error" /></label>
        <p class="bad" id="token-error" role="alert">${error}</p>
        <div class="buttons"><button type="button" onClick=${closeFrom}>Cancel</button>
            <button class="main" disabled=${busy}>Unlock</button></div>
      </form>
    `,
  );
}

export interface StopDialogProps {
  readonly onClose: () => void;
  readonly onStop: () => void;
}

export function StopDialog({ onClose, onStop }: StopDialogProps): ComponentChildren {
  return h(
    Modal,
    { title: "Stop pewatch?", onClose },
    html`
      <p>Frames in progress are delivered; all others stay where they are until the next start. The RAM disk fills while QXRD
        goes on.</p>
      <div class="buttons"><button autofocus onClick=${closeFrom}>Cancel</button>
        <button class="danger" onClick=${(event: Event) => (onStop(), closeFrom(event))}>Stop</button></div>
    `,
  );
}

const FOLDERS: Readonly<Record<keyof FoldersPayload, readonly [name: string, help: string]>> = {
  raw: ["Raw", "where QXRD writes"],
  temp: ["Temp", "frames being merged; on the volume of raw"],
  proc: ["Proc", "frames that wait for delivery"],
  output_root: ["Output root", "below it lies the output directory"],
  output_dir: ["Output directory", "below the output root"],
};

export interface FoldersDialogProps {
  readonly folders: FoldersPayload;
  readonly token: string;
  readonly onClose: () => void;
}

/** Each folder has its own button: a change is checked and applied by itself. */
export function FoldersDialog({ folders, token, onClose }: FoldersDialogProps): ComponentChildren {
  const [replies, setReplies] = useState<Readonly<Record<string, readonly [text: string, refused: boolean]>>>({});
  const change = async (event: SubmitEvent, key: string): Promise<void> => {
    event.preventDefault();
    const value = String(new FormData(event.currentTarget as HTMLFormElement).get("value"));
    const note = (text: string, refused: boolean) => setReplies((before) => ({ ...before, [key]: [text, refused] }));
    try {
      note(await order(`folders/${key}`, token, { value }) || "Changed.", false);
    } catch (refusal) {
      note(thrownText(refusal), true);
    }
  };
  return h(
    Modal,
    { title: "Folders", onClose },
    html`
      <p>A change is checked first and applies from the next frame on. Frames in progress go where they were going.</p>
      ${(Object.keys(FOLDERS) as (keyof FoldersPayload)[]).map((key) => {
        const [name, help] = FOLDERS[key], [text, refused] = replies[key] ?? ["", false];
        return html`
          <form key=${key} class="folder" onSubmit=${(event: SubmitEvent) => change(event, key)}>
            <label class="field">${name} <span class="soft">${help}</span>
                    <input name="value" defaultValue=${folders[key]} spellcheck=${false} autocomplete="off" /></label>
            <button aria-label=${`Change ${name}`}>Change</button>
            <p class=${refused ? "bad" : ""} role="status">${text}</p>
          </form>
        `;
      })}
      <div class="buttons"><button onClick=${closeFrom}>Close</button></div>
    `,
  );
}
