"""kafka-python 2.0.2 (2020), still widely installed: a client of pure Python with the protocol versions of its time.

It takes the newest versions it knows by asking ApiVersions v0: Produce 7, Fetch 4, Metadata 1, ListOffsets 1,
OffsetCommit 2, JoinGroup 2.
"""

import threading

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import (MessageSizeTooLargeError, NonEmptyGroupError, OffsetOutOfRangeError, TopicAlreadyExistsError,
                          UnknownTopicOrPartitionError)
from kafka.structs import OffsetAndMetadata

from cases import equal, eventually, raises, unique

SUITE = "kafka-python 2.0.2"


def _topic(bootstrap, partitions=1, **config):
    topic = unique("kpy")
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    client.create_topics([NewTopic(topic, partitions, 1, topic_configs={k.replace("_", "."): v for k, v in config.items()})])
    eventually(lambda: len(client.describe_topics([topic])[0]["partitions"]) == partitions, f"topic {topic}")
    client.close()
    return topic


def _send(bootstrap, topic, values, partition=None, timestamp_ms=None, headers=None, **settings):
    client = KafkaProducer(bootstrap_servers=bootstrap, **settings)
    futures = [client.send(topic, value, partition=partition, timestamp_ms=timestamp_ms, headers=headers) for value in values]
    client.flush(30)
    try:
        return [future.get(30) for future in futures]
    finally:
        client.close()


def _reader(bootstrap, topic, offset=0, **settings):
    client = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, **settings)
    client.assign([TopicPartition(topic, 0)])
    client.seek(TopicPartition(topic, 0), offset)
    return client


def _read(client, count):
    records = []

    def enough():
        for batch in client.poll(timeout_ms=200).values():
            records.extend(batch)
        return len(records) >= count
    eventually(enough, f"{count} records")
    return records


def _round_trip(bootstrap, **settings):
    topic = _topic(bootstrap)
    values = [b"the same words again and again %d" % n for n in range(500)]
    sent = _send(bootstrap, topic, values, **settings)
    equal([meta.offset for meta in sent], list(range(500)), "reported offsets")
    client = _reader(bootstrap, topic, check_crcs=True)
    equal([record.value for record in _read(client, 500)], values, "values")
    client.close()


def test_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, acks="all")


def test_acks_1_is_the_default_and_comes_back(bootstrap):
    _round_trip(bootstrap)


def test_gzip_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, compression_type="gzip")


def test_snappy_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, compression_type="snappy")


def test_lz4_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, compression_type="lz4")


def test_zstd_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, compression_type="zstd")


def test_acks_0_is_written_without_an_answer(bootstrap):
    topic = _topic(bootstrap)
    _send(bootstrap, topic, [b"a", b"b", b"c"], acks=0)
    client = _reader(bootstrap, topic)
    equal([record.value for record in _read(client, 3)], [b"a", b"b", b"c"])
    client.close()


def test_headers_timestamp_and_empty_value_come_back(bootstrap):
    topic = _topic(bootstrap)
    _send(bootstrap, topic, [b""], timestamp_ms=1600000000123, headers=[("h", b"1"), ("h", b"2")])
    client = _reader(bootstrap, topic)
    (record,) = _read(client, 1)
    equal((record.value, record.timestamp, record.timestamp_type, record.headers),
          (b"", 1600000000123, 0, [("h", b"1"), ("h", b"2")]))
    client.close()


def test_a_batch_over_the_topics_limit_is_refused(bootstrap):
    topic = _topic(bootstrap, max_message_bytes="5000")
    raises(MessageSizeTooLargeError, _send, bootstrap, topic, [b"x" * 9000])


def test_beginning_end_and_times_are_found(bootstrap):
    topic = _topic(bootstrap)
    for n in range(3):
        _send(bootstrap, topic, [b"v"], timestamp_ms=1700000000000 + n * 1000)
    client, part = KafkaConsumer(bootstrap_servers=bootstrap), TopicPartition(topic, 0)
    equal((client.beginning_offsets([part])[part], client.end_offsets([part])[part]), (0, 3))
    equal(client.offsets_for_times({part: 1700000001000})[part].offset, 1)
    equal(client.offsets_for_times({part: 1800000000000})[part], None)
    client.close()


def test_seek_rereads_and_out_of_range_is_told_or_reset(bootstrap):
    topic = _topic(bootstrap)
    _send(bootstrap, topic, [b"%d" % n for n in range(20)])
    client, part = _reader(bootstrap, topic, auto_offset_reset="none"), TopicPartition(topic, 0)
    _read(client, 20)
    client.seek(part, 15)
    equal([record.offset for record in _read(client, 5)], [15, 16, 17, 18, 19])
    client.seek(part, 900)
    raises(OffsetOutOfRangeError, lambda: eventually(lambda: client.poll(timeout_ms=200), "the error"))
    client.close()
    client = _reader(bootstrap, topic, offset=900, auto_offset_reset="earliest")
    equal(_read(client, 20)[0].offset, 0)
    client.close()


class _Member(threading.Thread):
    """A group member polled by a thread of its own, since this client joins inside poll()."""

    def __init__(self, bootstrap, group, topic):
        super().__init__(daemon=True)
        self.client = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest",
                                    heartbeat_interval_ms=200, session_timeout_ms=10000, enable_auto_commit=False)
        self.values, self.leaving, self.owned = [], threading.Event(), set()
        self.start()

    def run(self):
        while not self.leaving.is_set():
            for batch in self.client.poll(timeout_ms=100).values():
                self.values += [record.value for record in batch]
            self.owned = {part.partition for part in self.client.assignment()}
        if self.values:
            self.client.commit()
        self.client.close()

    def leave(self):
        self.leaving.set()
        self.join(30)


def test_two_members_share_a_topic_and_one_takes_over(bootstrap):
    topic, group = _topic(bootstrap, 4), unique("kpy-group")
    first, second = _Member(bootstrap, group, topic), _Member(bootstrap, group, topic)
    eventually(lambda: len(first.owned) == len(second.owned) == 2 and len(first.owned | second.owned) == 4, "two each")
    second.leave()
    eventually(lambda: len(first.owned) == 4, "all four at the first")
    _send(bootstrap, topic, [b"%d" % n for n in range(40)])
    eventually(lambda: len(first.values) == 40, "all records at the first")
    first.leave()


def test_commits_are_found_by_the_next_member(bootstrap):
    topic, group = _topic(bootstrap), unique("kpy-group")
    part = TopicPartition(topic, 0)
    client = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    client.assign([part])
    client.commit({part: OffsetAndMetadata(17, "seventeen")})
    equal(client.committed(part), 17)
    client.close()
    client = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
    equal(client.committed(part, metadata=True), OffsetAndMetadata(17, "seventeen"))
    client.close()


def test_topics_are_made_grown_described_and_deleted(bootstrap):
    topic, client = _topic(bootstrap, retention_ms="7777"), KafkaAdminClient(bootstrap_servers=bootstrap)
    raises(TopicAlreadyExistsError, client.create_topics, [NewTopic(topic, 1, 1)])
    client.create_partitions({topic: NewPartitions(3)})
    eventually(lambda: len(client.describe_topics([topic])[0]["partitions"]) == 3, "three partitions")
    (answer,) = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    configs = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    equal((configs["retention.ms"], configs["cleanup.policy"]), ("7777", "delete"))
    client.delete_topics([topic])
    eventually(lambda: topic not in client.list_topics(), "the topic gone")
    raises(UnknownTopicOrPartitionError, client.delete_topics, [topic])
    client.close()


def test_groups_are_listed_described_and_deleted(bootstrap):
    topic, group, client = _topic(bootstrap), unique("kpy-group"), KafkaAdminClient(bootstrap_servers=bootstrap)
    member = _Member(bootstrap, group, topic)
    eventually(lambda: member.owned, "an assignment")
    assert (group, "consumer") in client.list_consumer_groups()
    (described,) = client.describe_consumer_groups([group])
    equal((described.state, described.protocol, len(described.members)), ("Stable", "range", 1))
    ((_, refusal),) = client.delete_consumer_groups([group])
    equal(refusal, NonEmptyGroupError)
    _send(bootstrap, topic, [b"v"])
    eventually(lambda: member.values, "the record")
    member.leave()
    equal(client.list_consumer_group_offsets(group)[TopicPartition(topic, 0)].offset, 1)
    client.delete_consumer_groups([group])
    assert (group, "consumer") not in client.list_consumer_groups()
    client.close()
