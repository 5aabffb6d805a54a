/** The folders that were left and are not empty yet, and which of them get nothing more. */
import type { DrainingFolder } from "../../frames/stage.ts";
import type { KeptFolder } from "./settings_file.ts";

export type Left = Omit<DrainingFolder, "closed">;

export class DrainingList {
  #folders: readonly Left[] = [];
  /**
   * Those that get nothing more, and whether the last look found them empty. Apart from the list, since it comes in the
   * midst of changes of that.
   */
  readonly #closed = new Map<number, boolean>();
  #nextId = 1;

  get folders(): readonly DrainingFolder[] {
    return this.#folders.map((folder) => ({ ...folder, closed: this.#closed.has(folder.id) }));
  }

  get ids(): readonly number[] {
    return this.#folders.map(({ id }) => id);
  }

  has(path: string): boolean {
    return this.#folders.some((folder) => folder.path === path);
  }

  /** One that is to be put on the list. */
  made(folder: KeptFolder): Left {
    return { ...folder, id: this.#nextId++ };
  }

  /** What is on the list from now on. */
  set(folders: readonly Left[]): void {
    this.#folders = folders.map(({ id, kind, path, until_ms }) => ({ id, kind, path, until_ms }));
    for (const id of this.#closed.keys()) if (!this.ids.includes(id)) this.#closed.delete(id);
  }

  /** No stage works with older settings any more: nothing comes into these. */
  close(ids: readonly number[] = this.ids): void {
    for (const id of ids) if (this.ids.includes(id) && !this.#closed.has(id)) this.#closed.set(id, false);
  }

  /**
   * Of what the stages report: those that can be released, since two looks after another found nothing. A single one
   * may miss what gets another name while the folder is listed (readdir of POSIX leaves that open).
   */
  emptied(reported: readonly { readonly id: number; readonly frames: number }[]): readonly number[] {
    const empty: number[] = [];
    for (const { id, frames } of reported) {
      const wasEmpty = this.#closed.get(id);
      if (wasEmpty === undefined) continue;
      if (wasEmpty && frames === 0) empty.push(id);
      this.#closed.set(id, frames === 0);
    }
    return empty;
  }
}
