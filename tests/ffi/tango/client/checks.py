"""Checks of a served test device by a client of PyTango: checks.py NAME [CHECK...]; ends with 0 where all hold."""
import inspect
import multiprocessing
import sys
import threading
import time
from queue import Empty

import tango

SUBSCRIBERS = 3
# cppTango drops what a subscriber that is slow has not taken of more than 1,000.
BURST = 500
# With the thread sanitizer and other programs on all cores; counts from a client's own connection, before the last one's.
EVENT_S_MAX = 200
TEXT_BYTES_MAX = 65536


def connect(name):
    """A server that is just starting may delay a first connection."""
    deadline = time.monotonic() + 60
    while True:
        try:
            proxy = tango.DeviceProxy(name)
            # Of the 3 s that a client waits by default a busy machine takes more than the server leaves.
            proxy.set_timeout_millis(60_000)
            proxy.ping()
            return proxy
        except tango.DevFailed:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def failure_of(call, *arguments):
    """Reason and words of the DevFailed that the call must raise, and how long it took."""
    started = time.monotonic()
    try:
        call(*arguments)
    except tango.DevFailed as failed:
        return failed.args[0].reason, failed.args[0].desc, time.monotonic() - started
    raise AssertionError("it did not fail")


def equal(found, expected):
    assert found == expected, f"{found!r:.500} instead of {expected!r:.500}"


def check_reads(proxy):
    equal(proxy.read_attribute("Gain").value, 0.25)
    equal(proxy.MaxProc, 5)
    equal(proxy.Port, 8099)
    equal(list(proxy.Lines), ["one", "\u00b5m"])
    histogram = proxy.read_attribute("Histogram")
    equal([float(n) for n in histogram.value], [float(n) for n in range(1000)])
    equal(histogram.quality, tango.AttrQuality.ATTR_VALID)
    latency = proxy.read_attribute("Latency")
    equal((latency.value, latency.quality), (None, tango.AttrQuality.ATTR_INVALID))
    assert abs(proxy.read_attribute("Gain").time.totime() - time.time()) < 600
    equal([a.name for a in proxy.read_attributes(["Gain", "Text", "Port"])], ["Gain", "Text", "Port"])


def check_descriptions(proxy):
    gain = proxy.get_attribute_config("Gain")
    equal((gain.unit, gain.format, gain.description), ("s", "%.6g", "What Gain is"))
    equal(gain.writable, tango.AttrWriteType.READ_WRITE)
    max_proc = proxy.get_attribute_config("MaxProc")
    equal((max_proc.min_value, max_proc.max_value), ("1", "9"))
    equal(proxy.get_command_config("Burst").disp_level, tango.DispLevel.EXPERT)
    equal(proxy.get_command_config("Echo").in_type_desc, "a text")
    preview = proxy.get_attribute_config("Preview")
    equal((preview.data_type, preview.max_dim_x, preview.max_dim_y), (tango.CmdArgType.DevUShort, 512, 512))
    equal(proxy.info().dev_class, "PeWatchTest")


def check_writes(proxy):
    for name, value in [("Text", "Gr\u00f6\u00dfe \u00b5m"), ("MaxProc", 9), ("Big", 2**63 - 1), ("Big", -(2**63)),
                        ("Gain", 1e-300), ("Port", 65535), ("Text", "")]:
        proxy.write_attribute(name, value)
        read = proxy.read_attribute(name)
        equal((read.value, read.w_value), (value, value))
    read = proxy.write_read_attribute("Gain", 0.5)
    equal((read.value, read.w_value), (0.5, 0.5))


def check_refused_writes(proxy):
    proxy.Text = "kept"
    reason, words, _ = failure_of(proxy.write_attribute, "Text", "no such folder")
    equal((reason, words), ("PeWatch_Refused", "There is no such folder"))
    read = proxy.read_attribute("Text")
    equal((read.value, read.w_value), ("kept", "kept"))
    for beyond in (0, 10):
        failure_of(proxy.write_attribute, "MaxProc", beyond)
    failure_of(proxy.write_attribute, "Counter", 1)


def check_long_texts(proxy):
    longest = "x" * TEXT_BYTES_MAX
    proxy.Text = longest
    equal(proxy.Text, longest)
    equal(proxy.Echo(longest), longest)
    for call in (lambda: proxy.write_attribute("Text", "y" * 4_000_000), lambda: proxy.Echo("y" * 4_000_000)):
        reason, words, took_s = failure_of(call)
        equal(reason, "PeWatch_TooLong")
        assert "4000000 bytes" in words, (words, took_s)
    equal(proxy.Text, longest)
    proxy.Text = "short"


def check_commands(proxy):
    equal(proxy.Echo("\u00e4"), "\u00e4")
    proxy.Start()
    equal((proxy.State(), proxy.Status()), (tango.DevState.RUNNING, "Waiting for frames"))
    equal(proxy.read_attribute("State").value, tango.DevState.RUNNING)


def check_time_limit(proxy):
    """While one client waits for an answer that never comes, others read and command as ever."""
    other = connect(full_name(proxy))
    done = threading.Event()
    slowest_s = [0.0]

    def read():
        while not done.is_set():
            started = time.monotonic()
            other.read_attributes(["Gain", "Text", "Histogram"])
            other.Echo("meanwhile")
            slowest_s[0] = max(slowest_s[0], time.monotonic() - started)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for call in (lambda: proxy.Silent(), lambda: proxy.write_attribute("Text", "silence")):
            reason, words, took_s = failure_of(call)
            equal(reason, "PeWatch_Timeout")
            assert "may still take effect" in words, words
            assert 2.3 < took_s, took_s
    finally:
        done.set()
        reader.join()
    assert slowest_s[0] < 15, slowest_s[0]
    equal(proxy.Slow("0.3"), "0.3")
    assert proxy.Text != "silence"


def write_many(name, number, writes):
    proxy = connect(name)
    for i in range(writes):
        proxy.Text = f"{number} {i} " + "x" * (i % 50)
        proxy.Gain = float(i)
        read = proxy.read_attribute("Text")
        assert read.value == read.w_value, (read.value, read.w_value)


def check_many_writers(proxy):
    together(write_many, [(full_name(proxy), number, 50) for number in range(6)])


def collect(name, kind, last, queue):
    """Tells when pushed events come in, then what came when `last` has."""
    proxy = connect(name)
    values = []
    arrived = threading.Condition()

    def take(event):
        with arrived:
            values.append(str(event.errors) if event.err else event.attr_value.value)
            arrived.notify_all()

    proxy.subscribe_event("Counter", kind, take)
    with arrived:
        # The first is what was read when subscribing; ZeroMQ connects a little later.
        assert arrived.wait_for(lambda: len(values) > 1, EVENT_S_MAX)
    queue.put("ready")
    with arrived:
        arrived.wait_for(lambda: values[-1] == last.value, EVENT_S_MAX)
    queue.put(values[1:])


def check_events(proxy):
    """Each value that Counter takes comes to each client, in order: as change event, as archive event."""
    for kind in (tango.EventType.CHANGE_EVENT, tango.EventType.ARCHIVE_EVENT):
        queue = multiprocessing.Queue()
        last = multiprocessing.Value("q", -1)
        clients = [multiprocessing.Process(target=collect, args=(full_name(proxy), kind, last, queue))
                   for _ in range(SUBSCRIBERS)]
        for client in clients:
            client.start()
        ready = 0
        while ready < len(clients):
            proxy.Burst("1")
            try:
                equal(queue.get(timeout=0.05), "ready")
                ready += 1
            except Empty:
                assert any(client.is_alive() for client in clients)
        last.value = proxy.Counter + BURST
        equal(proxy.Burst(str(BURST)), str(last.value))
        for _ in clients:
            values = queue.get(timeout=2 * EVENT_S_MAX)
            equal(values, list(range(values[0], last.value + 1)))
        for client in clients:
            client.join()


def check_state_events(proxy):
    seen = []
    ids = [proxy.subscribe_event(name, tango.EventType.CHANGE_EVENT,
                                 lambda event: seen.append(event.attr_value.value if not event.err else event.errors))
           for name in ("State", "Status", "Text", "MaxProc")]
    run = f"{time.monotonic()}"

    def wait_for(value):
        deadline = time.monotonic() + 60
        while value not in seen and time.monotonic() < deadline:
            time.sleep(0.01)
        return value in seen

    # What comes on subscribing was read; ZeroMQ connects a little later.
    for i in range(100):
        proxy.Text = f"connected {run} {i}"
        time.sleep(0.05)
        if any(str(one).startswith(f"connected {run}") for one in seen):
            break
    proxy.Start()
    proxy.MaxProc = 4
    proxy.MaxProc = 3
    texts = [f"event {run} {i}" for i in range(20)]
    for text in texts:
        proxy.Text = text
    assert wait_for(texts[-1]) and wait_for(3), seen
    equal([one for one in seen if one in texts], texts)
    assert tango.DevState.RUNNING in seen and "Waiting for frames" in seen and 3 in seen, seen
    for one in ids:
        proxy.unsubscribe_event(one)


def check_image_on_demand(proxy):
    """It is made when it is read, not before, and not for each of those who read at once."""
    first = int(proxy.Preview[0][0])
    time.sleep(1.2)
    equal(int(proxy.Preview[511][511]), first + 1)
    started = time.monotonic()
    together(read_preview, [(full_name(proxy),) for _ in range(4)])
    took_s = time.monotonic() - started
    last = int(proxy.Preview[0][0])
    assert last - first <= 2 + took_s / 0.5 + 1, (first, last, took_s)


def read_preview(name):
    proxy = connect(name)
    for _ in range(20):
        equal(proxy.Preview.shape, (512, 512))


def read_always(name, ended, good):
    """Reads and writes until `ended` is set, whatever the server says meanwhile, and counts in `good` what succeeds."""
    proxy = connect(name)
    while not ended.is_set():
        try:
            proxy.read_attributes(["Text", "Counter", "Histogram", "State"])
            proxy.write_attribute("Text", "under load")
            good.value += 1
        except tango.DevFailed:
            time.sleep(0.02)
        except TypeError as error:
            # A client gives up asking for an attribute's properties without an error while its device is made anew.
            assert "data_format" in str(error), error
            time.sleep(0.02)


def check_restarts(proxy):
    """Init, DevRestart and RestartServer while clients read and write."""
    ended = multiprocessing.Event()
    goods = [multiprocessing.Value("i", 0) for _ in range(3)]
    load = [multiprocessing.Process(target=read_always, args=(full_name(proxy), ended, good)) for good in goods]
    for client in load:
        client.start()
    admin = connect(admin_name(proxy))
    device = proxy.dev_name()
    begin = time.monotonic()
    rounds = 0

    def enough():
        return rounds >= 6 and all(good.value > 10 for good in goods)

    # Six seconds of restarts; on a busy machine as many as it takes, each client being served between them.
    while (took := time.monotonic() - begin) < 6 or (took < 120 and not enough()):
        for call in (proxy.Init, lambda: admin.DevRestart(device), admin.RestartServer):
            try:
                call()
                rounds += 1
            except tango.DevFailed:
                pass
            time.sleep(0.3)
    served = [good.value for good in goods]
    ended.set()
    for client in load:
        client.join()
        equal(client.exitcode, 0)
    assert enough(), (rounds, served)
    equal(connect(full_name(proxy)).Echo("alive"), "alive")


def check_reads_in_masses(proxy):
    for _ in range(2000):
        proxy.read_attribute("Gain")
    for _ in range(50):
        proxy.read_attribute("Preview")


def check_kill(proxy):
    connect(admin_name(proxy)).Kill()


def full_name(proxy):
    host, port, name = proxy.get_db_host(), proxy.get_db_port(), proxy.dev_name()
    if proxy.is_dbase_used():
        return f"tango://{host}:{port}/{name}"
    return f"tango://{proxy.get_dev_host()}:{proxy.get_dev_port()}/{name}#dbase=no"


def admin_name(proxy):
    if proxy.is_dbase_used():
        return proxy.adm_name()
    return full_name(proxy).replace(proxy.dev_name(), "dserver/" + proxy.info().server_id)


def together(run, all_arguments):
    processes = [multiprocessing.Process(target=run, args=arguments) for arguments in all_arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        equal(process.exitcode, 0)


CHECKS = {name[len("check_"):]: found for name, found in list(globals().items())
          if name.startswith("check_") and inspect.isfunction(found)}


def main():
    # A client of cppTango does not survive a fork: they are forked from a process that has loaded Tango and has no client.
    multiprocessing.set_start_method("forkserver")
    multiprocessing.set_forkserver_preload(["tango"])
    name, wanted = sys.argv[1], sys.argv[2:]
    proxy = connect(name)
    for check in wanted or [one for one in CHECKS if one != "kill"]:
        started = time.monotonic()
        CHECKS[check](proxy)
        print(f"{check} holds ({time.monotonic() - started:.2f} s)", flush=True)


if __name__ == "__main__":
    main()
