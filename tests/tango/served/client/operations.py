"""Every operation that a device server offers, called by a client of PyTango: operations.py NAME; a line of JSON each: what, what came of it."""
import json
import os
import sys
import time

import tango

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "ffi", "tango", "client"))
from checks import admin_name, connect  # noqa: E402

HOSTILE_TEXTS = ["", " ", "x" * 100_000, "%s%n%s%n", "nan", "1e400", "-", "\u00e9", "Not specified", "NaN", "a\nb", "NULL"]
NUMBERS = ["MaxProc", "FrameRate", "Backlog"]
HISTORY = 5
EVENTS = [getattr(tango.EventType, f"{name}_EVENT")
          for name in ("CHANGE", "ARCHIVE", "PERIODIC", "QUALITY", "ALARM", "ATTR_CONF", "DATA_READY", "INTERFACE_CHANGE", "PIPE")
          if hasattr(tango.EventType, f"{name}_EVENT")]


def long_strings(numbers, texts):
    """The argument of commands with DevVarLongStringArray."""
    return [numbers, texts]


class Operations:
    def __init__(self, name):
        self.device = connect(name)
        self.name = self.device.dev_name()
        self.admin = connect(admin_name(self.device))

    def all(self):
        """Names and calls."""
        for proxy, who in ((self.device, "device"), (self.admin, "admin device")):
            yield from ((f"{what} of the {who}", call) for what, call in self.of_any(proxy))
        yield from self.of_attributes()
        yield from self.of_configurations()
        yield from self.of_commands()
        yield from self.of_polling()
        yield from self.of_admin_commands()
        yield from self.of_locks()
        yield from self.of_pipes()
        yield from self.of_events()
        yield from self.of_properties()
        yield from self.of_restarts()

    def of_any(self, proxy):
        yield "ping", proxy.ping
        yield "info", proxy.info
        yield "name", proxy.name
        yield "description", proxy.description
        yield "adm_name", proxy.adm_name
        yield "alias", proxy.alias
        yield "state", proxy.state
        yield "status", proxy.status
        yield "command_list_query", proxy.command_list_query
        yield "attribute_list_query", proxy.attribute_list_query
        for count in (1, 10, 1_000_000, 2**31 - 1, 0, -1):
            yield f"black_box {count}", lambda count=count: proxy.black_box(count)
        for name in ("State", "", "nothing", "x" * 10_000):
            yield f"command_query {name[:9]}", lambda name=name: proxy.command_query(name)
            yield f"read {name[:9]}", lambda name=name: proxy.read_attribute(name)
            yield f"get_attribute_config {name[:9]}", lambda name=name: proxy.get_attribute_config(name)
            yield f"command {name[:9]}", lambda name=name: proxy.command_inout(name)
            for depth in (1, 0, -1, -2**31, 2**31 - 1):
                yield f"attribute_history {name[:9]} {depth}", lambda name=name, depth=depth: proxy.attribute_history(name, depth)
                yield f"command_history {name[:9]} {depth}", lambda name=name, depth=depth: proxy.command_history(name, depth)
        yield "set_attribute_config State", lambda: self.configure("State", proxy, label="The state")

    def configure(self, attribute, proxy=None, **changes):
        proxy = proxy or self.device
        config = proxy.get_attribute_config(attribute)
        for path, value in changes.items():
            of = config
            *parts, last = path.split("__")
            for part in parts:
                of = getattr(of, part)
            setattr(of, last, value)
        proxy.set_attribute_config(config)

    def of_attributes(self):
        names = [one.name for one in self.device.attribute_list_query()]
        yield "read all", lambda: self.device.read_attributes(names)
        yield "read none", lambda: self.device.read_attributes([])
        yield "read each ten thousand times", lambda: self.device.read_attributes(["Preview"] * 10_000)
        yield "read what is not there", lambda: self.device.read_attributes(["nothing", "Backlog"])
        yield "configurations of too many", lambda: self.device.get_attribute_config(["Backlog"] * 100_000)
        for source in (tango.DevSource.CACHE, tango.DevSource.CACHE_DEV, tango.DevSource.DEV):
            yield f"read from {source}", lambda source=source: self.read_from(source)
        for name in names:
            for value in (1, -1, 2.5, "text", True, [1, 2], [[1, 2], [3, 4]], ["a", "b"], [], 2**63 - 1):
                yield f"write {name} {value}", lambda name=name, value=value: self.write_harmless(name, value)
        yield "write_attributes with a wrong one", lambda: self.device.write_attributes([("MaxProc", 4), ("nothing", 1)])
        yield "write_attributes twice the same", lambda: self.device.write_attributes([("MaxProc", 4), ("MaxProc", 5)])
        yield "write_read", lambda: self.device.write_read_attribute("MaxProc", 5)
        yield "write_read_attributes", lambda: self.device.write_read_attributes([("MaxProc", 5)], ["Backlog", "nothing"])
        yield "write_read of one that is read only", lambda: self.device.write_read_attribute("Backlog", 5)
        yield "poll, history, poll no more", self.attribute_history

    def read_from(self, source):
        self.device.set_source(source)
        try:
            self.device.read_attribute("Backlog")
        finally:
            self.device.set_source(tango.DevSource.CACHE_DEV)

    def write_harmless(self, name, value):
        # Folders stay what they are: frames are in progress.
        if name == "MaxProc" or not name.startswith(("Dir", "Max")):
            self.device.write_attribute(name, value)
        elif not isinstance(value, str):
            self.device.write_attribute(name, value)

    def attribute_history(self):
        self.device.poll_attribute("Backlog", 50)
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    if len(self.device.attribute_history("Backlog", HISTORY)) > 0:
                        break
                except tango.DevFailed:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            for depth in (0, -1, 2**31 - 1, -2**31):
                try:
                    self.device.attribute_history("Backlog", depth)
                except tango.DevFailed:
                    pass
        finally:
            self.device.stop_poll_attribute("Backlog")

    def of_configurations(self):
        yield "unit", lambda: self.configure("FrameRate", unit="Hz")
        yield "unit as before", lambda: self.configure("FrameRate", unit="1/s")
        for field in ("label", "unit", "standard_unit", "display_unit", "format", "description", "min_value", "max_value",
                      "alarms__min_alarm", "alarms__max_alarm", "alarms__min_warning", "alarms__max_warning",
                      "alarms__delta_t", "alarms__delta_val", "events__ch_event__abs_change", "events__ch_event__rel_change",
                      "events__per_event__period", "events__arch_event__archive_abs_change",
                      "events__arch_event__archive_rel_change", "events__arch_event__archive_period"):
            for attribute in (*NUMBERS, "LastFrame", "Preview", "Plugins", "Status"):
                for text in ("1", "-1", *HOSTILE_TEXTS):
                    yield (f"{field} of {attribute}: {text[:9]!r}",
                           lambda attribute=attribute, field=field, text=text: self.configure_and_back(attribute, field, text))
        yield "limits the wrong way round", lambda: self.configure("MaxProc", min_value="8", max_value="2")
        yield "alarms on all that is read", lambda: self.configure_and_back("FrameRate", "alarms__min_alarm", "1000000")

    def configure_and_back(self, attribute, field, text):
        before = self.device.get_attribute_config(attribute)
        try:
            self.configure(attribute, **{field: text})
            self.device.read_attribute(attribute)
            self.device.state()
        finally:
            self.device.set_attribute_config(before)

    def of_commands(self):
        for name in ("PluginInfo", "State", "Status", "ReloadPlugins", "Retry", "Init"):
            for argument in (None, "", "x", "x" * 200_000, 1, -1, 1.5, True, ["a", "b"], [1, 2], [[1], ["a"]], [[1.5], ["a"]]):
                yield f"{name} {str(argument)[:20]}", lambda name=name, argument=argument: self.raw_command(self.device, name, argument)

    def raw_command(self, proxy, name, argument):
        """With the argument's own type, whatever the command wants."""
        data = tango.DeviceData()
        if argument is not None:
            data.insert(type_of(argument), argument)
        proxy.command_inout_raw(name, data) if hasattr(proxy, "command_inout_raw") else proxy.command_inout(name, argument)

    def of_polling(self):
        device = self.name
        for what, call in (("Add", "AddObjPolling"), ("Upd", "UpdObjPollingPeriod")):
            for texts in ([device, "attribute", "Backlog"], [device, "attribute", "Preview"], [device, "attribute", "nothing"],
                          [device, "command", "State"], [device, "command", "Stop"], [device, "command", "Retry"],
                          [device, "commandlocal", "Stop"], [device, "local", "Stop"], [device, "", ""], ["", "", ""],
                          ["no/such/device", "attribute", "x"], [device], [], [device, "attribute", "Backlog", "x"],
                          [device, "12345", "Stop"], ["x" * 10_000, "attribute", "Backlog"]):
                for numbers in ([100], [0], [-1], [1], [], [100, 200], [2**31 - 1]):
                    yield (f"{call} {texts} {numbers}"[:90],
                           lambda call=call, texts=texts, numbers=numbers: self.admin.command_inout(call, long_strings(numbers, texts)))
        yield "PolledDevice", lambda: self.admin.command_inout("PolledDevice")
        for name in (device, "", "no/such/device", "x" * 10_000):
            yield f"DevPollStatus {name[:20]}", lambda name=name: self.admin.command_inout("DevPollStatus", name)
        for name in ("StopPolling", "StopPolling", "StartPolling", "StartPolling"):
            yield name, lambda name=name: self.admin.command_inout(name)
        for texts in ([device, "attribute", "Preview"], [device, "attribute", "Preview"], [device, "attribute", "nothing"],
                      [device, "command", "Stop"], [device, "", ""], [device], [], ["", "", ""], [device, "local", "x"],
                      [device, "12345", "x"], [device, "attribute", "Backlog"], [device, "command", "State"]):
            yield f"RemObjPolling {texts}", lambda texts=texts: self.admin.command_inout("RemObjPolling", texts)
        for attribute in ("State", "Status", "Preview", "LastFrame"):
            yield f"poll {attribute} and no more", lambda attribute=attribute: self.poll_and_back(attribute)

    def poll_and_back(self, attribute):
        self.device.poll_attribute(attribute, 20)
        time.sleep(0.2)
        self.device.stop_poll_attribute(attribute)

    def of_admin_commands(self):
        device, server = self.name, self.admin.dev_name()
        for name in ("QueryClass", "QueryDevice", "QuerySubDevice", "PolledDevice", "StartLogging", "StopLogging",
                     "QueryEventChannelIOR", "GetTraceLevel", "GetTraceOutput", "QueryEventSystem", "State", "Status"):
            yield name, lambda name=name: self.admin.command_inout(name)
        for name in ("QueryWizardClassProperty", "QueryWizardDevProperty", "DevLockStatus", "GetLoggingTarget",
                     "DevPollStatus", "SetTraceOutput", "DevRestart"):
            for text in ("", "PeWatchDaemon", "no/such/device", "x" * 10_000, "/etc/passwd"):
                yield f"{name} {text[:20]}", lambda name=name, text=text: self.admin.command_inout(name, text)
        yield "SetTraceLevel", lambda: self.admin.command_inout("SetTraceLevel", 5)
        yield "EnableEventSystemPerfMon", lambda: self.admin.command_inout("EnableEventSystemPerfMon", True)
        yield "QueryEventSystem again", lambda: self.admin.command_inout("QueryEventSystem")
        for target in ("file::/tmp/pewatch-log-target", "file::", "file", "", "console::", "console::cout", "device::",
                       f"device::{device}", "device::no/such/device", "::", "what::x"):
            for name in ("AddLoggingTarget", "RemoveLoggingTarget"):
                for texts in ([device, target], ["*", target], [server, target], [device], [], ["no/such/device", target]):
                    yield f"{name} {texts}", lambda name=name, texts=texts: self.admin.command_inout(name, texts)
        for levels in ([5], [0], [-1], [99], [], [5, 5]):
            for texts in ([device], ["*"], [server], [], ["no/such/device"]):
                yield (f"SetLoggingLevel {levels} {texts}",
                       lambda levels=levels, texts=texts: self.admin.command_inout("SetLoggingLevel", long_strings(levels, texts)))
        yield "GetLoggingLevel", lambda: self.admin.command_inout("GetLoggingLevel", [device])
        yield "SetLoggingLevel as before", lambda: self.admin.command_inout("SetLoggingLevel", long_strings([2, 2], [device, server]))
        events = ["change", "archive", "periodic", "quality", "attr_conf", "data_ready", "user_event", "pipe", "intr_change",
                  "idl5_change", "idl", "alarm", "nothing", ""]
        for name in ("ZmqEventSubscriptionChange", "EventSubscriptionChange"):
            for texts in ([], [""], ["info"], ["a", "b"], ["a", "b", "c"]):
                yield f"{name} {texts}", lambda name=name, texts=texts: self.admin.command_inout(name, texts)
            for event in events:
                for attribute in ("Backlog", "State", "Preview", "Plugins", "nothing", ""):
                    for more in ([], ["0"], ["3"], ["4"], ["5"], ["-7"], ["99"], ["x"]):
                        texts = [device, attribute, "subscribe", event, *more]
                        yield f"{name} {texts}", lambda name=name, texts=texts: self.admin.command_inout(name, texts)
        for texts in ([], ["a"], [device, "Backlog", "change"], [device, "nothing", "change"], [device, "Backlog", "idl"],
                      [device, "Backlog", "idl9_change"], ["no/such/device", "Backlog", "change"]):
            yield f"EventConfirmSubscription {texts}", lambda texts=texts: self.admin.command_inout("EventConfirmSubscription", texts)

    def of_locks(self):
        device = self.name
        for name in ("LockDevice", "UnLockDevice"):
            for numbers, texts in (([], []), ([10], []), ([], [device]), ([-1], [device]), ([10], ["no/such/device"]),
                                   ([2**31 - 1], [device]), ([0], [device]), ([10], [self.admin.dev_name()]), ([1], [""])):
                yield (f"{name} {numbers} {texts}",
                       lambda name=name, numbers=numbers, texts=texts: self.admin.command_inout(name, long_strings(numbers, texts)))
        for texts in ([], ["no/such/device"], [device], ["", ""], [device, "no/such/device"]):
            yield f"ReLockDevices {texts}", lambda texts=texts: self.admin.command_inout("ReLockDevices", texts)
        yield "DevLockStatus", lambda: self.admin.command_inout("DevLockStatus", device)
        yield "lock, restart, unlock", self.lock_and_restart
        yield "UnLockDevice by force", lambda: self.admin.command_inout("UnLockDevice", long_strings([1], [device]))

    def lock_and_restart(self):
        self.device.lock()
        self.admin.command_inout("DevRestart", self.name)
        self.device.unlock()

    def of_pipes(self):
        blob = ("blob", [{"name": "x", "value": 1, "dtype": tango.CmdArgType.DevLong}])
        for name in ("", "nothing"):
            yield f"read_pipe {name}", lambda name=name: self.device.read_pipe(name)
            yield f"get_pipe_config {name}", lambda name=name: self.device.get_pipe_config(name)
            yield f"write_pipe {name}", lambda name=name: self.device.write_pipe(name, blob)
        yield "get_pipe_config", lambda: self.device.get_pipe_config()
        yield "set_pipe_config", self.set_pipe_config

    def set_pipe_config(self):
        config = tango.AttributeInfoEx() if not hasattr(tango, "PipeInfo") else tango.PipeInfo()
        config.name = "nothing"
        self.device.set_pipe_config(config)

    def of_events(self):
        for event in EVENTS:
            for attribute in ("FramesDelivered", "State", "Plugins", "Preview", "nothing"):
                yield f"subscribe {attribute} {event}", lambda attribute=attribute, event=event: self.subscribe_and_back(attribute, event)

    def subscribe_and_back(self, attribute, event):
        if event == tango.EventType.INTERFACE_CHANGE_EVENT:
            number = self.device.subscribe_event(event, lambda _event: None)
        else:
            number = self.device.subscribe_event(attribute, event, lambda _event: None)
        self.device.unsubscribe_event(number)

    def of_properties(self):
        yield "get_property", lambda: self.device.get_property(["MaxProc", "nothing"])
        yield "get_property_list", lambda: self.device.get_property_list("*")
        yield "put_property", lambda: self.device.put_property({"a property": ["1", "2"]})
        yield "delete_property", lambda: self.device.delete_property(["a property"])
        yield "Init", lambda: self.device.command_inout("Init")

    def of_restarts(self):
        for name in (self.name, self.name.upper(), f"tango://nowhere:1/{self.name}#dbase=no", self.admin.dev_name()):
            yield f"DevRestart {name}", lambda name=name: self.admin.command_inout("DevRestart", name)
        yield "Init of the admin device", lambda: self.admin.command_inout("Init")
        for _ in range(5):
            # At once, as an impatient person does.
            yield "RestartServer", lambda: self.admin.command_inout("RestartServer")


def type_of(argument):
    types = tango.CmdArgType
    if isinstance(argument, bool):
        return types.DevBoolean
    if isinstance(argument, list):
        if isinstance(argument[0], list):
            return types.DevVarLongStringArray if isinstance(argument[0][0], int) else types.DevVarDoubleStringArray
        return types.DevVarStringArray if isinstance(argument[0], str) else types.DevVarLongArray
    return {int: types.DevLong, float: types.DevDouble, str: types.DevString}[type(argument)]


def main():
    operations = Operations(sys.argv[1])
    for what, call in operations.all():
        try:
            call()
            outcome = {"works": True}
        except tango.DevFailed as failed:
            outcome = {"reason": failed.args[0].reason, "words": failed.args[0].desc}
        except Exception as failed:  # the client itself refuses, in ways of its own
            outcome = {"reason": "client", "words": f"{type(failed).__name__}: {failed}"}
        print(json.dumps({"what": what, **outcome}), flush=True)
    # Not by way of destructors: threads of the client's own events break down in them now and then.
    os._exit(0)


if __name__ == "__main__":
    main()
