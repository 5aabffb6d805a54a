/** Begins a new chain behind a damaged one: by the running daemon, which alone writes the ledger, or without one. */
import type { Settings } from "../../config/settings.ts";
import { askDaemon, NoDaemonError } from "../../daemon/requests/ask_daemon.ts";
import { FolderLock } from "../../daemon/settings/folder_lock.ts";
import { transpiledFolder } from "../../daemon/settings/make_folders.ts";
import { folderExists } from "../../files/listing.ts";
import type { AuditReport } from "../../ledger/audit.ts";
import { readCursors } from "../../ledger/cursors.ts";
import { Ledger } from "../../ledger/ledger.ts";

/** @returns one sentence of what was done */
export async function repair(settings: Settings, report: AuditReport): Promise<string> {
  const damage = report.damages.find(({ repaired }) => !repaired);
  if (damage === undefined) return "Nothing is to be repaired: the chain is whole";
  const { segment, line, problem } = damage;
  const follows = { segment, line, problem };
  try {
    const { value } = await askDaemon(settings, { what: "repair_ledger", ...follows });
    return done(Number(value));
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  const folder = transpiledFolder(settings);
  using _lock = folderExists(folder) ? FolderLock.take([folder]) : null;
  const seen = Math.max(0, ...Object.values(readCursors(settings.daemon.state_dir)).map(({ sequence }) => sequence));
  using ledger = new Ledger({
    stateDir: settings.daemon.state_dir,
    log: { debug: () => {}, info: () => {}, warn: (text) => console.error(text), error: (text) => console.error(text) },
    settings: () => ({ fsync: true, keep_days: 0 }),
    seen,
  });
  return done(await ledger.beginChain(follows));
}

function done(sequence: number): string {
  return `A new chain begins with line ${sequence}; the damaged files stay as they are`;
}
