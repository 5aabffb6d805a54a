/** Stands in for schtasks and systemctl: notes what is called. */
import type { RunTool } from "../../../src/cli/service/manager.ts";

export interface RecordingTool {
  readonly run: RunTool;
  /** Command and arguments, joined by blanks. */
  readonly calls: string[];
}

/** @param codes exit codes by the beginning of a call; others end with 0 */
export function recordingTool(
  codes: Readonly<Record<string, number>> = {},
  onCall: (args: readonly string[]) => void = () => {},
): RecordingTool {
  const calls: string[] = [];
  return {
    calls,
    run: (command, args) => {
      const call = [command, ...args].join(" ");
      calls.push(call);
      onCall(args);
      return Promise.resolve(Object.entries(codes).find(([begin]) => call.startsWith(begin))?.[1] ?? 0);
    },
  };
}
