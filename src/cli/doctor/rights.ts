/** With which rights pewatch works: what it may write, whoever fills its folders may have it write. */
import { DEFAULT_NAME } from "../service/definition.ts";
import { type Finding, ok, warning } from "./check.ts";

/** LocalSystem, as the task scheduler writes it. */
const SYSTEM = /^(S-1-5-18|SYSTEM|NT AUTHORITY\\SYSTEM)$/i;

/** Null where there is nothing to say. */
export function checkRights(os: typeof Deno.build.os = Deno.build.os): Finding | null {
  return os === "windows" ? rightsOfTask(DEFAULT_NAME, taskXml(DEFAULT_NAME)) : rightsOfProcess(Deno.uid());
}

/** @param xml the task's definition, null where the service is not installed */
export function rightsOfTask(name: string, xml: string | null): Finding {
  if (xml === null) return ok("rights", `no service ${name} is installed; pewatch has those of who starts it`);
  const user = /<UserId>([^<]*)<\/UserId>/.exec(xml)?.[1]?.trim() ?? "";
  if (SYSTEM.test(user)) {
    return warning(
      "rights",
      `the service ${name} runs as SYSTEM, which may write every file of this computer`,
      "Install it with --user and an account that may write to the folders of [folders] and no others",
    );
  }
  const highest = /<RunLevel>\s*HighestAvailable/.test(xml);
  return ok(
    "rights",
    `the service ${name} runs as ${user}${highest ? ", with all rights that this account can have" : ""}`,
  );
}

/** The account that runs this command. */
export function rightsOfProcess(uid: number | null): Finding | null {
  return uid === 0
    ? ok("rights", "this command runs as root; a service needs a user who may write to its folders")
    : null;
}

function taskXml(name: string): string | null {
  try {
    const { success, stdout } = new Deno.Command("schtasks", { args: ["/Query", "/TN", name, "/XML"] }).outputSync();
    // It writes the system's old code page; what is looked for is ASCII, or UTF-16's halves of it.
    return success ? new TextDecoder("latin1").decode(stdout).replaceAll("\0", "") : null;
  } catch {
    return null;
  }
}
