import assert from "node:assert/strict";
import { systemFolderOf } from "../../src/daemon/settings/allowed_roots.ts";

Deno.test("folders of the system are known, on each system, in any spelling", () => {
  const linux = (path: string) => systemFolderOf(path, { windows: false, env: () => undefined });
  for (const path of ["/", "/etc", "/etc/profile.d", "/usr/../etc/cron.d", "/dev", "/var/spool/cron", "/dev/shm"]) {
    assert.notEqual(linux(path), null, path);
  }
  for (const path of ["/dev/shm/raw", "/data", "/etcetera", "/home/user/raw", "/var/tmp/raw", "/run/media/disk"]) {
    assert.equal(linux(path), null, path);
  }
  const variables: Readonly<Record<string, string>> = { SystemRoot: "E:\\WinNT", SystemDrive: "E:" };
  const windows = (path: string) => systemFolderOf(path, { windows: true, env: (name) => variables[name] });
  for (const path of ["E:\\", "e:/winnt/System32", "C:\\WINDOWS\\Temp", "c:\\program files (x86)\\x"]) {
    assert.notEqual(windows(path), null, path);
  }
  for (const path of ["R:\\", "D:\\data", "E:\\frames", "\\\\server\\share"]) assert.equal(windows(path), null, path);
});
