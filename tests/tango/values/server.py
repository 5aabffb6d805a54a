"""Devices of a beamline, good and bad, in PyTango. server.py INSTANCE ARGS…, as any device server."""
import enum
import sys
import time

import numpy
from tango import AttrQuality, CmdArgType, DevState
from tango.server import Device, attribute, command, run


class Shutter(enum.IntEnum):
    CLOSED = 0
    OPEN = 1
    MOVING = 2


class Values(Device):
    init_s = 0.0

    def init_device(self):
        time.sleep(Values.init_s)
        super().init_device()
        self.hang_s = 0.0
        self.position = 1.5
        self.quality = AttrQuality.ATTR_VALID
        self.stamp = None
        self.shutter = Shutter.OPEN
        self.channels = 4
        self.set_change_event("Position", True, False)
        self.set_state(DevState.MOVING)

    def with_state(self, value):
        return value, self.stamp if self.stamp is not None else time.time(), self.quality

    @attribute(dtype=float, unit="mm", label="Sample x")
    def Position(self):
        time.sleep(self.hang_s)
        return self.with_state(self.position)

    @attribute(dtype="float32", unit="K")
    def Temperature(self):
        return 295.25

    @attribute(dtype="int16")
    def Short(self):
        return -3

    @attribute(dtype=CmdArgType.DevUChar)
    def Byte(self):
        return 200

    @attribute(dtype="uint16")
    def UShort(self):
        return 65535

    @attribute(dtype="int32")
    def Long(self):
        return -2147483648

    @attribute(dtype="uint32")
    def ULong(self):
        return 4294967295

    @attribute(dtype="int64")
    def Long64(self):
        return 9007199254740993

    @attribute(dtype="uint64")
    def ULong64(self):
        return 18446744073709551615

    @attribute(dtype=bool)
    def Enabled(self):
        return True

    @attribute(dtype=str)
    def Proposal(self):
        return "I-20260001 Größe"

    @attribute(dtype=Shutter)
    def Shutter(self):
        return self.shutter

    @attribute(dtype=(float,), max_dim_x=4096, unit="counts")
    def Spectrum(self):
        return numpy.arange(self.channels, dtype=float)

    @attribute(dtype=(str,), max_dim_x=16)
    def Names(self):
        return ["CeO2", "LaB6"]

    @attribute(dtype=(bool,), max_dim_x=16)
    def Flags(self):
        return [True, False, True]

    @attribute(dtype=((float,),), max_dim_x=16, max_dim_y=16)
    def Image(self):
        return numpy.zeros((4, 4))

    @attribute(dtype=float)
    def Broken(self):
        raise RuntimeError("the controller says no")

    @attribute(dtype=float)
    def Hanging(self):
        time.sleep(60)
        return 1.0

    @command(dtype_in=float)
    def SetPosition(self, value):
        self.position = value

    @command(dtype_in=float)
    def Push(self, value):
        self.position = value
        self.push_change_event("Position", value)

    @command(dtype_in=str)
    def SetQuality(self, name):
        self.quality = getattr(AttrQuality, "ATTR_" + name)

    @command(dtype_in=float)
    def SetStamp(self, seconds):
        self.stamp = seconds if seconds != -1 else None

    @command(dtype_in=float)
    def SetHang(self, seconds):
        self.hang_s = seconds

    @command(dtype_in=float)
    def SetInit(self, seconds):
        """How long the next start of a device takes."""
        Values.init_s = seconds

    @command(dtype_in="int32")
    def SetChannels(self, count):
        self.channels = count


if __name__ == "__main__":
    sys.argv[0] = "Values"
    run((Values,))
