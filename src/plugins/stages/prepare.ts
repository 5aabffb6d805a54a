/** The work of the first stage, `pewatch/stages/prepare`. A file of its own: its worker loads nothing of the others. */
export { PrepareRaw } from "../../frames/prepare/prepare_raw.ts";
export { stageOptions } from "./options.ts";
