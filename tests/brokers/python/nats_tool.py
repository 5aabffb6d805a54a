"""What a test does with a NATS server through nats-py: nats_tool.py URL ACTION [JSON]. Prints one line of JSON."""
import asyncio
import json
import os
import ssl
import sys

import nats
from nats.js.api import StreamConfig


async def main(url, action, options):
    authority = os.environ.get("PEWATCH_TEST_CA")
    tls = ssl.create_default_context(cafile=authority) if authority else None
    if tls and os.environ.get("PEWATCH_TEST_CERT"):
        tls.load_cert_chain(os.environ["PEWATCH_TEST_CERT"], os.environ["PEWATCH_TEST_KEY"])
    connection = await nats.connect(url, connect_timeout=10, allow_reconnect=False, tls=tls)
    stream = connection.jetstream(timeout=30)
    if action == "make":
        await stream.add_stream(StreamConfig(**options))
        result = None
    elif action == "change":
        await stream.update_stream(StreamConfig(**options))
        result = None
    elif action == "remove":
        await stream.delete_stream(options["name"])
        result = None
    elif action == "read":
        result = await read(stream, options["name"])
    await connection.close()
    print(json.dumps(result))


async def read(stream, name):
    """Every message of a stream, in its order."""
    count = (await stream.stream_info(name)).state.messages
    messages = []
    subscription = await stream.subscribe(">", stream=name, ordered_consumer=True)
    for _ in range(count):
        message = await subscription.next_msg(timeout=30)
        messages.append({"subject": message.subject, "headers": dict(message.headers or {}), "body": json.loads(message.data)})
    return messages


asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}))
