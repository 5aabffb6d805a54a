"""Reads a wrdn message by ESS's own package: wrdn_tool.py BASE64. Prints its fields, and whether that package writes the same bytes."""
import base64
import json
import sys

from streaming_data_types.finished_writing_wrdn import deserialise_wrdn, serialise_wrdn

raw = base64.b64decode(sys.argv[1])
fields = deserialise_wrdn(raw)
again = serialise_wrdn(
    service_id=fields.service_id,
    job_id=fields.job_id,
    error_encountered=fields.error_encountered,
    file_name=fields.file_name,
    metadata=fields.metadata,
)
print(json.dumps({**fields._asdict(), "same_bytes": bytes(again) == raw}))
