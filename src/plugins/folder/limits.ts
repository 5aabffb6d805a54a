/** Limits of the plugins folder. */

/** No one writes a plugin of this size; bundled libraries and tables stay below. What is larger is no plugin. */
export const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** Files of one plugin: a small library with room to spare. More is a folder that was dropped there by mistake. */
export const PLUGIN_FILES_MAX = 500;
/** Each plugin is a worker of its own, of 10 MB and more. */
export const PLUGINS_MAX = 200;
/** Entries of the folder that are looked at, three times a second: frames written there by mistake end here. */
export const ENTRIES_MAX = 10_000;
/** A build reads some files and takes 0.2 s; where it does not end, something in it hangs. */
export const BUILD_MS_MAX = 30_000;
