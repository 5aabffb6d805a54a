/**
 * RAM disks made by ImDisk answer no question about folders. So each call of Deno or Node that opens, stats or resolves
 * what it is given stands here with the reason why that is a file, or a folder that is never on such a disk. A new call
 * makes this test fail until it is thought about. (tests/frames/imdisk_test.ts runs the way of a frame without them.)
 */
import assert from "node:assert/strict";
import { sourcesBelow, textOf } from "../../build/checks/sources.ts";

const ASKING =
  /\bDeno\.((?:realPath|stat|lstat|open|create|readFile|readTextFile|truncate|chmod|utime|copyFile|watchFs|readLink)(?:Sync)?)\(/g;
const ASKING_BY_NODE = /\b((?:stat|lstat|statfs|exists|realpath|access|open|readFile)(?:Sync)?)\b[^;]*from "node:fs/g;
/** With `recursive` mkdir asks what is there already, and remove opens each folder. */
const RECURSIVE = /\bDeno\.((?:mkdir|remove)(?:Sync)?)\([^;]*?(recursive)/g;
/** A removal asks first, a file's too; folders are removed by removeFolder(). */
const REMOVING = /\bDeno\.(remove(?:Sync)?)\((?![^;]*?recursive)/g;

const CALLS: Readonly<Record<string, readonly [calls: string, why: string]>> = {
  "ffi/hdf5/file.ts": ["openSync 2", "HDF5 has just made this file"],
  "ffi/system/files.ts": ["lstatSync", "a name of Linux, where it has no C library that is known"],
  "ffi/locate.ts": ["statSync", "a library's file"],
  "plugins/lib/broker/nats_link.ts": ["readFileSync", "the credentials that the configuration names"],
  "plugins/lib/broker/tls_files.ts": ["readFileSync", "a certificate or key that the configuration names"],
  "plugins/lib/csv_file.ts": ["lstatSync, openSync 3", "the table's file, and its folder for a flush"],
  "src/cli/confirm.ts": ["readTextFileSync", "the list that the user names"],
  "src/cli/config_watch.ts": ["statSync", "the configuration's file"],
  "src/cli/demo/demo.ts": ["removeSync recursive", "a temporary folder, no RAM disk of Windows"],
  "src/cli/demo/folders.ts": ["removeSync recursive", "Linux' shared memory"],
  "src/cli/embedded.ts": ["readTextFileSync 2", "inside the executable"],
  "src/frames/prepare/find_delivered.ts": ["lstatSync", "a delivered file"],
  "src/frames/prepare/late_move.ts": ["utimeSync", "a companion, by listFolder()"],
  "src/files/folder_identity.ts": ["stat", "folders, not on Windows"],
  "src/geometry/calibration_file.ts": ["readTextFileSync, statSync", "the PONI file"],
  "src/cli/docs.ts": ["readTextFileSync", "inside the executable"],
  "src/cli/doctor/folders.ts": [
    "lstatSync 2, readTextFileSync, removeSync, statSync, utimeSync",
    "its own probe; where no folder is found, whether a file is in its place",
  ],
  "src/cli/doctor/space.ts": ["statfsSync", "asks the volume, by its path; where it does not answer that is reported"],
  "src/cli/init/init.ts": ["mkdir recursive, readFile, readTextFile", "the configuration's folder, beside the program"],
  "src/cli/inspect/inspect.ts": ["openSync, readFileSync", "the file that the user names"],
  "src/cli/inspect/checksum.ts": ["openSync", "the TIFF beside the NeXus file"],
  "src/cli/integrate/files.ts": ["lstatSync", "what the user names: a folder that does not answer is then listed"],
  "src/cli/integrate/integrate.ts": ["removeSync recursive", "a temporary folder"],
  "src/cli/integrate/worker.ts": ["statSync", "a frame's image"],
  "src/patterns/frame.ts": ["openSync", "a frame's image"],
  "src/patterns/reference_files.ts": ["readFileSync, statSync", "a mask, dark or flat"],
  "src/cli/plugins/editor_files.ts": ["readTextFile 2", "files in the plugins folder"],
  "src/cli/plugins/examine.ts": ["remove recursive", "a temporary folder"],
  "src/cli/plugins/new.ts": ["mkdir recursive, readTextFile", "the plugins folder, beside the program"],
  "src/cli/plugins/type_check.ts": ["remove recursive", "a temporary folder"],
  "src/cli/plugins/types.ts": ["mkdir recursive, readTextFile", "the plugins folder, beside the program"],
  "src/cli/process/work_folder.ts": [
    "removeSync recursive, utimeSync",
    "a frame's file; the output's folder",
  ],
  "src/cli/service/systemd.ts": ["remove", "a unit file of Linux"],
  "src/cli/service/task_scheduler.ts": ["remove", "a temporary file"],
  "src/config/load.ts": ["readFileSync", "the configuration"],
  "src/daemon/settings/check_change.ts": ["lstat", "the lock of another pewatch"],
  "src/daemon/settings/folder_keeper.ts": ["access", "a folder, on Linux only"],
  "src/daemon/settings/folder_places.ts": ["statSync", "a folder and those above it, not on Windows"],
  "src/daemon/settings/folder_lock.ts": ["lstatSync, openSync 2, utimeSync", "the lock's files"],
  "src/daemon/requests/requests.ts": ["lstat, remove 2", "requests' and answers' files"],
  "src/http/images/quarantine_list.ts": ["lstatSync", "a text that the listing calls a file, in the output"],
  "src/http/page_files_worker.ts": ["readTextFile 2, readTextFileSync", "the page's sources and packages"],
  "src/ledger/segment_writer.ts": ["lstat, openSync", "a segment, in state_dir"],
  "src/log/rotating_file.ts": ["openSync", "the log"],
  "src/daemon/space_watch.ts": [
    "statfs",
    "asks the volume, by its path; where it does not answer, nothing is reported",
  ],
  "src/files/durable.ts": [
    "chmodSync, open, openSync, removeSync 3",
    "files; syncFolder() opens folders, and removeFolder() removes them so, not on Windows",
  ],
  "src/files/listing.ts": ["lstatSync 3", "names of files; where a folder has such a name, the refusal is understood"],
  "src/files/plain_file.ts": [
    "lstatSync 2, openSync 4, statSync",
    "names of files; where a folder has such a name, the refusal is understood; statSync on Linux only",
  ],
  "src/files/probe.ts": ["openSync", "a probe that is made"],
  "src/files/whole_file.ts": ["lstatSync", "a file that no file can be renamed to; a folder, not on Windows"],
  "src/files/copy/copy_spans.ts": ["lstatSync", "a file that was listed, or has just been made"],
  "src/files/copy/same_content.ts": ["openSync 2", "files, by statOf()"],
  "src/frames/merge/merge_frame.ts": ["lstatSync", "a member of a claim"],
  "src/frames/claim/move_file.ts": ["utimeSync", "a member of a claim"],
  "src/frames/deliver/delivery.ts": ["utimeSync", "a part in the output"],
  "src/nexus/chunks/chunk_index.ts": ["readFileSync", "HDF5 has just made this file"],
  "src/nexus/tree/write_tree.ts": ["openSync", "the frame's TIFF"],
  "src/plugins/folder/module_files.ts": ["readFileSync, statSync", "a plugin's file, beside the program"],
  "src/plugins/folder/plugin_folder.ts": ["stat", "a plugin's file, beside the program"],
  "src/plugins/folder/transpiled.ts": ["remove recursive, removeSync recursive", "in state_dir, beside the program"],
  "src/plugins/worker/delivered_frame.ts": ["readFileSync", "a delivered sidecar"],
  "src/plugins/read_image.ts": ["openSync", "a delivered image"],
  "src/qxrd/simulator/sidecar_saver.ts": ["readFile, remove", "a sidecar and its lock"],
  "src/qxrd/simulator/tiff_writer.ts": ["open", "the image that is written"],
  "src/tiff/layout.ts": ["openSync", "an image"],
  "src/tiff/merge_file.ts": ["openSync", "an image"],
  "src/tiff/orphaned_tail.ts": ["statSync", "an image"],
  "src/tiff/tags/read_tags.ts": ["openSync", "an image"],
};

/** "openSync 2, statSync" */
function callsIn(text: string): string {
  const code = text.replaceAll(/^\s*(\*|\/\/|\/\*\*).*$/gm, "");
  const counts = new Map<string, number>();
  for (const pattern of [ASKING, ASKING_BY_NODE, RECURSIVE, REMOVING]) {
    for (const [, ...words] of code.matchAll(pattern)) {
      const call = words.join(" ");
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
  }
  return [...counts].map(([call, count]) => count === 1 ? call : `${call} ${count}`).sort().join(", ");
}

Deno.test("each call that opens or asks what it is given is known to be given a file", () => {
  const found: Record<string, string> = {};
  const files = sourcesBelow(["src", "plugins", "ffi"]);
  for (const file of [...files, "main.ts"].sort()) {
    const calls = callsIn(textOf(file));
    if (calls !== "") found[file] = calls;
  }
  assert.deepEqual(found, Object.fromEntries(Object.entries(CALLS).map(([file, [calls]]) => [file, calls])));
});

Deno.test("paths are never resolved, nor folders watched", () => {
  for (const [file, [calls, why]] of Object.entries(CALLS)) {
    assert.doesNotMatch(calls, /realpath|watchFs|exists/i, file);
    assert.notEqual(why, "");
  }
});
