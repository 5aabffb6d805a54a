/** A real browser on the page: Debian's Chromium. What the page must never do is collected. */
import assert from "node:assert/strict";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

/** Far longer than anything here takes. */
const PATIENCE_MS = 120_000;

/** One for all windows of a test file; a test that fails must not leave it behind. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = Deno.env.get("PEWATCH_CHROMIUM");
  assert.ok(executablePath, "PEWATCH_CHROMIUM names a browser; build/test sets it");
  // Chromium's sandbox refuses root, as whom containers run.
  const args = Deno.uid() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

export interface TabOptions {
  readonly theme?: "light" | "dark";
  readonly size?: readonly [width: number, height: number];
}

/** One window of the page. */
export class Tab implements AsyncDisposable {
  /** Errors of scripts, refusals by the page's CSP, requests to elsewhere. */
  readonly faults: string[] = [];

  private constructor(readonly page: Page, readonly url: string) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.faults.push(String(error.stack)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("ERR_")) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      const own = request.url().startsWith(url) || request.url().startsWith("data:");
      if (!own) this.faults.push(`a request to ${request.url()}`);
    });
  }

  /** Without motion: what is measured in the middle of a transition is no state of the page. */
  static async open(browser: Browser, url: string, options: TabOptions = {}): Promise<Tab> {
    const { theme = "light", size: [width, height] = [1366, 768] } = options;
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
    const tab = new Tab(page, url);
    await page.goto(url);
    await page.locator(".sentence").waitFor();
    return tab;
  }

  /** Waits until an element has such a text. */
  async sees(selector: string, text: RegExp | string): Promise<string> {
    const found = this.page.locator(selector).filter({ hasText: text }).first();
    try {
      await found.waitFor();
    } catch {
      const texts = await this.page.locator(selector).allTextContents();
      assert.fail(`${selector} never said ${text}; it says: ${JSON.stringify(texts)}`);
    }
    return (await found.textContent())!.trim();
  }

  /** Waits for a condition in this program. */
  async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const end_ms = performance.now() + PATIENCE_MS;
    while (!await condition()) {
      if (performance.now() > end_ms) assert.fail(`never came: ${what}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** The words of a fact beside the image, by its name. */
  async fact(name: string): Promise<string> {
    const row = this.page.locator(".side .fact").filter({ has: this.page.locator(`dt:text-is('${name}')`) });
    return (await row.locator("dd").textContent())!.trim();
  }

  /** [column, row] of the pixel under the cursor. */
  async pixel(): Promise<[number, number]> {
    const [column, row] = (await this.fact("x, y")).split(", ").map(Number);
    return [column!, row!];
  }

  /** The name of the shown frame. */
  async shown(): Promise<string> {
    return (await this.page.locator(".image h2").textContent())!.trim();
  }

  /** Where on the screen a place of the frame is, in a frame that is wholly shown. */
  async screenPlace(x: number, y: number, size: number): Promise<{ x: number; y: number }> {
    const box = (await this.page.locator(".stage canvas").boundingBox())!;
    const scale = Math.min(box.width, box.height) / size;
    return {
      x: box.x + box.width / 2 + (x - size / 2) * scale,
      y: box.y + box.height / 2 + (y - size / 2) * scale,
    };
  }

  /** The colour that the image has on the screen there: [red, green, blue]. */
  async colourAt(x: number, y: number, size: number): Promise<[number, number, number]> {
    const place = await this.screenPlace(x, y, size);
    return await this.page.evaluate(({ x, y }) => {
      const canvas = (globalThis as unknown as Dom).document.querySelector(".stage canvas");
      const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
      const [red, green, blue] = canvas.getContext("2d")
        .getImageData(Math.floor((x - box.left) * ratio), Math.floor((y - box.top) * ratio), 1, 1).data;
      return [red!, green!, blue!];
    }, place);
  }

  /** Finds nothing that would keep somebody from using the page. */
  async assertAccessible(what: string): Promise<void> {
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: Violation[]; passes: unknown[] }> };
      };
      const { violations, passes } = await axe.run();
      return { violations, passes: passes.length };
    });
    const listed = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
    assert.deepEqual(listed, [], what);
    assert.ok(found.passes > 10, `${what}: only ${found.passes} rules were applied`);
  }

  /** How much the page is wider than its window. */
  async sidewaysScroll(): Promise<number> {
    return await this.page.evaluate(() => {
      const { document, innerWidth } = globalThis as unknown as Dom;
      return document.documentElement.scrollWidth - innerWidth;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    assert.deepEqual(this.faults, []);
  }
}

/** What of the browser's own the functions use that run in it; the tests are checked without its types. */
export interface Dom {
  readonly innerWidth: number;
  readonly document: {
    readonly documentElement: { readonly scrollWidth: number };
    querySelector(selector: string): {
      readonly width: number;
      readonly height: number;
      getBoundingClientRect(): { readonly left: number; readonly top: number; readonly width: number };
      getContext(kind: "2d"): {
        getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
      };
    };
  };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
