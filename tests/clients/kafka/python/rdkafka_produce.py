"""librdkafka's producer: what is sent is what is read, under every acks, codec and limit."""

import time

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, KafkaError, KafkaException
from cases import equal, eventually, raises, unique
from rdkafka import admin, new_topic, producer, read_all, send

SUITE = "librdkafka produce"


def _round_trip(bootstrap, values, **settings):
    topic = new_topic(bootstrap)
    reports = send(producer(bootstrap, **settings), topic, values)
    read = read_all(bootstrap, topic, len(values))
    equal([message.value() for message in read], values, "values")
    equal([message.offset() for message in read], list(range(len(values))), "offsets")
    return reports


def test_delivery_reports_carry_dense_offsets_from_zero(bootstrap):
    reports = _round_trip(bootstrap, [b"record %d" % n for n in range(1000)])
    equal([report.offset() for report in reports], list(range(1000)), "reported offsets")


def test_acks_all_is_read_back(bootstrap):
    _round_trip(bootstrap, [b"a", b"b"], acks="all")


def test_acks_1_is_read_back(bootstrap):
    _round_trip(bootstrap, [b"a", b"b"], acks="1")


def test_acks_0_is_read_back_and_the_connection_goes_on(bootstrap):
    topic = new_topic(bootstrap)
    client = producer(bootstrap, acks="0")
    for value in (b"one", b"two", b"three"):
        send(client, topic, [value])
        client.list_topics(topic, timeout=10)  # a stray produce response would break this answer's correlation
    equal([m.value() for m in read_all(bootstrap, topic, 3)], [b"one", b"two", b"three"])


def test_an_idempotent_producer_keeps_order_over_many_batches(bootstrap):
    values = [b"%06d" % n for n in range(20000)]
    _round_trip(bootstrap, values, enable_idempotence=True, batch_num_messages=50, linger_ms=1)


def _codec(bootstrap, name):
    line = b"203.0.113.7 - - GET /index.html 200 5316 "
    _round_trip(bootstrap, [line * 5 + b"%d" % n for n in range(2000)], compression_type=name, linger_ms=20)


def test_gzip_batches_come_back_whole(bootstrap):
    _codec(bootstrap, "gzip")


def test_snappy_batches_come_back_whole(bootstrap):
    _codec(bootstrap, "snappy")


def test_lz4_batches_come_back_whole(bootstrap):
    _codec(bootstrap, "lz4")


def test_zstd_batches_come_back_whole(bootstrap):
    _codec(bootstrap, "zstd")


def test_headers_keep_order_repeats_empty_and_null_values(bootstrap):
    topic = new_topic(bootstrap)
    headers = [("trace", b"1"), ("trace", b"2"), ("empty", b""), ("null", None), ("bytes", bytes(range(256)))]
    send(producer(bootstrap), topic, [b"v"], headers=headers)
    equal(read_all(bootstrap, topic, 1)[0].headers(), headers)


def test_null_and_empty_keys_and_values_stay_apart(bootstrap):
    topic = new_topic(bootstrap)
    client = producer(bootstrap)
    for key, value in ((None, None), (b"", b""), (None, b"v"), (b"k", None)):
        send(client, topic, [value], key=key)
    read = [(m.key(), m.value()) for m in read_all(bootstrap, topic, 4)]
    equal(read, [(None, None), (b"", b""), (None, b"v"), (b"k", None)])


def test_a_record_of_900_kilobytes_passes(bootstrap):
    _round_trip(bootstrap, [bytes(range(256)) * 3600])


def test_a_batch_over_max_message_bytes_is_refused_as_too_large(bootstrap):
    topic = new_topic(bootstrap, max_message_bytes="10000")
    client = producer(bootstrap)
    error = raises(KafkaException, send, client, topic, [b"x" * 20000]).args[0]
    equal(error.code(), KafkaError.MSG_SIZE_TOO_LARGE)
    send(client, topic, [b"small enough"])
    equal(read_all(bootstrap, topic, 1)[0].value(), b"small enough")


def test_the_topics_larger_max_message_bytes_lets_a_large_batch_in(bootstrap):
    topic = new_topic(bootstrap, max_message_bytes=str(4 << 20))
    value = b"y" * (3 << 20)
    send(producer(bootstrap, message_max_bytes=4 << 20), topic, [value])
    equal(read_all(bootstrap, topic, 1)[0].value(), value)


def test_create_time_is_the_producers_own(bootstrap):
    topic = new_topic(bootstrap)
    send(producer(bootstrap), topic, [b"v"], timestamp=1600000000123)
    equal(read_all(bootstrap, topic, 1)[0].timestamp(), (TIMESTAMP_CREATE_TIME, 1600000000123))


def test_log_append_time_is_the_brokers(bootstrap):
    topic = new_topic(bootstrap, message_timestamp_type="LogAppendTime")
    before = int(time.time() * 1000)
    send(producer(bootstrap), topic, [b"v"], timestamp=1600000000123)
    kind, stamp = read_all(bootstrap, topic, 1)[0].timestamp()
    equal(kind, TIMESTAMP_LOG_APPEND_TIME)
    assert before <= stamp <= int(time.time() * 1000), stamp


def test_a_compacted_topic_refuses_a_record_without_key(bootstrap):
    topic = new_topic(bootstrap, cleanup_policy="compact")
    error = raises(KafkaException, send, producer(bootstrap), topic, [b"no key"]).args[0]
    equal(error.code(), KafkaError.INVALID_RECORD)


def test_a_timestamp_too_far_ahead_is_refused(bootstrap):
    topic = new_topic(bootstrap, message_timestamp_after_max_ms="60000")
    ahead = int(time.time() * 1000) + 3600_000
    error = raises(KafkaException, send, producer(bootstrap), topic, [b"v"], timestamp=ahead).args[0]
    equal(error.code(), KafkaError.INVALID_TIMESTAMP)


def test_the_first_record_to_an_unknown_topic_makes_the_topic(bootstrap):
    topic = unique("py-auto")
    (report,) = send(producer(bootstrap), topic, [b"first"])
    equal(report.offset(), 0)
    eventually(lambda: topic in admin(bootstrap).list_topics(timeout=10).topics, "the topic in metadata")
    equal(read_all(bootstrap, topic, 1, partition=report.partition())[0].value(), b"first")


def test_keys_choose_the_partition_and_every_partition_counts_by_itself(bootstrap):
    topic = new_topic(bootstrap, 5)
    client = producer(bootstrap)
    home, counts = {}, {}
    for n in range(200):
        key = b"key-%d" % (n % 20)
        (report,) = send(client, topic, [b"%d" % n], key=key)
        equal(home.setdefault(key, report.partition()), report.partition(), "a key's partition")
        equal(report.offset(), counts.get(report.partition(), 0), "offset in the partition")
        counts[report.partition()] = report.offset() + 1
    assert len(counts) > 1, counts


def test_100_producers_at_once_lose_nothing(bootstrap):
    topic = new_topic(bootstrap)
    clients = [producer(bootstrap) for _ in range(100)]
    for index, client in enumerate(clients):
        for n in range(10):
            client.produce(topic, b"%d/%d" % (index, n))
    equal([client.flush(30) for client in clients], [0] * 100, "unsent messages")
    read = sorted(m.value() for m in read_all(bootstrap, topic, 1000))
    equal(read, sorted(b"%d/%d" % (index, n) for index in range(100) for n in range(10)))
