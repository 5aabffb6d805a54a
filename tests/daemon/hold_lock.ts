/** Holds the lock of the folder that it is given until it is killed. */
import { FolderLock } from "../../src/daemon/settings/folder_lock.ts";

FolderLock.take(Deno.args);
console.log("held");
setInterval(() => {}, 1000);
