"""Makes tests/data/qxrd/qsettings_cases.json: what Qt's own QSettings reads from, and writes into, INI files.

Needs PyQt5 (pip install PyQt5). Run: python3 make_qsettings_cases.py > ../data/qxrd/qsettings_cases.json
"""
import json
import os
import random
import re
import tempfile

from PyQt5.QtCore import QByteArray, QDate, QDateTime, QSettings, QT_VERSION_STR, QTime

READ_COUNT = 400
WRITE_COUNT = 200
PIECES = [
    "a", "b", "x", "0", "7", "9", "f", "=", " ", "\t", "\\", "\\", '"', ",", ",", ";", "\n", "\r\n", "[", "]", "%20", "@String(",
    "%U20ac", "\\x", "\\x41", "\\0", "\\101", "@", "(", ")", "\\n", "s/k", "size=2\n", "k=", "\nk=", "\nm=", "[s]\n",
    "[general]\n", "[%general]\n", "\nlist\\1\\q=", "\xe9", "\nno key\n", "\n# a note\n", "\n[open\n",
]
CHARACTERS = "ab09fF \t,;=@\\\"'?/%[]()\a\b\n\v\f\r\x01\x1f\x7f\x80\xe9\xff\u20ac\u0416"

random.seed(1621)
folder = tempfile.mkdtemp()


def has_stray_quotes(text):
    """Quotes that nothing closes, or that a key or section follows on the next line: the reader ends them on purpose."""
    quoted, escaped = False, False
    for index, character in enumerate(text):
        if quoted and not escaped and character in "\r\n" and re.match(r"\r?\n?(\[|[A-Za-z0-9_.\-%\\]+=)", text[index:]):
            return True
        quoted ^= character == '"' and not escaped
        escaped = character == "\\" and not escaped
    return quoted


def read(number):
    text = "k=" + "".join(random.choice(PIECES) for _ in range(random.randint(1, 40)))
    path = os.path.join(folder, "r%d.ini" % number)
    with open(path, "wb") as file:
        file.write(text.encode("latin1"))
    settings = QSettings(path, QSettings.IniFormat)
    keys = settings.allKeys()
    # QSettings.value() itself cannot ask for a key that begins with a slash; the reader leaves out an empty one. A line
    # that is no key makes Qt say FormatError, and costs itself.
    if settings.status() not in (QSettings.NoError, QSettings.FormatError) or any(k == "" or k[0] == "/" or k[-1] == "/" or "//" in k for k in keys):
        return None
    if has_stray_quotes(text) or (";" in text and '"' in text):
        return None
    # The reader refuses what has more such lines than keys.
    if not keys:
        return None
    values = {}
    for key in keys:
        value = settings.value(key)
        values[key] = {"bytes": bytes(value).hex()} if isinstance(value, QByteArray) else value
    return {"latin1": text, "values": values}


def write(number):
    # No NUL: from Qt 5.15 on such a string becomes @String(...), which QXRD's Qt does not know.
    text = "".join(random.choice(CHARACTERS) for _ in range(random.randint(0, 12)))
    key = "".join(random.choice(CHARACTERS.replace("/", "").replace("\\", "")) for _ in range(3))
    path = os.path.join(folder, "w%d.ini" % number)
    settings = QSettings(path, QSettings.IniFormat)
    settings.setValue("k" + key, text)
    settings.sync()
    with open(path, "rb") as file:
        return {"key": "k" + key, "text": text, "file": file.read().decode("ascii")}


def write_date(number):
    date = QDate(random.randint(1990, 2040), random.randint(1, 12), random.randint(1, 28))
    time = QTime(random.randint(0, 23), random.randint(0, 59), random.randint(0, 59), random.randint(0, 999))
    path = os.path.join(folder, "d%d.ini" % number)
    settings = QSettings(path, QSettings.IniFormat)
    settings.setValue("dateTime", QDateTime(date, time))
    settings.sync()
    with open(path, "rb") as file:
        iso = date.toString("yyyy-MM-dd") + "T" + time.toString("HH:mm:ss.zzz")
        return {"iso": iso, "file": file.read().decode("ascii")}


reads = []
number = 0
while len(reads) < READ_COUNT:
    case = read(number)
    number += 1
    if case is not None:
        reads.append(case)
cases = {
    "qt": QT_VERSION_STR,
    "read": reads,
    "write": [write(n) for n in range(WRITE_COUNT)],
    "dates": [write_date(n) for n in range(20)],
}
# One case a line.
parts = ['{"qt": %s' % json.dumps(cases.pop("qt"))]
for name, rows in cases.items():
    parts.append(',"%s": [\n%s\n]' % (name, ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)))
print("".join(parts) + "}")
