/** What clients have set: of the running daemon, or as the last one left it in its file. */
import type { Settings } from "../../config/settings.ts";
import { askDaemon, DaemonAnswerError, NoDaemonError } from "../../daemon/requests/ask_daemon.ts";
import type { ClientSetting } from "../../daemon/settings/client_settings.ts";
import { FolderInUseError, FolderLock } from "../../daemon/settings/folder_lock.ts";
import { transpiledFolder } from "../../daemon/settings/make_folders.ts";
import {
  forgetInFile,
  readSettingsFile,
  settingsPath,
  type WrittenSettings,
} from "../../daemon/settings/settings_file.ts";
import { makeFolder } from "../../files/listing.ts";

interface StoredSettings {
  /** Whether a daemon answered. */
  readonly running: boolean;
  readonly written: WrittenSettings;
}

/** @throws {DaemonAnswerError} and, without a daemon, what is wrong with the file */
export async function readWritten(settings: Settings): Promise<StoredSettings> {
  try {
    return { running: true, written: (await askDaemon(settings, { what: "settings" })).value as WrittenSettings };
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    return { running: false, written: readSettingsFile(settingsPath(settings.daemon.state_dir)).settings };
  }
}

/**
 * By the running daemon, or in the file.
 * @returns whether a client had set it
 * @throws {DaemonAnswerError} {@linkcode FolderInUseError}
 */
export async function forget(settings: Settings, key: ClientSetting): Promise<boolean> {
  try {
    return (await askDaemon(settings, { what: "forget_setting", setting: key })).value === true;
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  // The daemon's own lock: it reads the file at its start and writes over it.
  const held = transpiledFolder(settings);
  makeFolder(held);
  using _lock = FolderLock.take([held]);
  return await forgetInFile(settingsPath(settings.daemon.state_dir), key);
}

/** Errors whose message is all that a person needs. */
export function isExpected(error: unknown): error is Error {
  return [DaemonAnswerError, FolderInUseError, SyntaxError].some((one) => error instanceof one);
}
