"""librdkafka's consumer without a group: positions, times, ends, long polls."""

import threading
import time

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaError, KafkaException, TopicPartition
from cases import equal, eventually, raises, unique
from rdkafka import admin, consumer, done, new_topic, producer, read_all, receive, send

SUITE = "librdkafka consume"


def _filled(bootstrap, count=100, **config):
    topic = new_topic(bootstrap, **config)
    send(producer(bootstrap), topic, [b"%d" % n for n in range(count)])
    return topic


def _numbers(messages):
    return [int(message.value()) for message in messages]


def _assigned(bootstrap, topic, offset, **settings):
    client = consumer(bootstrap, **settings)
    client.assign([TopicPartition(topic, 0, offset)])
    return client


def test_beginning_reads_from_the_first_record(bootstrap):
    equal(_numbers(read_all(bootstrap, _filled(bootstrap), 100, offset=OFFSET_BEGINNING)), list(range(100)))


def test_an_offset_in_the_middle_of_a_batch_starts_exactly_there(bootstrap):
    equal(_numbers(read_all(bootstrap, _filled(bootstrap), 63, offset=37)), list(range(37, 100)))


def test_end_reads_only_what_comes_later(bootstrap):
    topic = _filled(bootstrap)
    client = _assigned(bootstrap, topic, OFFSET_END, enable_partition_eof=True)
    at_end = eventually(lambda: client.poll(0.5), "the end of the partition")
    equal((at_end.error().code(), at_end.offset()), (KafkaError._PARTITION_EOF, 100))
    send(producer(bootstrap), topic, [b"later"])
    later = eventually(lambda: client.poll(0.5), "the later record")
    equal((later.value(), later.offset()), (b"later", 100))
    client.close()


def test_seek_back_and_forth_rereads_the_same_records(bootstrap):
    topic = _filled(bootstrap)
    client = _assigned(bootstrap, topic, 90)
    equal(_numbers(receive(client, 10)), list(range(90, 100)))
    client.seek(TopicPartition(topic, 0, 10))
    equal(_numbers(receive(client, 5)), list(range(10, 15)))
    client.seek(TopicPartition(topic, 0, 99))
    equal(_numbers(receive(client, 1)), [99])
    client.close()


def test_watermarks_are_the_first_and_the_next_offset(bootstrap):
    topic = _filled(bootstrap)
    client = consumer(bootstrap)
    equal(client.get_watermark_offsets(TopicPartition(topic, 0), timeout=10), (0, 100))
    equal(client.get_watermark_offsets(TopicPartition(new_topic(bootstrap), 0), timeout=10), (0, 0), "empty topic")
    client.close()


def test_partition_end_is_reported_at_the_high_watermark(bootstrap):
    topic = _filled(bootstrap)
    client = _assigned(bootstrap, topic, 95, enable_partition_eof=True)
    equal(_numbers(receive(client, 5)), list(range(95, 100)))
    at_end = eventually(lambda: client.poll(0.5), "the end of the partition")
    equal((at_end.error().code(), at_end.offset()), (KafkaError._PARTITION_EOF, 100))
    client.close()


def test_offsets_for_times_find_the_first_record_at_or_after(bootstrap):
    topic = new_topic(bootstrap)
    client = producer(bootstrap)
    for n in range(10):
        send(client, topic, [b"%d" % n], timestamp=1700000000000 + n * 1000)
    reader = consumer(bootstrap)

    def at(timestamp):
        return reader.offsets_for_times([TopicPartition(topic, 0, timestamp)], timeout=10)[0].offset
    equal([at(1700000000000), at(1700000003000), at(1700000003001), at(1)], [0, 3, 4, 0])
    equal(at(1700000009001), OFFSET_END, "after the last record")
    reader.close()


def test_a_waiting_fetch_is_woken_by_the_append(bootstrap):
    topic = _filled(bootstrap, 1)
    client = _assigned(bootstrap, topic, 0, fetch_wait_max_ms=20000, socket_timeout_ms=60000)
    equal(client.poll(10).value(), b"0")  # from here on the client's next fetch waits at the end
    begun = time.monotonic()
    writer = threading.Thread(target=send, args=(producer(bootstrap), topic, [b"wake"]))
    writer.start()
    message = client.poll(15)
    writer.join()
    equal(message.value(), b"wake")
    assert time.monotonic() - begun < 5, "the append did not end the long poll"
    client.close()


def test_out_of_range_resets_as_the_policy_says(bootstrap):
    topic = _filled(bootstrap)
    equal(_numbers(read_all(bootstrap, topic, 1, offset=5000, auto_offset_reset="earliest")), [0])
    client = _assigned(bootstrap, topic, 5000, auto_offset_reset="error")
    message = eventually(lambda: client.poll(0.5), "the error")
    equal(message.error().code(), KafkaError._AUTO_OFFSET_RESET)
    client.close()


def test_a_fetch_below_the_deleted_start_resets_to_the_new_start(bootstrap):
    topic = _filled(bootstrap)
    done(admin(bootstrap).delete_records([TopicPartition(topic, 0, 40)]))
    equal(_numbers(read_all(bootstrap, topic, 60, offset=3)), list(range(40, 100)))


def test_paused_partitions_stand_still_while_others_flow(bootstrap):
    topic = new_topic(bootstrap, 2)
    client = consumer(bootstrap)
    client.assign([TopicPartition(topic, 0, 0), TopicPartition(topic, 1, 0)])
    client.pause([TopicPartition(topic, 0)])
    writer = producer(bootstrap)
    send(writer, topic, [b"0"], partition=0)
    send(writer, topic, [b"1"] * 50, partition=1)
    equal({message.partition() for message in receive(client, 50)}, {1})
    client.resume([TopicPartition(topic, 0)])
    equal(receive(client, 1)[0].partition(), 0)
    client.close()


def test_small_fetch_limits_still_move_through_large_records(bootstrap):
    topic = new_topic(bootstrap)
    values = [bytes([n]) * 50000 for n in range(20)]
    writer = producer(bootstrap)
    for value in values:
        send(writer, topic, [value])
    read = read_all(bootstrap, topic, 20, fetch_message_max_bytes=1000, fetch_max_bytes=1000, message_max_bytes=1000)
    equal([message.value() for message in read], values)


def test_many_partitions_are_read_completely_by_one_consumer(bootstrap):
    topic = new_topic(bootstrap, 50)
    writer = producer(bootstrap)
    for n in range(2000):
        writer.produce(topic, b"%d" % n, partition=n % 50)
    equal(writer.flush(30), 0)
    client = consumer(bootstrap)
    client.assign([TopicPartition(topic, p, 0) for p in range(50)])
    messages = receive(client, 2000)
    equal(sorted(_numbers(messages)), list(range(2000)))
    for partition in range(50):
        equal([m.offset() for m in messages if m.partition() == partition], list(range(40)), "offsets in order")
    client.close()


def test_crc_checks_pass_for_every_codec(bootstrap):
    topic = new_topic(bootstrap)
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        send(producer(bootstrap, compression_type=codec), topic, [b"same text " * 20] * 100)
    equal({m.value() for m in read_all(bootstrap, topic, 500, check_crcs=True)}, {b"same text " * 20})


def test_an_unknown_topic_is_an_error_where_auto_creation_is_off(bootstrap):
    topic = unique("py-missing")
    client = consumer(bootstrap, allow_auto_create_topics=False)
    client.subscribe([topic])
    message = eventually(lambda: client.poll(0.5), "the error")
    equal(message.error().code(), KafkaError.UNKNOWN_TOPIC_OR_PART)
    error = raises(KafkaException, client.get_watermark_offsets, TopicPartition(topic, 0), timeout=10)
    assert error.args[0].code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION), error
    assert topic not in admin(bootstrap).list_topics(timeout=10).topics, "asking made the topic"
    client.close()
