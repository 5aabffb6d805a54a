/** Ends by itself at no signal: for stop_signals_test.ts. */
import { onStopSignals } from "../../src/cli/console/stop_signals.ts";

onStopSignals((signal) => console.log(signal));
console.log("ready");
setInterval(() => {}, 1000);
