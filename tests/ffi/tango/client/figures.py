"""Measures a served test device as a client: figures.py NAME; prints JSON."""
import json
import statistics
import sys
import threading
import time

import tango

from checks import connect

READS = 20_000
WRITES = 3_000
EVENTS = 300
# An image on demand is made twice a second: so many that what its making takes is shared by as many as it is in use.
IMAGES = 3000


def rate(times, call):
    started = time.perf_counter()
    for _ in range(times):
        call()
    return times / (time.perf_counter() - started)


def latencies_us(times, call):
    taken = []
    for i in range(times):
        started = time.perf_counter()
        call(i)
        taken.append((time.perf_counter() - started) * 1e6)
    return taken


def event_latencies_us(proxy):
    """From the begin of the write that causes it to the event in the client."""
    arrived = threading.Condition()
    seen = []

    def take(event):
        with arrived:
            seen.append(None if event.err else event.attr_value.value)
            arrived.notify_all()

    proxy.subscribe_event("Gain", tango.EventType.CHANGE_EVENT, take)
    time.sleep(1)
    taken = []
    for i in range(EVENTS):
        value = 1000.0 + i
        started = time.perf_counter()
        proxy.write_attribute("Gain", value)
        with arrived:
            assert arrived.wait_for(lambda: value in seen, 5)
        taken.append((time.perf_counter() - started) * 1e6)
    return taken


def main():
    proxy = connect(sys.argv[1])
    seven = ["Gain", "Text", "MaxProc", "Port", "Counter", "State", "Status"]
    rate(500, lambda: proxy.read_attribute("Gain"))
    writes = latencies_us(WRITES, lambda i: proxy.write_attribute("Gain", float(i)))
    events = event_latencies_us(proxy)
    print(json.dumps({
        "reads_per_s": round(rate(READS, lambda: proxy.read_attribute("Gain"))),
        "reads_of_7_per_s": round(rate(READS // 4, lambda: proxy.read_attributes(seven))),
        "images_per_s": round(rate(IMAGES, lambda: proxy.read_attribute("Preview"))),
        "write_us_median": round(statistics.median(writes)),
        "write_us_p99": round(sorted(writes)[int(len(writes) * 0.99)]),
        "echo_us_median": round(statistics.median(latencies_us(WRITES, lambda i: proxy.Echo("text")))),
        "event_us_median": round(statistics.median(events)),
        "event_us_p99": round(sorted(events)[int(len(events) * 0.99)]),
    }))


if __name__ == "__main__":
    main()
