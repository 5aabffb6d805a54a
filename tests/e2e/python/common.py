"""What the check scripts share: questions as JSON on standard input, answers as JSON on standard output."""

import hashlib
import json
import logging
import sys
import warnings

import numpy

_heard = []


class _Listener(logging.Handler):
    """Keeps what a library logs from a warning upwards."""

    def emit(self, record):
        _heard.append(f"{record.name}: {record.getMessage()}")


def _hear_warning(message, category, *_rest, **_options):
    _heard.append(f"{category.__name__}: {message}")


def main(answer):
    """Answers one question after the other; a list of objects in, a list of objects out."""
    # Everything that libraries print goes elsewhere, so that standard output is the answer and nothing else.
    out, sys.stdout = sys.stdout, sys.stderr
    listener = _Listener(logging.WARNING)
    logging.getLogger().addHandler(listener)
    logging.captureWarnings(False)
    warnings.simplefilter("always", append=True)
    warnings.showwarning = _hear_warning
    questions = json.load(sys.stdin)
    json.dump([answer(question) for question in questions], out)


def listen_to(*names):
    """Takes over loggers that do not hand on what they log."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers = [_Listener(logging.WARNING)]
        logger.propagate = False


def attempt(reader, path):
    """What a reader makes of a file: its answer, what it warned of, or the error that it ended with."""
    _heard.clear()
    try:
        answer = reader(path)
    except Exception as error:  # any error of a reader is a finding, not a failure of this script
        return {"error": f"{type(error).__name__}: {error}", "warnings": list(_heard)}
    return {**answer, "error": None, "warnings": list(_heard)}


def describe(array):
    """An image as it can be compared: rows and columns, kind of number, SHA-256 of the little-endian pixels."""
    array = numpy.asarray(array)
    plain = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {
        "shape": list(array.shape),
        "dtype": plain.dtype.str,
        "sha256": hashlib.sha256(plain.tobytes()).hexdigest(),
    }
