/** Which settings are not the configuration's, since clients have changed them. */
import { type ClientSetting, keyOf } from "../../daemon/settings/client_settings.ts";
import {
  readSettingsFile,
  settingsPath,
  type WrittenSetting,
  type WrittenSettings,
} from "../../daemon/settings/settings_file.ts";
import { inForce } from "../../daemon/settings/settings_store.ts";
import type { Settings } from "../../config/settings.ts";
import { type Finding, ok, problem, warning } from "./check.ts";
import { messageOf } from "../../files/errors.ts";

/** The settings in force, with a finding for each that a client has set. */
export function checkWritten(
  configured: Settings,
): { settings: Settings; written: WrittenSettings; findings: Finding[] } {
  const path = settingsPath(configured.daemon.state_dir);
  try {
    const { settings, written, leftOut } = inForce(configured, readSettingsFile(path).settings);
    const findings = Object.entries(written).map(([key, setting]) => findingOf(key as ClientSetting, setting));
    const remedy = `Set it anew from a client, or correct the configuration; it stands in ${path}`;
    findings.push(...leftOut.map((why) => warning("set by a client", `without effect: ${why}`, remedy)));
    return { settings, written, findings };
  } catch (error) {
    const finding = `${path} cannot be read: ${messageOf(error)}`;
    const remedy = "The next start of pewatch run renames it, and the configuration's settings apply";
    return { settings: configured, written: {}, findings: [problem("set by clients", finding, remedy)] };
  }
}

function findingOf(key: ClientSetting, { value, instead_of, since }: WrittenSetting): Finding {
  const before = `${JSON.stringify(instead_of)} before`;
  const how = `to forget it: pewatch settings forget ${key}`;
  return ok(keyOf(key), `${JSON.stringify(value)}, set by a client ${since} (${before}); ${how}`);
}
