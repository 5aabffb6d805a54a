"""A client of PyTango that does what it is asked, as java/Client.java does: answering.py NAME; lines in, lines of JSON out."""
import json
import os
import sys
import threading
import time

import numpy
import tango

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "ffi", "tango", "client"))
from checks import admin_name, connect  # noqa: E402

KINDS = {"change": tango.EventType.CHANGE_EVENT, "archive": tango.EventType.ARCHIVE_EVENT}


def plain(value):
    if type(value).__name__ == "DevState":  # of PyTango 9 it is no instance of tango.DevState
        return str(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, numpy.ndarray) and value.ndim == 2:
        height, width = value.shape
        return {"width": width, "height": height, "row": [int(pixel) for pixel in value[height // 2]]}
    return [plain(one) for one in value]


def reading(read):
    # Of an INVALID value some clients give the zero that was sent, others nothing.
    invalid = read.quality == tango.AttrQuality.ATTR_INVALID
    shown = {"value": None if invalid else plain(read.value), "quality": str(read.quality)}
    if not invalid and read.w_dim_x > 0:
        shown["set_point"] = plain(read.w_value)
    return shown


class Client:
    def __init__(self, name):
        self.proxy = connect(name)
        self.lock = threading.Lock()
        self.seen = {}
        self.ids = []
        self.admin_proxy = None

    def table(self):
        attributes = {
            one.name: {
                "type": int(one.data_type), "format": int(one.data_format), "writable": int(one.writable),
                "level": int(one.disp_level), "unit": one.unit, "min": one.min_value, "max": one.max_value,
                "number_format": one.format, "description": one.description, "max_x": one.max_dim_x, "max_y": one.max_dim_y,
            } for one in self.proxy.attribute_list_query()
        }
        commands = {
            one.cmd_name: {"in": int(one.in_type), "out": int(one.out_type), "in_text": one.in_type_desc,
                           "out_text": one.out_type_desc, "level": int(one.disp_level)}
            for one in self.proxy.command_list_query()
        }
        return {"class": self.proxy.info().dev_class, "server": self.proxy.info().server_id, "attributes": attributes,
                "commands": commands}

    def read(self, *names):
        names = names or [one.name for one in self.proxy.attribute_list_query()]
        return {read.name: reading(read) for read in self.proxy.read_attributes(list(names))}

    def write(self, name, text):
        is_number = self.proxy.get_attribute_config(name).data_type != tango.CmdArgType.DevString
        self.proxy.write_attribute(name, int(text) if is_number else text)

    def write_long(self, name, size):
        self.proxy.write_attribute(name, "x" * int(size))

    def command(self, name, *arguments):
        return plain(self.proxy.command_inout(name, *arguments))

    def admin(self, name, *arguments):
        # Kept: it is asked for by name, which a database that is away does not know.
        self.admin_proxy = self.admin_proxy or connect(admin_name(self.proxy))
        return plain(self.admin_proxy.command_inout(name, *arguments))

    def poll(self, name):
        self.proxy.poll_attribute(name, 100)

    def unpoll(self, name):
        self.proxy.stop_poll_attribute(name)

    def configure(self, name, field, text):
        config = self.proxy.get_attribute_config(name)
        setattr(config, field, text)
        self.proxy.set_attribute_config(config)

    def subscribe(self, kind):
        """To every scalar."""
        names = [one.name for one in self.proxy.attribute_list_query() if one.data_format == tango.AttrDataFormat.SCALAR]
        for name in names:
            self.seen[name] = []
            self.ids.append(self.proxy.subscribe_event(name, KINDS[kind], lambda event, name=name: self.take(name, event)))

    def take(self, name, event):
        with self.lock:
            self.seen[name].append({"error": str(event.errors[0].reason)} if event.err else reading(event.attr_value)["value"])

    def events(self):
        with self.lock:
            return {name: list(values) for name, values in self.seen.items()}

    def unsubscribe(self):
        while self.ids:
            self.proxy.unsubscribe_event(self.ids.pop())


def main():
    client = Client(sys.argv[1])
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        started = time.monotonic()
        try:
            answer = {"gives": getattr(client, what)(*arguments)}
        except tango.DevFailed as failed:
            # The last is what the API adds; the first is what the server said.
            answer = {"fails": failed.args[0].desc, "reason": failed.args[0].reason}
        except UnicodeError as failed:
            answer = {"fails": str(failed), "reason": "client"}
        print(json.dumps({**answer, "took_s": time.monotonic() - started}), flush=True)


if __name__ == "__main__":
    main()
