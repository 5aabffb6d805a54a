"""An IOC (softioc) with records of each kind. Commands on standard input, "OK" after each; ends with its input."""

import sys

from softioc import alarm, asyncio_dispatcher, builder, softioc

dispatcher = asyncio_dispatcher.AsyncioDispatcher()
builder.SetDeviceName("PW:TEST")
RECORDS = {
    "temp": builder.aIn("temp", initial_value=295.25, EGU="K", PREC=3, HIGH=300, HIHI=310, HSV="MINOR", HHSV="MAJOR"),
    "count": builder.longIn("count", initial_value=-7, EGU="counts"),
    "shutter": builder.mbbIn("shutter", "CLOSED", "OPEN", "BETWEEN", initial_value=1),
    "valve": builder.boolIn("valve", ZNAM="shut", ONAM="open", initial_value=1),
    "sample": builder.stringIn("sample", initial_value="CeO2 Größe"),
    "long": builder.longStringIn("long", initial_value="x" * 100),
    "spectrum": builder.WaveformIn("spectrum", [0.0, 1.0, 2.0, 3.0]),
    "large": builder.WaveformIn("large", length=200_000, datatype=float),
}
builder.LoadDatabase()
softioc.iocInit(dispatcher, enable_pva=False)
print("READY", flush=True)
for line in sys.stdin:
    command, name, *rest = line.split()
    if command == "set":
        RECORDS[name].set(type(RECORDS[name].get())(float(rest[0])))
    elif command == "field":
        RECORDS[name].set_field(rest[0], rest[1])
    elif command == "alarm":
        RECORDS[name].set_alarm(int(rest[0]), alarm.READ_ALARM)
    print("OK", flush=True)
