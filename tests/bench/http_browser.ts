/** How soon a frame's pixels are on the screen of a real browser: Debian's Chromium, where it is there. */
import { chromium } from "playwright-core";
import type { FramePayload } from "../../src/http/payloads.ts";

export interface Shown {
  readonly name: string;
  readonly at_ms: number;
}

/**
 * @param during writes frames and returns them as the daemon lists them
 * @returns seconds from each shown frame's delivery until the screen was drawn anew; null without a browser
 */
export async function untilShown_s(
  url: string,
  during: () => Promise<readonly FramePayload[]>,
): Promise<number[] | null> {
  const executablePath = Deno.env.get("PEWATCH_CHROMIUM") ?? "/usr/bin/chromium";
  try {
    Deno.lstatSync(executablePath);
  } catch {
    return null;
  }
  const browser = await chromium.launch({ executablePath, args: Deno.uid() === 0 ? ["--no-sandbox"] : [] });
  try {
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    await page.goto(url);
    await page.locator(".image h2").waitFor({ state: "attached" });
    await page.evaluate(watch);
    const frames = await during();
    await page.waitForTimeout(3000);
    const shown = await page.evaluate(() => (globalThis as unknown as { shown: Shown[] }).shown);
    return shown.flatMap(({ name, at_ms }) => {
      const frame = frames.find((one) => one.name === name);
      return frame === undefined ? [] : [(at_ms - Date.parse(frame.time)) / 1000 - (frame.latency_s ?? 0)];
    });
  } finally {
    await browser.close();
  }
}

/** Runs in the browser: the name above the image changes with it, and the image is drawn before the next but one frame. */
function watch(): void {
  const scope = globalThis as unknown as {
    shown: Shown[];
    document: { querySelector(selector: string): { readonly textContent: string } };
    requestAnimationFrame(then: () => void): void;
    MutationObserver: new (then: () => void) => { observe(of: unknown, what: Record<string, boolean>): void };
  };
  scope.shown = [];
  const title = scope.document.querySelector(".image h2");
  const note = () => {
    const name = title.textContent.trim();
    scope.requestAnimationFrame(() => scope.requestAnimationFrame(() => scope.shown.push({ name, at_ms: Date.now() })));
  };
  new scope.MutationObserver(note).observe(title, { childList: true, characterData: true, subtree: true });
}
