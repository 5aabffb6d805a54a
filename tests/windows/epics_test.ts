/** The Windows executable reads process variables over Channel Access. */
import { framesHaveValues } from "../epics/frames.ts";
import { PYTHON } from "../epics/ioc.ts";
import { WINDOWS_PROGRAM } from "./programs.ts";

Deno.test({
  name: "frames of the executable have the variables' values, an NXlog, and notes of what is absent",
  ignore: PYTHON === undefined,
  fn: () => framesHaveValues(WINDOWS_PROGRAM),
});
