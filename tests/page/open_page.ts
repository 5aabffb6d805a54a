/** A running pewatch and its page in a browser. */
import type { Browser } from "playwright-core";
import type { StartOptions } from "../e2e/child.ts";
import type { Tables } from "../e2e/harness.ts";
import { openBrowser, Tab } from "./browser.ts";
import { PageDaemon } from "./daemon.ts";

export interface OpenPage extends AsyncDisposable {
  readonly daemon: PageDaemon;
  readonly browser: Browser;
  readonly tab: Tab;
}

export async function openPage(tables: Tables = {}, options: StartOptions = {}): Promise<OpenPage> {
  await using opening = new AsyncDisposableStack();
  const daemon = opening.use(new PageDaemon(tables, options));
  await daemon.start();
  const browser = opening.use(await openBrowser());
  const tab = opening.use(await Tab.open(browser, daemon.url));
  const all = opening.move();
  return { daemon, browser, tab, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
