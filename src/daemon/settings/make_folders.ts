/** Makes the folders that a configuration names. */
import { join, sep } from "node:path";
import { messageOf } from "../../files/errors.ts";
import { outputFolder, type Settings } from "../../config/settings.ts";
import { folderExists, makeFolder as makeWithThoseAbove, refuseLinks } from "../../files/listing.ts";
import { makeOwnFolder } from "../../files/plain_file.ts";
import { TRANSPILED_FOLDER } from "../../files/service_names.ts";
import type { WrittenSettings } from "./settings_file.ts";

/** A folder that cannot be used; `key` is the configuration's. */
export class FolderError extends Error {
  override readonly name = "FolderError";
  readonly key: string;

  constructor(key: string, message: string, options?: ErrorOptions) {
    super(`${key}: ${message}`, options);
    this.key = key;
  }
}

/**
 * Makes each of raw, temp, proc, output and the folder of transpiled plugins where it is missing, and checks that it can
 * be listed.
 * @param written what clients have set: it was there then, so it is waited for, and not made in its place
 * @param options.makesOutput false: an output root that is not there is waited for, since it may be a share that is
 *   mounted later
 * @throws {FolderError}
 */
export function makeFolders(
  settings: Settings,
  written: WrittenSettings = {},
  { makesOutput = true }: { readonly makesOutput?: boolean } = {},
): void {
  const { raw, temp, proc } = settings.folders;
  if (written.raw === undefined) makeFolder("folders.raw", raw);
  if (written.temp === undefined) makeFolder("folders.temp", temp);
  if (written.proc === undefined) makeFolder("folders.proc", proc);
  const { output_root, output_dir } = settings.folders;
  try {
    refuseLinks(output_root, output_dir.split(sep).join("/"));
  } catch (error) {
    throw new FolderError("folders.output_dir", messageOf(error), { cause: error });
  }
  const makesRoot = makesOutput && written.output_root === undefined;
  if (makesRoot || listable(output_root)) makeFolder("folders.output_root", outputFolder(settings));
  makeFolder("daemon.state_dir", settings.daemon.state_dir);
  try {
    makeOwnFolder(settings.daemon.state_dir, TRANSPILED_FOLDER);
  } catch (error) {
    throw new FolderError("daemon.state_dir", `Cannot make a folder in it: ${reasonOf(error)}`, { cause: error });
  }
}

/** Where the plugins of the user's folder are imported from: one daemon's own. */
export function transpiledFolder(settings: Settings): string {
  return join(settings.daemon.state_dir, TRANSPILED_FOLDER);
}

function makeFolder(key: string, path: string): void {
  // Listed first: some RAM disks' drivers refuse every other question about a folder, as mkdir asks it of one that is
  // there already.
  if (listable(path)) return;
  try {
    makeWithThoseAbove(path);
    if (!folderExists(path)) throw new Deno.errors.NotADirectory("it is not a folder");
  } catch (error) {
    throw new FolderError(key, `Cannot make or read the folder ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function listable(path: string): boolean {
  try {
    return folderExists(path);
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return "a file is in its place";
  }
  return messageOf(error);
}
