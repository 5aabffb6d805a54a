/** The commands, each loaded only when it is asked for. */
import type { CommandList } from "./console/run_commands.ts";

/** In the order of the list. `deno compile` sees the modules by their literal specifiers. */
export const COMMANDS: CommandList = {
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
    brief:
      "The daemon as a task of Windows's Task Scheduler, or as a service of systemd; pewatch docs windows says more.",
    commands: {
      install: {
        summary: "Start the daemon now and whenever the computer starts",
        load: async () => (await import("./service/install.ts")).runInstall,
      },
      start: {
        summary: "Switch the service on and start its daemon",
        load: async () => (await import("./service/manage.ts")).runStart,
      },
      stop: {
        summary: "Stop the daemon, and leave it stopped",
        load: async () => (await import("./service/manage.ts")).runStop,
      },
      status: {
        summary: "Show whether the service exists and its daemon runs",
        load: async () => (await import("./service/manage.ts")).runStatus,
      },
      uninstall: {
        summary: "Stop the daemon and remove the service; nothing else is removed",
        load: async () => (await import("./service/manage.ts")).runUninstall,
      },
    },
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
    brief: "Who reads the ledger: plugins, their streams, and programs over HTTP (http:NAME).",
    commands: {
      list: {
        summary: "Each consumer with how far it is behind, what it skipped, and when it last moved",
        load: async () => (await import("./consumers/list.ts")).runList,
      },
      forget: {
        summary: "Remove the cursor of a consumer that is gone",
        load: async () => (await import("./consumers/forget.ts")).runForget,
      },
    },
  },
  plugins: {
    summary: "List, check, make and retry plugins",
    brief:
      "Plugins are the files of the plugins folder and what pewatch ships; docs/plugins.md says how one is written.",
    commands: {
      list: {
        summary: "Show each plugin of the running daemon, or what would be loaded",
        load: async () => (await import("./plugins/list.ts")).runList,
      },
      check: {
        summary: "Say whether a file would be loaded as a plugin, or why not",
        load: async () => (await import("./plugins/check.ts")).runCheck,
      },
      new: {
        summary: "Write a commented plugin to begin with",
        load: async () => (await import("./plugins/new.ts")).runNew,
      },
      retry: {
        summary: "Start a plugin again that was suspended",
        load: async () => (await import("./plugins/retry.ts")).runRetry,
      },
      types: {
        summary: "Write what an editor needs for completion and checking",
        load: async () => (await import("./plugins/types.ts")).runTypes,
      },
    },
  },
  parameters: {
    summary: "List and remove the values that plugins add to each frame",
    brief: "The values that plugins add to the file of each frame.",
    commands: {
      list: {
        summary: "Each parameter with value, time, path and plugin",
        load: async () => (await import("./parameters/list.ts")).runList,
      },
      remove: {
        summary: "Remove a parameter from the frames that follow",
        load: async () => (await import("./parameters/remove.ts")).runRemove,
      },
    },
  },
  settings: {
    summary: "List and forget the settings that Tango clients have changed",
    brief: "The settings that Tango clients have changed. They override the configuration, also after a restart.",
    commands: {
      list: {
        summary: "Each such setting with its value, the one before, and when it was changed",
        load: async () => (await import("./settings/list.ts")).runList,
      },
      forget: {
        summary: "Return to the value of the configuration",
        load: async () => (await import("./settings/forget.ts")).runForget,
      },
    },
  },
  tango: {
    summary: "Register the device in a Tango database, show attributes of others",
    brief:
      "The Tango device server is a part of pewatch run, where [tango] enabled = true (pewatch docs tango); attributes " +
      "of other devices are read where [plugins.tango] lists them (pewatch docs values).",
    commands: {
      register: {
        summary: "Write the server, its class and its device into the Tango database",
        load: async () => (await import("./tango/register.ts")).runRegister,
      },
      unregister: {
        summary: "Take them out of it again",
        load: async () => (await import("./tango/register.ts")).runUnregister,
      },
      values: {
        summary: "Show the attributes of other devices that are read, live",
        load: async () => (await import("./values/tango.ts")).runTangoValues,
      },
      client: {
        summary: null,
        load: async () => (await import("./tango/client.ts")).runTangoClient,
      },
    },
  },
  epics: {
    summary: "Show process variables of EPICS that are read",
    brief: "Process variables of EPICS are read where [plugins.epics] lists them (pewatch docs values).",
    commands: {
      values: {
        summary: "Show the process variables that are read, live",
        load: async () => (await import("./values/epics.ts")).runEpicsValues,
      },
    },
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
