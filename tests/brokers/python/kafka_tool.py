"""What a test does with a Kafka broker through confluent-kafka: kafka_tool.py SERVER ACTION [JSON]. Prints one line of JSON."""
import base64
import json
import sys

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

PATIENCE_S = 60


def main(server, action, options):
    if action == "read":
        return read(server, options["topic"])
    admin = AdminClient({"bootstrap.servers": server})
    if action == "make":
        topic = NewTopic(options["topic"], num_partitions=options.get("partitions", 1), replication_factor=1, config=options.get("config", {}))
        admin.create_topics([topic])[options["topic"]].result(PATIENCE_S)
    elif action == "change":
        entries = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in options["config"].items()]
        resource = ConfigResource(ConfigResource.Type.TOPIC, options["topic"], incremental_configs=entries)
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(PATIENCE_S)


def read(server, topic):
    """Every message of a topic, each partition in its order."""
    consumer = Consumer({"bootstrap.servers": server, "group.id": "judge", "enable.auto.commit": False})
    messages = []
    for partition in consumer.list_topics(topic, timeout=PATIENCE_S).topics[topic].partitions:
        place = TopicPartition(topic, partition)
        low, high = consumer.get_watermark_offsets(place, timeout=PATIENCE_S)
        consumer.assign([TopicPartition(topic, partition, low)])
        while low < high:
            message = consumer.poll(PATIENCE_S)
            if message is None or message.error():
                raise RuntimeError(message and message.error())
            messages.append(shown(message, partition))
            low = message.offset() + 1
    consumer.close()
    return messages


def shown(message, partition):
    value = message.value()
    try:
        body = json.loads(value)
    except ValueError:
        body = base64.b64encode(value).decode()
    return {
        "partition": partition,
        "key": message.key().decode(),
        "headers": {name: text.decode() for name, text in message.headers() or []},
        "body": body,
    }


print(json.dumps(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else {})))
