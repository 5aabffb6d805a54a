/** The work of the third stage, `pewatch/stages/deliver`. A file of its own: its worker loads nothing of the others. */
export { Finalize } from "../../frames/deliver/finalize.ts";
export { stageOptions } from "./options.ts";
