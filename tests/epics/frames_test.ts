/** Frames of a daemon from its sources. */
import { framesHaveValues } from "./frames.ts";
import { PYTHON } from "./ioc.ts";

Deno.test({
  name: "epics: frames of a running daemon have the variables' values, an NXlog, and notes of what is absent",
  ignore: PYTHON === undefined || Deno.build.os === "windows",
  fn: () => framesHaveValues(),
});
