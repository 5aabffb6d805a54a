/** Folders of one test that the Windows executable works on; see tests/e2e/harness.ts. */
import { join } from "node:path/posix";
import type { Run } from "../e2e/child.ts";
import { Place, type Tables } from "../e2e/harness.ts";
import { PROGRAMS, type System } from "./programs.ts";

/** A place where nothing is kept beside the executable, which all tests share. */
export function placeOfItsOwn(tables: Tables = {}): Place {
  const place = new Place();
  place.configure({
    ...tables,
    daemon: { ticktack: 0.1, state_dir: join(place.path, "state"), ...tables.daemon },
    plugins: { dir: join(place.path, "plugins"), ...tables.plugins },
    log: { file: join(place.path, "pewatch.log"), ...tables.log },
  });
  return place;
}

export async function startOn(system: System, place: Place): Promise<Run> {
  return await place.start({ program: [PROGRAMS[system]], cwd: place.path }).running();
}
