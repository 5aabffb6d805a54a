"""configure.py DEVICE ATTRIBUTE CHANGES as JSON: changes an attribute's configuration, as an operator would."""
import json
import sys

import tango

device = tango.DeviceProxy(sys.argv[1])
config = device.get_attribute_config(sys.argv[2])
for key, value in json.loads(sys.argv[3]).items():
    if isinstance(value, list):
        # PyTango 9 has a type of its own for it.
        texts = type(getattr(config, key))()
        texts.extend(value)
        value = texts
    setattr(config, key, value)
device.set_attribute_config(config)
