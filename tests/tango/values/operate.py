"""Does to devices what an operator would: a line [what, device, …] of JSON in, a line out: null, or why it failed."""
import json
import sys

import tango


def command(name, command_name, *arguments):
    device = tango.DeviceProxy(name)
    device.set_timeout_millis(20000)
    device.command_inout(command_name, *arguments)


def configure(name, attribute, changes):
    device = tango.DeviceProxy(name)
    config = device.get_attribute_config(attribute)
    for key, value in changes.items():
        if isinstance(value, list):
            # PyTango 9 has a type of its own for it.
            texts = type(getattr(config, key))()
            texts.extend(value)
            value = texts
        setattr(config, key, value)
    device.set_attribute_config(config)


for line in sys.stdin:
    what, *of = json.loads(line)
    failure = None
    try:
        globals()[what](*of)
    except tango.DevFailed as failed:
        failure = str(failed)
    print(json.dumps(failure), flush=True)
