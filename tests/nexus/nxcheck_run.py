"""The NeXus validator, run as a library."""

import logging

from nexusformat.nexus import validate as nxcheck


def run_nxcheck(path):
    """How many warnings and errors, and the line of each."""
    lines = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(" ".join(record.getMessage().split()))
    nxcheck.logger.handlers = [handler]
    nxcheck.logger.propagate = False
    warnings, errors = nxcheck.validate_file(path)
    return {"warnings": int(warnings), "errors": int(errors), "lines": lines}
