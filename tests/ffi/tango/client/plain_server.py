"""The test device written in PyTango as one would: what the shim's figures are compared with."""
import numpy
from tango import AttrQuality, AttrWriteType, DevState
from tango.server import Device, attribute, command, run


class PeWatchTest(Device):
    def init_device(self):
        super().init_device()
        self._gain = 0.25
        self._text = "first"
        self._counter = 0
        self._histogram = numpy.arange(1000, dtype=float)
        self._preview = numpy.zeros((512, 512), dtype=numpy.uint16)
        for name in ("Gain", "Text", "Counter"):
            self.set_change_event(name, True, False)
        self.set_state(DevState.ON)

    @attribute(dtype=float, access=AttrWriteType.READ_WRITE, unit="s", format="%.6g")
    def Gain(self):
        return self._gain

    @Gain.write
    def Gain(self, value):
        self._gain = value
        self.push_change_event("Gain", value)

    @attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    def Text(self):
        return self._text

    @Text.write
    def Text(self, value):
        self._text = value
        self.push_change_event("Text", value)

    @attribute(dtype="int64")
    def MaxProc(self):
        return 5

    @attribute(dtype="uint16")
    def Port(self):
        return 8099

    @attribute(dtype="int64")
    def Counter(self):
        return self._counter

    @attribute(dtype=(float,), max_dim_x=4096)
    def Histogram(self):
        return self._histogram

    @attribute(dtype=(("uint16",),), max_dim_x=512, max_dim_y=512)
    def Preview(self):
        return self._preview

    @command(dtype_in=str, dtype_out=str)
    def Echo(self, text):
        return text


if __name__ == "__main__":
    run((PeWatchTest,))
