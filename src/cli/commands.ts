/** The commands, each loaded only when it is asked for. */
import type { Command } from "./console/sub_commands.ts";

/** In the order of the list. `deno compile` sees the modules by their literal specifiers. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    summary: "Watch the raw folder and deliver each frame, until it is stopped",
    load: async () => (await import("./run.ts")).runRun,
  },
  stop: {
    summary: "Ask the running daemon to stop, and wait until it has",
    load: async () => (await import("./stop.ts")).runStop,
  },
  retry: {
    summary: "Try the frames of the quarantine again",
    load: async () => (await import("./retry.ts")).runRetry,
  },
  service: {
    summary: "Start the daemon whenever the computer starts",
    load: async () => (await import("./service/service.ts")).runService,
  },
  process: {
    summary: "Do the same once, for the frames that are in a folder",
    load: async () => (await import("./process/process.ts")).runProcess,
  },
  integrate: {
    summary: "Make the patterns of frames that are delivered: intensity over 2theta or q",
    load: async () => (await import("./integrate/integrate.ts")).runIntegrate,
  },
  simulate: {
    summary: "Write frames as QXRD does, at a given rate",
    load: async () => (await import("./simulate.ts")).runSimulate,
  },
  demo: {
    summary: "Show it all for ten seconds, with a simulated detector",
    load: async () => (await import("./demo/demo.ts")).runDemo,
  },
  inspect: {
    summary: "Show what is in a TIFF, a .metadata or a NeXus file",
    load: async () => (await import("./inspect/inspect.ts")).runInspect,
  },
  log: {
    summary: "Show what became of one frame",
    load: async () => (await import("./log.ts")).runLog,
  },
  audit: {
    summary: "Check the ledger and the delivered files, and export their checksums",
    load: async () => (await import("./audit/audit.ts")).runAudit,
  },
  confirm: {
    summary: "Confirm delivered images for a consumer that they wait for",
    load: async () => (await import("./confirm.ts")).runConfirm,
  },
  consumers: {
    summary: "List who reads the ledger and how far each is behind, forget one that is gone",
    load: async () => (await import("./consumers/consumers.ts")).runConsumers,
  },
  plugins: {
    summary: "List, check, make and retry plugins",
    load: async () => (await import("./plugins/plugins.ts")).runPlugins,
  },
  parameters: {
    summary: "List and remove the values that plugins add to each frame",
    load: async () => (await import("./parameters/parameters.ts")).runParameters,
  },
  settings: {
    summary: "List and forget the settings that Tango clients have changed",
    load: async () => (await import("./settings/settings.ts")).runSettings,
  },
  tango: {
    summary: "Register the device in a Tango database, show attributes of others",
    load: async () => (await import("./tango/tango.ts")).runTango,
  },
  epics: {
    summary: "Show process variables of EPICS that are read",
    load: async () => (await import("./epics/epics.ts")).runEpics,
  },
  doctor: {
    summary: "Check libraries, configuration, folders, plugins and Tango, and say what to do",
    load: async () => (await import("./doctor/doctor.ts")).runDoctor,
  },
  init: {
    summary: "Write a documented configuration",
    load: async () => (await import("./init/init.ts")).runInit,
  },
  docs: {
    summary: "Print a page of the documentation",
    load: async () => (await import("./docs.ts")).runDocs,
  },
};
