"""call.py DEVICE COMMAND [ARGUMENT as JSON]: calls a command of a device, as an operator would."""
import json
import sys

import tango

device = tango.DeviceProxy(sys.argv[1])
device.set_timeout_millis(20000)
arguments = [json.loads(one) for one in sys.argv[3:]]
device.command_inout(sys.argv[2], *arguments)
