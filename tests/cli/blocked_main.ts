/** Its main thread is blocked for good, as by a disk that does not answer: for stop_reports_test.ts. */
import { StopReports } from "../../src/cli/console/stop_reports.ts";
import { onStopSignals } from "../../src/cli/console/stop_signals.ts";

onStopSignals(() => console.log("the main thread runs"));
new StopReports("pewatch test", "copying \x1b[2Ja.tif");
console.log("blocked");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
