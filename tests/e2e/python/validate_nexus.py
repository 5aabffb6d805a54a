"""Validates delivered NeXus files with nexusformat's nxcheck and with punx.

Question: {"path": FILE}, and "application": true to check against the definition that the file names. Answer: the
errors and warnings of each validator.
"""

import functools
import json
import logging
import os
import tempfile
import warnings

# punx keeps its settings and a log below the home folder: not below the tester's.
os.environ["HOME"] = tempfile.mkdtemp(prefix="pewatch-validate-")

from nexusformat.nexus import validate as nxcheck  # noqa: E402
from punx import finding, nxdl_manager  # noqa: E402
from punx import validate as punx  # noqa: E402

from common import attempt, main  # noqa: E402

PUNX_DEFINITIONS = "v2018.5"
# Said of each key of a sidecar; an NXcollection is the place for such content.
COLLECTION = "NXcollection contains non-NeXus content"


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []
        self.place = "the file"

    def emit(self, record):
        text = " ".join(record.getMessage().split())
        # The names of groups come as "critical": the place of the findings that follow.
        if record.levelno < logging.CRITICAL:
            self.lines.append(f"{record.levelname.lower()} in {self.place}: {text}")
        elif text.startswith("NX"):
            self.place = text


def run_nxcheck(path, check):
    lines = _Lines()
    nxcheck.logger.handlers = [lines]
    nxcheck.logger.setLevel(logging.WARNING)
    nxcheck.logger.propagate = False
    warnings_count, errors_count = check(path)
    return {"warnings_count": int(warnings_count), "errors_count": int(errors_count), "lines": lines.lines}


# A hundred files, which take longer to read than one of ours to validate.
nxdl_manager.NXDL_Manager = functools.cache(nxdl_manager.NXDL_Manager)


def apart(call, path):
    """What the call answers in a process of its own: a validation changes the definitions, and would judge the next file by these."""
    nxdl_manager.NXDL_Manager(PUNX_DEFINITIONS)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "w") as out:
                json.dump(call(path), out)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as text:
        answer = text.read()
    if os.waitpid(child, 0)[1] != 0:
        raise ChildProcessError(f"punx did not end on {path}")
    return json.loads(answer)


def read_punx(path):
    validator = punx.Data_File_Validator(PUNX_DEFINITIONS)
    try:
        validator.validate(path)
        faults = [
            f"{found.status} {found.h5_address}: {found.test_name}: {found.comment}"
            for found in validator.validations
            if found.status in (finding.ERROR, finding.WARN) and COLLECTION not in found.comment
        ]
        count = sum(found.status == finding.ERROR for found in validator.validations)
        return {"errors_count": count, "lines": faults}
    finally:
        validator.close()


def answer(question):
    path = question["path"]
    answers = {
        "nxcheck": attempt(lambda path: run_nxcheck(path, nxcheck.validate_file), path),
        "punx": apart(lambda path: attempt(read_punx, path), path),
    }
    if question.get("application"):
        answers["application"] = attempt(lambda path: run_nxcheck(path, nxcheck.validate_application), path)
    return answers


if __name__ == "__main__":
    # punx leaves files of its own open.
    warnings.simplefilter("ignore", ResourceWarning)
    main(answer)
