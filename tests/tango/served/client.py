"""Checks of a running pewatch by a client of PyTango: client.py NAME CHECK…; ends with 0 where all hold."""
import os
import sys
import threading
import time

import tango

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "ffi", "tango", "client"))
from checks import admin_name, connect, equal, failure_of  # noqa: E402

FRAMES_MIN = 20
FRAMES_MOVED = 5
READS = 500
MAY_BE_UNKNOWN = {"RamDiskFree", "OutputFree", "Latency", "Preview"}
TANGOS_OWN = {"State", "Status"}


def check_reads(proxy):
    """Every attribute of the table can be read, and what need not be unknown has a value."""
    equal((proxy.info().dev_class, proxy.info().server_id), ("PeWatchDaemon", "PEWatchDaemon/1"))
    for config in proxy.attribute_list_query():
        read = proxy.read_attribute(config.name)
        assert config.name in TANGOS_OWN or config.description not in ("", "No description"), config.name
        if config.name not in MAY_BE_UNKNOWN:
            equal((config.name, read.quality), (config.name, tango.AttrQuality.ATTR_VALID))
    assert 0 < proxy.TickTackPeriod < 1 and proxy.NumThreads >= 4
    equal(proxy.MaxProc, 5)
    lines = [line.split(" ") for line in proxy.Plugins]
    equal([line[0] for line in lines], ["01_prepare_raw", "02_merge_data", "03_finalize"])
    # The state is another one at each moment.
    equal([line.split(" ")[:-1] for line in proxy.PluginInfo("").split("\n")], [line[:-1] for line in lines])


def check_preview(proxy):
    deadline = time.monotonic() + 10
    while proxy.read_attribute("Preview").quality != tango.AttrQuality.ATTR_VALID:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    preview = proxy.Preview
    equal((preview.shape, preview.dtype.name), ((64, 64), "uint16"))
    assert preview.min() == 0 and preview.max() == 65535


def check_writes(proxy):
    """What is taken is read back and is the set point; what is not leaves both."""
    for name, value in [("MaxProc", 3), ("MaxProc", 5), ("DirOutput", "gr\u00fcn/5 \u00b5m"), ("DirOutput", "")]:
        proxy.write_attribute(name, value)
        read = proxy.read_attribute(name)
        equal((with_slashes(read.value), with_slashes(read.w_value)), (value, value))
    raw = proxy.DirRaw
    for name, value, why in [
        ("MaxProc", 10, "a number from 1 to 9 is needed"),
        ("MaxProc", 0, "a number from 1 to 9 is needed"),
        ("DirRaw", raw + "-missing", "does not exist"),
        ("DirRaw", "raw", ""),
        ("DirRaw", proxy.DirTemp, ""),
        ("DirOutput", "../up", ""),
        ("DirOutput", "/tmp", ""),
        ("DirOutput", "C:\\up", ""),
        ("DirOutput", "\\\\server\\share", ""),
        ("DirOutput", "gr\u00c3\u00bcn", "UTF-8"),
        ("DirOutput", "5 \\u20ac", "cannot carry"),
    ]:
        before = proxy.read_attribute(name).value
        _, words, took_s = failure_of(proxy.write_attribute, name, value)
        assert why in words and len(words) > 20 and took_s < 2.9, (name, value, words, took_s)
        read = proxy.read_attribute(name)
        equal((read.value, read.w_value), (before, before))
    equal(proxy.DirRaw, raw)
    assert "there are 01_prepare_raw" in failure_of(proxy.PluginInfo, "none")[1]


def with_slashes(value):
    """A path as Linux writes it."""
    return value.replace("\\", "/") if isinstance(value, str) else value


def check_events(proxy):
    """Every frame is an event of FramesDelivered and of LastFrame: none is left out."""
    seen = {"FramesDelivered": [], "LastFrame": []}
    come = threading.Condition()

    def take(event):
        with come:
            name = event.attr_name.split("/")[-1].split("#")[0]
            key = next(key for key in seen if key.lower() == name.lower())
            seen[key].append(event.errors if event.err else event.attr_value.value)
            come.notify_all()

    ids = [proxy.subscribe_event(name, tango.EventType.CHANGE_EVENT, take) for name in seen]
    with come:
        # The first of each was read; the rest was pushed.
        assert come.wait_for(lambda: all(len(values) > FRAMES_MIN for values in seen.values()), 40), seen
    # PyTango 9 crashes where it connects its events anew, as after the restarts of a check that follows.
    for one in ids:
        proxy.unsubscribe_event(one)
    delivered = seen["FramesDelivered"][1:]
    equal(delivered, list(range(delivered[0], delivered[0] + len(delivered))))
    # The detector uses the name R-00001 again.
    frames = [frame for frame in seen["LastFrame"][1:] if not frame.endswith("R-00001.tif")]
    equal(len(set(frames)), len(frames))


def check_stop_and_start(proxy):
    proxy.Stop()
    deadline = time.monotonic() + 20
    while proxy.State() != tango.DevState.ON:
        assert time.monotonic() < deadline, proxy.Status()
        time.sleep(0.05)
    assert "Stopped" in proxy.Status(), proxy.Status()
    delivered = proxy.FramesDelivered
    time.sleep(0.5)
    equal(proxy.FramesDelivered, delivered)
    proxy.Start()
    deadline = time.monotonic() + 20
    while proxy.FramesDelivered == delivered:
        assert time.monotonic() < deadline, proxy.Status()
        time.sleep(0.05)
    assert proxy.State() in (tango.DevState.RUNNING, tango.DevState.ALARM), (proxy.State(), proxy.Status())


def check_output_folder(proxy):
    """Frames go where a client wants them."""
    proxy.DirOutput = "day 1\\gr\u00fcn"
    delivered = proxy.FramesDelivered
    deadline = time.monotonic() + 40
    while proxy.FramesDelivered < delivered + FRAMES_MOVED:
        assert time.monotonic() < deadline, proxy.Status()
        time.sleep(0.05)


def check_quick_preview(proxy):
    """The largest preview is not held up: where its end waits for the client's acknowledgement, it takes 270 ms."""
    deadline = time.monotonic() + 20
    while proxy.read_attribute("Preview").dim_x != 512:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    quickest_s = min(seconds_of(proxy.read_attribute, "Preview") for _ in range(10))
    print(f"preview of 512 x 512: {quickest_s * 1000:.1f} ms")
    assert quickest_s < 0.2


def check_reads_a_second(proxy):
    print(f"{READS / seconds_of(lambda: [proxy.read_attribute('Backlog') for _ in range(READS)]):.0f} reads a second")


def seconds_of(call, *arguments):
    started = time.monotonic()
    call(*arguments)
    return time.monotonic() - started


def check_restarts(proxy):
    """Init, DevRestart and RestartServer leave the device as it was."""
    delivered = proxy.FramesDelivered
    admin = connect(admin_name(proxy))
    for call in (proxy.Init, lambda: admin.DevRestart(proxy.dev_name()), admin.RestartServer):
        call()
        deadline = time.monotonic() + 20
        while True:
            try:
                assert proxy.FramesDelivered >= delivered and proxy.State() != tango.DevState.INIT
                break
            except tango.DevFailed:
                assert time.monotonic() < deadline
                time.sleep(0.2)


def check_kill(proxy):
    connect(admin_name(proxy)).Kill()


if __name__ == "__main__":
    for check in sys.argv[2:]:
        globals()[f"check_{check}"](connect(sys.argv[1]))
