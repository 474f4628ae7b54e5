"""Short ways to make librdkafka's producers, consumers and admin clients for one case."""

import functools
import logging
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from cases import eventually, unique

_log = logging.getLogger("librdkafka")  # fencing is logged as fatal: expected here, and told by the error itself
_log.addHandler(logging.NullHandler())
_log.propagate = False
QUIET = {"logger": _log}


def producer(bootstrap, **settings):
    return Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 20000, **QUIET, **_dotted(settings)})


def consumer(bootstrap, **settings):
    defaults = {"bootstrap.servers": bootstrap, "group.id": unique("py-solo"), "enable.auto.commit": False,
                "auto.offset.reset": "earliest", **QUIET}
    return Consumer({**defaults, **_dotted(settings)})


@functools.lru_cache
def admin(bootstrap):
    """One client for all cases: it must outlive its futures, and it serves many threads."""
    return AdminClient({"bootstrap.servers": bootstrap, **QUIET})


def _dotted(settings):
    return {name if callable(value) else name.replace("_", "."): value for name, value in settings.items()}


def new_topic(bootstrap, partitions=1, **config):
    """Makes a topic with a name of its own and returns the name once metadata shows every partition's leader."""
    name = unique("py")
    client = admin(bootstrap)
    done(client.create_topics([NewTopic(name, partitions, 1, config=_dotted(config))]))

    def visible():
        topic = client.list_topics(name, timeout=10).topics[name]
        return topic.error is None and len(topic.partitions) == partitions
    eventually(visible, f"topic {name} in metadata")
    return name


def done(futures):
    """Waits for every future of an admin call and returns {key: result}."""
    return {key: future.result(timeout=30) for key, future in futures.items()}


def refused(futures):
    """The one error of an admin call that must fail, as librdkafka's KafkaError."""
    (future,) = futures.values()
    try:
        value = future.result(timeout=30)
    except KafkaException as error:
        return error.args[0]
    raise AssertionError(f"not refused: {value!r}")


def send(client, topic, values, **named):
    """Produces the values, waits for all delivery reports and returns the delivered messages in that order."""
    reports = {}

    def delivered(index):
        def report(error, message):
            if error:
                raise KafkaException(error)
            reports[index] = message
        return report
    for index, value in enumerate(values):
        while True:
            try:
                client.produce(topic, value, on_delivery=delivered(index), **named)
                break
            except BufferError:
                client.poll(0.1)
    left = client.flush(30)
    assert left == 0, f"{left} messages without a delivery report"
    return [reports[index] for index in range(len(values))]


def receive(client, count, deadline_s=30):
    """Polls until `count` messages have come and returns them."""
    messages, end = [], time.monotonic() + deadline_s
    while len(messages) < count:
        if time.monotonic() > end:
            raise AssertionError(f"{len(messages)} of {count} messages within {deadline_s} s")
        for message in client.consume(min(count - len(messages), 10000), 0.2):
            if message.error():
                raise KafkaException(message.error())
            messages.append(message)
    return messages


def read_all(bootstrap, topic, count, partition=0, offset=0, **settings):
    """Reads `count` messages of a partition from an offset with a consumer of its own."""
    client = consumer(bootstrap, **settings)
    client.assign([TopicPartition(topic, partition, offset)])
    try:
        return receive(client, count)
    finally:
        client.close()
