"""Does one thing very often: masses.py NAME reads|writes|subscriptions TIMES."""
import os
import sys

import tango

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "ffi", "tango", "client"))
from checks import connect  # noqa: E402


def reads(proxy, times):
    names = [one.name for one in proxy.attribute_list_query()]
    for _ in range(times // len(names)):
        proxy.read_attributes(names)


def writes(proxy, times):
    for i in range(times):
        proxy.write_attribute("MaxProc", 4 + i % 2)


def subscriptions(proxy, times):
    for _ in range(times):
        proxy.unsubscribe_event(proxy.subscribe_event("FramesDelivered", tango.EventType.CHANGE_EVENT, lambda _: None))


if __name__ == "__main__":
    globals()[sys.argv[2]](connect(sys.argv[1]), int(sys.argv[3]))
