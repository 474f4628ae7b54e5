"""What the cases of several dialects have in common: each client by itself."""

import contextlib
import os

import pika
from confluent_kafka import Consumer, TopicPartition

from cases import eventually, unique


@contextlib.contextmanager
def opened(**settings):
    host, port = os.environ["WHARF_AMQP"].rsplit(":", 1)
    connection = pika.BlockingConnection(pika.ConnectionParameters(host, int(port), **settings))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel
    finally:
        if connection.is_open:
            connection.close()


def fetched(bootstrap, topic, count):
    """The records from the start."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": unique("g"), "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        records = []

        def enough():
            record = consumer.poll(0.1)
            if record is not None:
                if record.error():
                    raise AssertionError(record.error())
                records.append(record)
            return len(records) >= count

        eventually(enough, f"{count} records in {topic}")
        return records
    finally:
        consumer.close()
