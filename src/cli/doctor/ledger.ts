/** The ledger: whether its last files are whole, and which consumers are behind. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { LEDGER_FOLDER } from "../../files/service_names.ts";
import { LedgerAudit } from "../../ledger/audit.ts";
import { readCursors } from "../../ledger/cursors.ts";
import { isDelivered } from "../../ledger/line.ts";
import { counted } from "../../log/counted.ts";
import { type Finding, ok, problem, warning } from "./check.ts";

/** Each has 8 MiB; `pewatch audit` reads them all. */
const SEGMENTS_LOOKED_AT = 2;
/** Fewer are in progress at any time. */
const BEHIND_MIN = 100;

export function checkLedger({ daemon }: Settings): Finding[] {
  const folder = join(daemon.state_dir, LEDGER_FOLDER);
  try {
    if (!folderExists(folder)) return [];
    const audit = new LedgerAudit(folder, { last: SEGMENTS_LOOKED_AT });
    let delivered = 0;
    for (const line of audit.lines()) if (isDelivered(line)) delivered = line.number;
    const { damages, last } = audit.report();
    const damage = damages.find(({ repaired }) => !repaired);
    if (damage !== undefined) {
      const place = damage.line === 0 ? damage.segment : `${damage.segment}, line ${damage.line}`;
      return [
        problem(
          "ledger",
          `${join(folder, place)}: ${damage.problem}`,
          "Run pewatch audit, then pewatch audit --repair",
        ),
      ];
    }
    const whole = last === null ? "it has no line yet" : `whole up to line ${last.sequence}, of ${last.time}`;
    return [ok("ledger", whole), ...consumersBehind(daemon.state_dir, delivered)];
  } catch (error) {
    const remedy = "Give the account that runs pewatch the right to read and write it";
    return [problem("ledger", `${folder} cannot be read: ${messageOf(error)}`, remedy)];
  }
}

function consumersBehind(stateDir: string, delivered: number): Finding[] {
  return Object.entries(readCursors(stateDir)).flatMap(([name, { number, moved, skipped, lastSkipped }]) => {
    const findings: Finding[] = [];
    const behind = delivered - number;
    if (behind >= BEHIND_MIN) {
      const remedy = `See the log for why it does not go on; if it is gone: pewatch consumers forget "${name}"`;
      findings.push(
        warning("consumer", `${name} is ${counted(behind, "frame")} behind; it last moved ${moved}`, remedy),
      );
    }
    if (skipped > 0) {
      const finding = `${name} has skipped ${counted(skipped, "frame")}, the last one ${lastSkipped}`;
      findings.push(warning("consumer", finding, "The log says which, and why each failed"));
    }
    return findings;
  });
}
