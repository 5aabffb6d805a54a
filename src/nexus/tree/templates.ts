/** The templates of the last few shapes of trees; frames of one measurement have one or two. */
import { join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import { listFolder } from "../../files/listing.ts";
import { CAST_PREFIX } from "../../files/service_names.ts";
import { NexusTemplate, removeQuietly } from "./template.ts";
import type { NexusGroup, NexusNode } from "./tree.ts";
import { sizeBound, type WrittenTree } from "./write_tree.ts";

/** Processed and raw frames, each as sample and as dark. */
const CASTS_MAX = 4;
/** A larger tree (a sidecar of megabytes) is written by itself: to keep it open would cost its memory for good. */
const TREE_BYTES_MAX = 524_288;

export class NexusTemplates implements Disposable {
  readonly #hdf5: Hdf5Library;
  /** Of this instance alone: HDF5 makes no file that another thread of the process still has open. */
  readonly #free = Array.from({ length: CASTS_MAX }, () => `${CAST_PREFIX}${crypto.randomUUID()}.h5`);
  /** The one used last comes last. */
  #kept: { readonly template: NexusTemplate; readonly name: string }[] = [];
  #folder = "";
  /** How many were made, for tests. */
  made = 0;

  constructor(hdf5: Hdf5Library) {
    this.#hdf5 = hdf5;
  }

  /**
   * Writes the tree's file at `path`, the pixels of a spliced image left out, through a template in `folder`.
   * @returns null where the tree is none for templates; then nothing was written
   * @throws Hdf5Error or the system's error; the file may then be half written
   */
  write(
    tree: NexusGroup,
    path: string,
    options: { readonly folder: string; readonly fsync: boolean },
  ): WrittenTree | null {
    if (!isPlain(tree) || sizeBound(tree) > TREE_BYTES_MAX) return null;
    this.enter(options.folder);
    const kept = this.#changed(tree) ?? this.#make(tree);
    return kept.copyTo(path, options);
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  /** The folder that templates lie in from now on; what a killed program left there goes. */
  enter(folder: string): void {
    if (folder === this.#folder) return;
    this.#leave();
    this.#folder = folder;
    removeForgottenTemplates(folder);
  }

  #leave(): void {
    for (const one of this.#kept) this.#drop(one);
    this.#folder = "";
  }

  #changed(tree: NexusGroup): NexusTemplate | null {
    for (const one of this.#kept) {
      const changes = one.template.changesTo(tree);
      if (changes === null) continue;
      this.#kept = [...this.#kept.filter((other) => other !== one), one];
      try {
        one.template.change(tree, changes);
        return one.template;
      } catch (error) {
        this.#drop(one);
        throw error;
      }
    }
    return null;
  }

  #make(tree: NexusGroup): NexusTemplate {
    if (this.#free.length === 0) this.#drop(this.#kept[0]!);
    const name = this.#free.at(-1)!;
    const template = new NexusTemplate(this.#hdf5, join(this.#folder, name), tree);
    this.#free.pop();
    this.#kept.push({ template, name });
    this.made++;
    return template;
  }

  #drop(one: { readonly template: NexusTemplate; readonly name: string }): void {
    this.#kept = this.#kept.filter((other) => other !== one);
    this.#free.push(one.name);
    one.template[Symbol.dispose]();
  }
}

/** What was open when a program was killed or ended; what is open still goes with its own template. */
export function removeForgottenTemplates(folder: string): void {
  for (const name of listOrNothing(folder)) {
    if (name.startsWith(CAST_PREFIX)) removeQuietly(join(folder, name));
  }
}

function listOrNothing(folder: string): readonly string[] {
  try {
    return listFolder(folder).files;
  } catch {
    return []; // making the first template there will say what is wrong with it
  }
}

/** Whether the tree has nothing that refers to other files or takes pixels through the library. */
function isPlain(node: NexusNode): boolean {
  if (node.kind === "group") return node.children.every(isPlain);
  if (node.kind === "image") return node.plan.way === "splice";
  return node.kind === "field" || node.kind === "link" || node.kind === "checksum";
}
