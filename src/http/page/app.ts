/** The page: what is where, what was chosen, keys. */
import { type ComponentChildren, h, render } from "preact";
import { useCallback, useEffect, useErrorBoundary, useReducer, useState } from "preact/hooks";
import { html } from "htm/preact";
import { thrownText } from "../../text/thrown_text.ts";
import { seconds } from "./format.ts";
import { FrameChoice } from "./image/frame_choice.ts";
import { FrameImages } from "./image/frame_images.ts";
import { FIRST_LOOK, type ImageLook, ImagePanel } from "./image/panel.ts";
import { SCALES } from "./image/palette.ts";
import { PatternPanel } from "./image/pattern_panel.ts";
import { useKept } from "./kept.ts";
import { Details } from "./parts/details.ts";
import { type DialogName, FoldersDialog, KeysDialog, StopDialog, TokenDialog } from "./parts/dialogs.ts";
import { Header } from "./parts/header.ts";
import { spoken, Status, statusOf, useWindowTitle } from "./parts/status.ts";
import { Vitals } from "./parts/vitals.ts";
import { Link, type PageData } from "./server/link.ts";
import { RefusedError } from "./server/ask.ts";
import { order, storedToken, storeToken } from "./server/orders.ts";

/** No eye follows more images a second, and one viewer more costs the daemon no more than this. */
const SHOW_MS = 320;
/** All pixels of a frame are eight times as much. */
const SHOW_CLOSELY_MS = 1000;

const link = new Link();
const images = new FrameImages();
const choice = new FrameChoice();
let asked_ms = 0, closely_ms = -Infinity;

/** Asks for the wanted image, while following the newest's, and notes which image is there. */
function follow({ frames, integrates }: PageData): void {
  choice.frames = frames;
  images.integrates = integrates;
  const { newest } = choice, now_ms = performance.now();
  const pause_ms = now_ms - closely_ms < 3 * SHOW_CLOSELY_MS ? SHOW_CLOSELY_MS : SHOW_MS;
  if (choice.held === null && newest !== undefined && newest.id !== choice.askedId && now_ms - asked_ms > pause_ms) {
    choice.askedId = newest.id;
    asked_ms = now_ms;
  }
  // Again and again: what failed is tried anew after some time.
  const wanted = [...choice.held?.frames ?? [], ...frames].find(({ id }) => id === choice.wantedId);
  if (wanted !== undefined) images.want(wanted);
  // What was shown stays until the next one is there.
  if (images.get(choice.wantedId) !== undefined) choice.shownId = choice.wantedId;
}

function App(): ComponentChildren {
  const [fault] = useErrorBoundary();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    images.onChange = () => redraw(0);
    return link.listen(() => redraw(0));
  }, []);
  const { data } = link;
  if (fault !== undefined) {
    return html`<p class="first" role="alert">The page has failed: ${
      String(fault)
    }. Frames go on without it. Reload the page.</p>`;
  }
  if (data === null) {
    return html`<p class="first" role="status">${
      link.lostSince_ms === null
        ? "Waiting for pewatch to answer …"
        : `pewatch does not answer since ${seconds((Date.now() - link.lostSince_ms) / 1000)}. Retrying every second.`
    }</p>`;
  }
  return h(Page, { data, redraw: () => redraw(0) });
}

function Page({ data, redraw }: { readonly data: PageData; readonly redraw: () => void }): ComponentChildren {
  const [look, setLook] = useKept<ImageLook>("look", FIRST_LOOK);
  const [token, setToken] = useState(storedToken);
  const [dialog, setDialog] = useState<DialogName | null>(null);
  /** What is done once the token is there. */
  const [pending, setPending] = useState<string | null>(null);
  const [reply, setReply] = useState("");
  /** The scattering angle under the pointer, which is on the image or on the pattern. */
  const [imageAngle_deg, setImageAngle] = useState<number | null>(null);
  const [patternAngle_deg, setPatternAngle] = useState<number | null>(null);

  follow(data);
  const noFrameYet = choice.newest === undefined;
  const shown = noFrameYet ? undefined : images.get(choice.shownId);
  const frame = shown?.frame ?? null;

  const onHold = (id: number | null): void => (choice.hold(id), redraw());
  const onStep = (by: number): void => (choice.step(by), redraw());
  const onFollow = (): void => (choice.follow(), redraw());

  const changeToken = (value: string | null): void => (storeToken(value), setToken(value));
  const give = async (path: string, by: string): Promise<void> => {
    try {
      setReply(await order(path, by));
    } catch (error) {
      setReply(`Refused: ${thrownText(error)}`);
      if (error instanceof RefusedError && error.status === 401) changeToken(null);
    }
  };
  /** Where there is no token yet, it is asked for first. */
  const ask = (path: string): void => {
    if (token !== null) return void give(path, token);
    setPending(path);
    setDialog("token");
  };

  useKeys({ onHold, onStep, onFollow, look, setLook, onKeys: () => setDialog("keys") });
  const status = statusOf(data.state, link), lost = status.level === "lost", now_ms = link.now_ms;
  useWindowTitle(status, data.state);
  const close = (): void => (setDialog(null), setPending(null));
  return html`
    <a class="skip" href="#image">To the image</a>
    ${h(Header, {
      data,
      now_ms,
      lost,
      unlocked: token !== null,
      onDialog: setDialog,
      onLock: () => changeToken(null),
      onStart: () => ask("start"),
    })}
    ${h(Status, { status, now_ms })}
    <p class="unseen" role="status">${spoken(status)}</p>
    <main class=${lost ? "stale" : ""}>
      <div class="left">
        ${h(ImagePanel, {
          shown,
          choice,
          frame,
          noFrameYet,
          failure: images.failure(choice.wantedId) ?? images.failure(choice.shownId),
          look,
          onLook: setLook,
          onClose: () => {
            closely_ms = performance.now();
            if (shown !== undefined) images.wantWhole(shown.frame.id);
          },
          onHold,
          onFollow,
          onStep,
          ring_deg: patternAngle_deg,
          onAngle: setImageAngle,
        })}
        ${data.integrates && h(PatternPanel, {
          shown,
          images,
          noFrameYet,
          log: look.scale === "log",
          wavelength_A: shown?.geometry?.wavelength_A ?? null,
          angle_deg: imageAngle_deg,
          onAngle: setPatternAngle,
        })}
      </div>
      <div class="right">
        ${h(Vitals, { data })}
        ${h(Details, {
          data,
          now_ms,
          shownId: frame?.id ?? null,
          onFrame: onHold,
          reply,
          onRetry: () => ask("retry"),
          onRetryPlugin: (name) => ask(`plugins/${encodeURIComponent(name)}/retry`),
        })}
      </div>
    </main>
    ${dialog === "keys" && h(KeysDialog, { version: data.version, onClose: close })}
    ${dialog === "token" && h(TokenDialog, {
      host: data.host,
      onClose: close,
      onToken: (value) => {
        changeToken(value);
        if (pending !== null) void give(pending, value);
      },
    })}
    ${dialog === "stop" && h(StopDialog, { onClose: close, onStop: () => ask("stop") })}
    ${dialog === "folders" && token !== null && h(FoldersDialog, { folders: data.folders, token, onClose: close })}
  `;
}

interface KeyActions {
  readonly onHold: (id: null) => void;
  readonly onStep: (by: number) => void;
  readonly onFollow: () => void;
  readonly onKeys: () => void;
  readonly look: ImageLook;
  readonly setLook: (change: Partial<ImageLook>) => void;
}

/** Keys that hold anywhere on the page, except where they mean something to what has the focus. */
function useKeys(actions: KeyActions): void {
  const { look, setLook, onHold, onStep, onFollow, onKeys } = actions;
  const onKey = useCallback((event: KeyboardEvent): void => {
    const target = event.target as Element;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog") !== null) {
      return;
    }
    const onButton = target.closest("button, [role=tab], [role=slider]") !== null;
    if (event.key === "?") onKeys();
    else if (event.key === " " && !onButton) choice.held === null ? onHold(null) : onFollow();
    else if (event.key === "," || (event.key === "ArrowLeft" && !onButton)) onStep(-1);
    else if (event.key === "." || (event.key === "ArrowRight" && !onButton)) onStep(1);
    else if (event.key === "f") onFollow();
    else if (event.key === "l") setLook({ scale: SCALES[(SCALES.indexOf(look.scale) + 1) % SCALES.length]! });
    else if (event.key === "c") setLook({ cross: !look.cross });
    else return;
    event.preventDefault();
  }, [look]);
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onKey]);
}

render(h(App, {}), document.getElementById("app")!);
