/** Holds the lock of the folder that it is given until it is killed. */
import { FolderLock } from "../../src/daemon/folder_lock.ts";

FolderLock.take(Deno.args);
console.log("held");
setInterval(() => {}, 1000);
