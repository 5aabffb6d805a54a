"""Runs a command on a terminal of its own and shows what it writes; a line on standard input is a Ctrl-C there.

live_values.py PROGRAM ARGS…; its exit code is the program's.
"""

import os
import pty
import select
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
reading = [terminal, 0]
while True:
    ready, _, _ = select.select(reading, [], [])
    if 0 in ready:
        if os.read(0, 1024):
            os.write(terminal, b"\x03")
        reading.remove(0)
    if terminal in ready:
        try:
            text = os.read(terminal, 65536)
        except OSError:
            break
        if not text:
            break
        os.write(1, text)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
