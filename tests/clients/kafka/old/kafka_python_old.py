"""kafka-python 2.0.2 told to speak as it would to a broker of 2013 to 2017: the protocol versions that Kafka 4 removed.

0.8.2: Produce 0, Fetch 0, message format 0, offsets kept by OffsetCommit 1. 0.9: groups. 0.10.0: Produce 2, Fetch 2, message
format 1. 0.10.1: Fetch 3, ListOffsets 1. 0.11: message format 2.
"""

import threading

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from cases import equal, eventually, unique

SUITE = "kafka-python as of"


def _send(bootstrap, version, topic, values, **settings):
    client = KafkaProducer(bootstrap_servers=bootstrap, api_version=version, **settings)
    eventually(lambda: client.partitions_for(topic), "the topic made by asking for it")
    _await_leader(bootstrap, topic)
    futures = [client.send(topic, value, key=b"key", partition=0) for value in values]
    client.flush(30)
    offsets = [future.get(30).offset for future in futures]
    client.close()
    return offsets


def _await_leader(bootstrap, topic):
    """Kafka names a leader a moment before that leader answers, which acks=0 would pay for with its records."""
    client = KafkaConsumer(bootstrap_servers=bootstrap)
    client.end_offsets([TopicPartition(topic, 0)])  # asks again until it is answered
    client.close()


def _reader(bootstrap, version, topic, offset=0, **settings):
    client = KafkaConsumer(bootstrap_servers=bootstrap, api_version=version, enable_auto_commit=False, **settings)
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


def _round_trip(bootstrap, version, **settings):
    topic = unique("old")
    values = [b"the same words again and again %d" % n for n in range(500)]
    offsets = _send(bootstrap, version, topic, values, **settings)
    if settings.get("acks") != 0:
        equal(offsets, list(range(500)), "reported offsets")
    client = _reader(bootstrap, version, topic)
    records = _read(client, 500)
    equal([record.value for record in records], values, "values")
    equal([record.offset for record in records], list(range(500)), "offsets")
    equal({record.key for record in records}, {b"key"}, "keys")
    client.close()
    newest = _reader(bootstrap, None, topic)
    equal([record.value for record in _read(newest, 500)], values, "values read by a newer client")
    newest.close()


def test_0_8_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 8, 2))


def test_0_8_gzip_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 8, 2), compression_type="gzip")


def test_0_8_snappy_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 8, 2), compression_type="snappy")


def test_0_8_lz4_batches_with_their_broken_frame_checksum_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 8, 2), compression_type="lz4")


def test_0_8_acks_0_is_written_without_an_answer(bootstrap):
    _round_trip(bootstrap, (0, 8, 2), acks=0)


def test_0_9_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 9))


def test_0_9_gzip_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 9), compression_type="gzip")


def test_0_10_0_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 0))


def test_0_10_0_gzip_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 0), compression_type="gzip")


def test_0_10_0_snappy_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 0), compression_type="snappy")


def test_0_10_0_lz4_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 0), compression_type="lz4")


def test_0_10_1_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 1))


def test_0_10_2_gzip_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 10, 2), compression_type="gzip")


def test_0_11_plain_batches_come_back_whole(bootstrap):
    _round_trip(bootstrap, (0, 11, 0))


def test_an_old_reader_reads_what_a_new_client_wrote_compressed_with_headers(bootstrap):
    topic = unique("old")
    client = KafkaProducer(bootstrap_servers=bootstrap, compression_type="lz4")
    eventually(lambda: client.partitions_for(topic), "the topic")
    _await_leader(bootstrap, topic)
    futures = [client.send(topic, b"%d" % n, key=b"k", headers=[("h", b"lost on the way down")], partition=0,
                           timestamp_ms=1600000000000 + n) for n in range(50)]
    client.flush(30)
    equal([future.get(30).offset for future in futures], list(range(50)))
    client.close()
    for version in ((0, 8, 2), (0, 9), (0, 10, 0), (0, 10, 2)):
        reader = _reader(bootstrap, version, topic)
        records = _read(reader, 50)
        equal([record.value for record in records], [b"%d" % n for n in range(50)], str(version))
        equal(records[7].timestamp, 1600000000007 if version >= (0, 10) else None, f"{version}: timestamp")
        reader.close()


def test_an_old_reader_starts_in_the_middle_of_a_batch(bootstrap):
    topic = unique("old")
    _send(bootstrap, None, topic, [b"%d" % n for n in range(100)], compression_type="gzip", linger_ms=50)
    for version in ((0, 8, 2), (0, 10, 0), (0, 10, 2)):
        reader = _reader(bootstrap, version, topic, offset=63)
        equal([record.offset for record in _read(reader, 37)], list(range(63, 100)), str(version))
        reader.close()


def test_beginning_and_end_are_found_by_the_first_list_offsets(bootstrap):
    topic = unique("old")
    _send(bootstrap, (0, 8, 2), topic, [b"v"] * 7)
    for version in ((0, 8, 2), (0, 10, 0), (0, 10, 1)):
        client = KafkaConsumer(bootstrap_servers=bootstrap, api_version=version)
        part = TopicPartition(topic, 0)
        equal((client.beginning_offsets([part])[part], client.end_offsets([part])[part]), (0, 7), str(version))
        client.close()


def test_offsets_are_committed_and_found_by_each_generation_of_the_api(bootstrap):
    topic = unique("old")
    _send(bootstrap, (0, 8, 2), topic, [b"v"])
    part = TopicPartition(topic, 0)
    for version in ((0, 8, 2), (0, 9), (0, 10, 0), (0, 11, 0)):
        group = unique("old-group")
        client = KafkaConsumer(bootstrap_servers=bootstrap, api_version=version, group_id=group, enable_auto_commit=False)
        client.assign([part])
        client.commit({part: OffsetAndMetadata(17, "seventeen")})
        client.close()
        for reader_version in (version, None):
            client = KafkaConsumer(bootstrap_servers=bootstrap, api_version=reader_version, group_id=group)
            client.assign([part])
            equal(client.committed(part), 17, f"{version} read by {reader_version}")
            client.close()


class _Member(threading.Thread):
    def __init__(self, bootstrap, version, group, topic):
        super().__init__(daemon=True)
        self.client = KafkaConsumer(topic, bootstrap_servers=bootstrap, api_version=version, group_id=group, heartbeat_interval_ms=200,
                                    auto_offset_reset="earliest", metadata_max_age_ms=1000)
        self.owned, self.count, self.leaving = set(), 0, threading.Event()
        self.start()

    def run(self):
        while not self.leaving.is_set():
            self.count += sum(len(batch) for batch in self.client.poll(timeout_ms=100).values())
            self.owned = {part.partition for part in self.client.assignment()}
        self.client.close()

    def leave(self):
        self.leaving.set()
        self.join(30)


def _group(bootstrap, version):
    topic, group = unique("old"), unique("old-group")
    client = KafkaProducer(bootstrap_servers=bootstrap)
    partitions = eventually(lambda: client.partitions_for(topic), "the topic")
    client.close()
    first, second = _Member(bootstrap, version, group, topic), _Member(bootstrap, version, group, topic)
    eventually(lambda: first.owned | second.owned == partitions and len(first.owned) + len(second.owned) == len(partitions),
               "every partition owned once")
    second.leave()
    eventually(lambda: first.owned == partitions, "all at the first")
    _send(bootstrap, version, topic, [b"v"] * 10)
    eventually(lambda: first.count == 10, "the records at the first")
    first.leave()


def test_0_9_members_share_a_topic_and_one_takes_over(bootstrap):
    _group(bootstrap, (0, 9))


def test_0_10_members_share_a_topic_and_one_takes_over(bootstrap):
    _group(bootstrap, (0, 10, 0))
