"""Producers that write numbered records for as long as they are told to, a ledger of what was acknowledged, and the comparison
of the two with what the broker gives back.

A record's value is "<writer> <number> ...": the writer's numbers rise by one in each partition, so that a lost record is a hole, a
record that was written twice a repetition, and a wrong order a step back.
"""

import threading
import time
from collections import defaultdict

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from waiting import eventually

VERIFY_DEADLINE_S = 600  # millions of records, read by Python
RECORDS_PER_TURN, TURN_S = 20, 0.02  # a writer's rate: a hundred kills must not fill the disk


def create_topic(bootstrap, name, partitions, **config):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    created = admin.create_topics([NewTopic(name, partitions, 1, config={key.replace("_", "."): value for key, value in config.items()})])
    created[name].result(timeout=30)


class Writer:
    """One producer and its thread. `idempotent` ones leave no duplicates; the others may, after an error that was a lie."""

    def __init__(self, bootstrap, topic, partitions, name, idempotent=True, payload_bytes=200, message_timeout_ms=300000, **config):
        self.topic, self.partitions, self.name, self.idempotent = topic, partitions, name, idempotent
        self.filling = "x" * payload_bytes
        self.acknowledged = {}  # (partition, offset) -> number
        self.errors = defaultdict(int)
        self.next_number = defaultdict(int)
        self._stopping, self._held = threading.Event(), threading.Event()
        self._producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": idempotent, "acks": "all", "linger.ms": 2,
                                   "message.timeout.ms": message_timeout_ms, "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 50,
                                   "queue.buffering.max.messages": 5000, "log_level": 0, **config})
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def wait_for_acknowledgements(self, count=1, deadline_s=60):
        """Until so many records more are acknowledged from now on."""
        self.wait_until_acknowledged(len(self.acknowledged) + count, deadline_s)

    def wait_until_acknowledged(self, count, deadline_s=120):
        eventually(lambda: len(self.acknowledged) >= count, f"{count} records of {self.name} acknowledged; errors so far: {dict(self.errors)}",
                   deadline_s)

    def hold(self):
        """No new records until go_on()."""
        self._held.set()

    def go_on(self):
        self._held.clear()

    def finish(self, deadline_s=60):
        """No new records; waits until each has been acknowledged or refused."""
        self._stopping.set()
        self._thread.join()
        left = self._producer.flush(deadline_s)
        if left:
            raise AssertionError(f"{self.name}: {left} records without a report after {deadline_s} s")

    def _write(self):
        turn = 0
        while not self._stopping.is_set():
            if self._held.is_set():
                self._producer.poll(TURN_S)
                continue
            turn += 1
            if turn % RECORDS_PER_TURN == 0:
                self._producer.poll(TURN_S)
            partition = turn % self.partitions
            number = self.next_number[partition]
            value = f"{self.name} {number} {self.filling}"
            try:
                self._producer.produce(self.topic, value, partition=partition,
                                       on_delivery=lambda error, message, number=number: self._delivered(error, message, number))
                self.next_number[partition] += 1
                self._producer.poll(0)
            except BufferError:
                self._producer.poll(0.05)

    def _delivered(self, error, message, number):
        if error is not None:
            self.errors[error.name()] += 1
            return
        self.acknowledged[message.partition(), message.offset()] = number


def read_all(bootstrap, topic, partitions):
    """Every record of the topic: partition -> [(offset, writer, number)], read to the ends as of now; and where each starts and ends."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "verifier", "enable.auto.commit": False, "log_level": 0,
                         "auto.offset.reset": "error"})
    records = {partition: [] for partition in range(partitions)}
    bounds = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30) for p in records}
    open_partitions = {p for p, (start, end) in bounds.items() if start < end}
    consumer.assign([TopicPartition(topic, p, bounds[p][0]) for p in open_partitions])
    end = time.monotonic() + VERIFY_DEADLINE_S
    while open_partitions:
        if time.monotonic() > end:
            raise AssertionError(f"{topic} could not be read to its end within {VERIFY_DEADLINE_S} s; open: {open_partitions}")
        for message in consumer.consume(10000, timeout=1):
            if message.error() is not None:
                raise AssertionError(f"reading {topic}: {message.error()}")
            partition = message.partition()
            if partition not in open_partitions:
                continue
            writer, number, _ = message.value().decode().split(" ", 2)
            records[partition].append((message.offset(), writer, int(number)))
            if message.offset() + 1 >= bounds[partition][1]:
                open_partitions.discard(partition)
    consumer.close()
    return records, bounds


def verify(bootstrap, topic, partitions, writers):
    """Raises at the first promise that was broken; returns how many records there are and how many were acknowledged. Writers may
    go on writing: what they were told before counts."""
    acknowledged = {writer.name: writer.acknowledged.copy() for writer in writers}
    records, bounds = read_all(bootstrap, topic, partitions)
    for partition, found in records.items():
        offsets = [offset for offset, _, _ in found]
        expected = list(range(*bounds[partition]))
        if offsets != expected:
            wrong = next((a, b) for a, b in zip(offsets + [None], expected + [None]) if a != b)
            raise AssertionError(f"{topic}-{partition}: offset {wrong[0]} where {wrong[1]} was due")
    for writer in writers:
        _verify_writer(topic, records, bounds, writer, acknowledged[writer.name])
    return sum(map(len, records.values())), sum(map(len, acknowledged.values()))


def _verify_writer(topic, records, bounds, writer, acknowledged):
    at = {(partition, offset): number for partition, found in records.items() for offset, name, number in found if name == writer.name}
    for (partition, offset), number in acknowledged.items():
        if offset >= bounds[partition][0] and at.get((partition, offset)) != number:
            raise AssertionError(f"{topic}-{partition}: {writer.name}'s record {number} was acknowledged at offset {offset}; "
                                 f"there is {at.get((partition, offset), 'another record or none')}")
    if not writer.idempotent:
        return
    for partition, found in records.items():
        numbers = [number for _, name, number in found if name == writer.name]
        for before, after in zip(numbers, numbers[1:]):
            if after <= before:
                raise AssertionError(f"{topic}-{partition}: {writer.name}'s record {after} comes after {before}: "
                                     f"{'a duplicate' if after == before else 'a duplicate or a wrong order'}")
