/**
 * What the browser gets, made from the sources: types are taken out of the page's modules, and bare names of packages
 * become addresses. So nothing generated lies in the repository, and source and executable serve the same.
 *
 * The compiler takes 4 MB of code and some 20 MB of memory: a worker makes the files at the first request and ends.
 */
import type { PageFileMap } from "./page_files_worker.ts";

/** By path, without the slash before it: "" is the page itself. Made once; a failure is retried. */
export function pageFiles(): Promise<PageFileMap> {
  made ??= makeInWorker().catch((error) => {
    made = null;
    throw error;
  });
  return made;
}

let made: Promise<PageFileMap> | null = null;

async function makeInWorker(): Promise<PageFileMap> {
  const worker = new Worker(new URL("./page_files_worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<PageFileMap | Error>) =>
        data instanceof Map ? resolve(data) : reject(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`the page's files cannot be made: ${event.message}`));
      };
    });
  } finally {
    worker.terminate();
  }
}
