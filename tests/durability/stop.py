"""A stop does not wait for what clients wait for: long polls and members of groups end with their connections, and what was written
before is there after the next start. Who waits at the end of a log still waits there after two more."""

import tempfile
import time

from confluent_kafka import OFFSET_END, Consumer, KafkaError, Producer, TopicPartition

from broker import Broker
from waiting import eventually
from workload import Writer, create_topic, verify

TOPIC = "kept"


def main():
    with tempfile.TemporaryDirectory(prefix="wharf-stop-") as folder, Broker(f"{folder}/data") as broker:
        broker.start()
        create_topic(broker.bootstrap, TOPIC, 1)
        writer = Writer(broker.bootstrap, TOPIC, 1, "writer")
        writer.wait_for_acknowledgements(100)
        writer.finish()
        # Waits a minute for records that never come.
        waiting = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "waiting", "fetch.wait.max.ms": 60000, "socket.timeout.ms": 120000,
                            "log_level": 0})
        waiting.subscribe([TOPIC])
        eventually(lambda: waiting.poll(0.1) or waiting.assignment(), "an assignment")
        waiting.poll(1)
        begin = time.monotonic()
        broker.stop()
        seconds = time.monotonic() - begin
        print(f"stopped in {seconds:.2f} s with a fetch of a minute open")
        if seconds > 5:
            raise AssertionError("the stop waited for a client's long poll")
        waiting.close()
        broker.start()
        verify(broker.bootstrap, TOPIC, 1, [writer])
        still_at_the_end(broker)
        broker.stop()


def still_at_the_end(broker):
    """Each start begins a leader epoch, and a client asks where the one of its position ended before it reads on (KIP-320)."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "at-the-end", "auto.offset.reset": "earliest", "log_level": 0,
                         "reconnect.backoff.max.ms": 200, "topic.metadata.refresh.interval.ms": 200, "enable.partition.eof": True})
    consumer.assign([TopicPartition(TOPIC, 0, OFFSET_END)])
    heard = []
    eventually(lambda: heard or heard.extend(consumer.consume(1, 0.5)), "the end")
    if not heard[0].error() or heard[0].error().code() != KafkaError._PARTITION_EOF:
        raise AssertionError(f"not the end: {heard[0].error() or heard[0].value()}")
    end = heard[0].offset()
    for _ in range(2):
        broker.stop()
        broker.start()
        if (early := consumer.poll(1)) and not early.error():
            raise AssertionError(f"offset {early.offset()} is read again after a start")
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce(TOPIC, b"new")
    producer.flush(30)
    heard = []
    eventually(lambda: heard or heard.extend(one for one in consumer.consume(1, 0.5) if not one.error()), "the new record")
    consumer.close()
    print(f"a consumer at offset {end} goes on at {heard[0].offset()} after two starts")
    if heard[0].offset() != end:
        raise AssertionError(f"not at {end}")


if __name__ == "__main__":
    main()
