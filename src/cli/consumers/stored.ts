/** The consumers of the running daemon, or those that it left in its files. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import type { DaemonStatus } from "../../daemon/status.ts";
import { askOrChange, askOrRead } from "../../daemon/requests/ask_daemon.ts";
import { folderExists } from "../../files/listing.ts";
import { LEDGER_FOLDER } from "../../files/service_names.ts";
import { LedgerAudit } from "../../ledger/audit.ts";
import { Cursors, readCursors } from "../../ledger/cursors.ts";
import { isDelivered } from "../../ledger/line.ts";

type Listed = Pick<DaemonStatus, "consumers">;

/** Its last files, of 8 MiB each; in two of them some frame was delivered. */
const SEGMENTS_READ = 2;

/**
 * In the order of their names, and whether a daemon answered.
 * @throws {DaemonAnswerError} JsonFileError, or the system's error
 */
export async function readConsumers(settings: Settings) {
  const { running, value } = await askOrRead<Listed>(
    settings,
    { what: "status" },
    () => ({ consumers: left(settings) }),
  );
  return { running, consumers: value.consumers };
}

function left({ daemon: { state_dir } }: Settings): Listed["consumers"] {
  const delivered = deliveredIn(join(state_dir, LEDGER_FOLDER));
  return Object.entries(readCursors(state_dir)).map(([name, cursor]) => {
    const { sequence, number, skipped, lastSkipped, moved } = cursor;
    return { name, sequence, behind: Math.max(0, delivered - number), skipped, lastSkipped, moved, active: false };
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The number of the last delivered frame. */
function deliveredIn(folder: string): number {
  let delivered = 0;
  if (!folderExists(folder)) return delivered;
  for (const line of new LedgerAudit(folder, { last: SEGMENTS_READ }).lines()) {
    if (isDelivered(line)) delivered = line.number;
  }
  return delivered;
}

/**
 * From the running daemon, or from the file.
 * @returns whether there was one
 * @throws {DaemonAnswerError} {@linkcode FolderInUseError}
 */
export function forgetConsumer(settings: Settings, consumer: string): Promise<boolean> {
  return askOrChange(settings, { what: "forget_consumer", consumer }, async () => {
    const { state_dir } = settings.daemon;
    readCursors(state_dir); // a damaged file is named, and stays
    const complain = (text: string) => console.error(text);
    const log = { debug: () => {}, info: () => {}, warn: complain, error: complain };
    const cursors = new Cursors({ stateDir: state_dir, log, fsync: () => true });
    const had = cursors.forget(consumer);
    await cursors.flush();
    return had;
  });
}
