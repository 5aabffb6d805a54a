/** The one sentence that says whether it goes well, its colour, and which numbers it is about. */
import { type DaemonStatus, doesNotRun, holdingUp } from "../../daemon/status.ts";
import { plural, seconds } from "../page/format.ts";
import type { StatePayload } from "../payloads.ts";

export interface Situation {
  readonly status: Pick<DaemonStatus, "running" | "behind" | "text" | "frames" | "waiting" | "standing" | "plugins">;
  readonly rawFolder: string;
  /** Of the newest frame; null before the first. */
  readonly age_s: number | null;
  readonly fullIn_s: number | null;
  /** Frames that went to the quarantine within the last ten minutes. */
  readonly quarantinedLately: number;
}

export type Verdict = Pick<StatePayload, "level" | "sentence" | "detail" | "marks">;

/** A RAM disk that will be full within this is worth a look, within that an alarm. */
const FULL_SOON_S = 1800;
const FULL_AT_ONCE_S = 120;
/** Without a frame for so long, it is quiet. */
const QUIET_S = 30;
/** A sentence is read at a glance. */
const REASON_LENGTH_MAX = 140;

export function verdictOf(situation: Situation): Verdict {
  const { status } = situation;
  const waiting = status.waiting.raw + status.waiting.temp + status.waiting.proc;
  const held = waiting === 0 ? "" : `: ${plural(waiting, "frame")} ${waiting === 1 ? "waits" : "wait"}, none lost`;
  if (!status.running) return stopped(waiting);
  const [condition] = holdingUp(status);
  if (condition !== undefined) {
    const more = status.standing.length > 1 ? ` (and ${status.standing.length - 1} more)` : "";
    const marks = waiting === 0 ? {} : { rate: "bad", newest: "bad", waiting: "bad" } as const;
    const full = situation.fullIn_s === null ? {} : { ramDisk: "bad" } as const;
    return {
      level: "bad",
      sentence: `${capital(shortened(condition.message))}${more}${held}${fullText(situation)}`,
      detail: condition.todo,
      marks: { ...marks, ...full },
    };
  }
  if (status.behind) {
    const marks = situation.fullIn_s === null ? {} : { ramDisk: "attention" } as const;
    return {
      level: "attention",
      sentence: `Falling behind${held}${fullText(situation)}`,
      detail: status.text.split("\n")[0] ?? null,
      marks: { waiting: "attention", newest: "attention", ...marks },
    };
  }
  return whileWell(situation) ?? flowing(situation);
}

function stopped(waiting: number): Verdict {
  const sentence = waiting === 0
    ? "Stopped"
    : `Stopped: ${plural(waiting, "frame")} ${waiting === 1 ? "waits" : "wait"} until the next start, none lost`;
  return { level: "off", sentence, detail: "Start lets frames be taken again.", marks: {} };
}

/** What is to be looked at though frames flow. */
function whileWell(situation: Situation): Verdict | null {
  const { status, fullIn_s, quarantinedLately } = situation;
  const now = summary(situation);
  if (fullIn_s !== null && fullIn_s < FULL_SOON_S) {
    const level = fullIn_s < FULL_AT_ONCE_S ? "bad" : "attention";
    return {
      level,
      sentence: `${now}; RAM disk full in ${seconds(fullIn_s)}`,
      detail: "Something fills the volume of the raw folder faster than it is emptied.",
      marks: { ramDisk: level },
    };
  }
  if (quarantinedLately > 0) {
    return {
      level: "attention",
      sentence: `${now}; ${plural(quarantinedLately, "frame")} went to the quarantine`,
      detail: "Look at the reasons under Quarantine, mend what can be mended, then Retry.",
      marks: {},
    };
  }
  const broken = status.plugins.filter(doesNotRun);
  const [condition] = status.standing;
  if (broken.length === 0) {
    return condition === undefined
      ? null
      : { level: "attention", sentence: `${now}; ${shortened(condition.message)}`, detail: condition.todo, marks: {} };
  }
  const names = broken.map(({ name }) => name).join(", ");
  return {
    level: "attention",
    sentence: `${now}; plugin ${names} does not run`,
    detail: "See the reason under Plugins; frames are delivered without it.",
    marks: {},
  };
}

function flowing(situation: Situation): Verdict {
  const { age_s, rawFolder } = situation;
  if (age_s === null) {
    const detail = `Watching ${rawFolder}. The first frame shows here as soon as it is saved.`;
    return { level: "idle", sentence: summary(situation), detail, marks: {} };
  }
  return { level: isQuiet(situation) ? "idle" : "good", sentence: summary(situation), detail: null, marks: {} };
}

function isQuiet({ status, age_s }: Situation): boolean {
  return age_s === null || age_s > QUIET_S || status.frames.rate_per_s === 0;
}

function summary(situation: Situation): string {
  const { status, age_s } = situation;
  if (age_s === null) return "Ready: no frame yet";
  if (isQuiet(situation)) return `Waiting for frames, newest ${seconds(age_s)} old`;
  return `${status.frames.rate_per_s.toFixed(1)} frames/s, newest ${seconds(age_s)} old`;
}

function fullText({ fullIn_s }: Situation): string {
  return fullIn_s === null ? "" : `; RAM disk full in ${seconds(fullIn_s)}`;
}

function shortened(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length <= REASON_LENGTH_MAX ? line : `${line.slice(0, REASON_LENGTH_MAX - 1)}…`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
