"""Produce: acks=0 silence, what is refused and how, that bytes are kept, and the idempotent producer's rules."""

import contextlib
import gzip
import threading
import time

from broker import NONE, Topic, append, fetch, list_offset, produce, produce_request
from cases import equal, eventually, unique
from records import batch, crc32c, message, packed_set, record, same_but_for_what_the_broker_stamps, split
from wire import ZERO_ID, Connection

SUITE = "traps produce"
CORRUPT, UNKNOWN_TOPIC, TOO_LARGE, INVALID_TOPIC, INVALID_ACKS, INVALID_TIMESTAMP = 2, 3, 10, 17, 21, 32
INVALID_REQUEST, OUT_OF_ORDER, INVALID_EPOCH, TRANSACTIONAL_ID_REFUSED, INVALID_RECORD, UNKNOWN_TOPIC_ID = 42, 45, 47, 53, 87, 100


class _NoTopic:
    def __init__(self, topic_id=b"u" * 16):
        self.name, self.id = unique("trap-missing"), topic_id


def _refused(bootstrap, topic, records, code, **named):
    with Connection(bootstrap) as wire:
        answer = produce(wire, topic, records, **named)
        equal((answer["error_code"], answer["base_offset"]), (code, -1))
        return answer


def test_acks_0_is_never_answered_and_the_next_answer_is_the_next_requests(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in (3, 7, 9, 12, 13):
            wire.send("Produce", version, produce_request(version, topic, batch([b"v"]), acks=0))
            equal(wire.ask("ApiVersions", 0, {})["error_code"], NONE)
        # acks=0 waits for nothing, so not for the disk either: the records may become readable a moment later.
        eventually(lambda: fetch(wire, topic, 0)["high_watermark"] == 5, "records kept")


def test_a_failed_acks_0_closes_the_connection(bootstrap):
    topic = Topic(bootstrap)
    for target, records in ((_NoTopic(), batch([b"v"])), (topic, batch([b"v"], crc=1)), (topic, batch([b"v" * 1100000]))):
        with Connection(bootstrap) as wire:
            wire.send("Produce", 9, produce_request(9, target, records, acks=0))
            wire.must_be_closed()


def test_other_acks_are_error_21(bootstrap):
    topic = Topic(bootstrap)
    _refused(bootstrap, topic, batch([b"v"]), INVALID_ACKS, acks=2)
    _refused(bootstrap, topic, batch([b"v"]), INVALID_ACKS, acks=-2)


def test_internal_topics_are_written_by_the_broker_alone_whatever_the_acks(bootstrap):
    class Internal:
        name, id = "__consumer_offsets", ZERO_ID

    with Connection(bootstrap) as wire:
        wire.ask("FindCoordinator", 2, {"key": unique("trap-group"), "key_type": 0})  # makes the topic where it is not there yet
        eventually(lambda: list_offset(wire, Internal, -1)["error_code"] == NONE, "the topic is there")
    for acks in (-1, 1):
        _refused(bootstrap, Internal, batch([b"v"]), INVALID_TOPIC, acks=acks)
    with Connection(bootstrap) as wire:
        wire.send("Produce", 9, produce_request(9, Internal, batch([b"v"]), acks=0))
        wire.must_be_closed()


def test_every_version_answers_offset_time_and_log_start(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for offset, version in enumerate(range(3, 14)):
            answer = produce(wire, topic, batch([b"v"]), version=version)
            equal((answer["error_code"], answer["base_offset"], answer["log_append_time_ms"]), (NONE, offset, -1), f"v{version}")
            equal(answer.get("log_start_offset", 0), 0, f"v{version} log start")


def test_unknown_topics_and_partitions_are_error_3_and_unknown_ids_100(bootstrap):
    topic = Topic(bootstrap)
    for version in range(3, 13):
        _refused(bootstrap, _NoTopic(), batch([b"v"]), UNKNOWN_TOPIC, version=version)
    for version in range(3, 14):
        _refused(bootstrap, topic, batch([b"v"]), UNKNOWN_TOPIC, version=version, partition=5)
    _refused(bootstrap, topic, batch([b"v"]), UNKNOWN_TOPIC, partition=-5)
    _refused(bootstrap, _NoTopic(), batch([b"v"]), UNKNOWN_TOPIC_ID, version=13)
    _refused(bootstrap, _NoTopic(ZERO_ID), batch([b"v"]), UNKNOWN_TOPIC_ID, version=13)


def test_one_bad_partition_does_not_harm_the_other(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        request = produce_request(9, topic, batch([b"v"]))
        request["topic_data"][0]["partition_data"].append({"index": 3, "records": batch([b"v"])})
        parts = wire.ask("Produce", 9, request)["responses"][0]["partition_responses"]
        equal({part["index"]: (part["error_code"], part["base_offset"]) for part in parts}, {0: (NONE, 0), 3: (UNKNOWN_TOPIC, -1)})


def test_damaged_batches_are_corrupt_and_leave_no_trace(bootstrap):
    topic = Topic(bootstrap)
    good = batch([b"value"])
    _refused(bootstrap, topic, batch([b"v"], crc=1), CORRUPT)
    _refused(bootstrap, topic, good[:-1] + bytes([good[-1] ^ 1]), CORRUPT)
    _refused(bootstrap, topic, batch([b"v"], magic=3), CORRUPT)
    _refused(bootstrap, topic, b"garbage!" * 20, CORRUPT)
    with Connection(bootstrap) as wire:
        equal(append(wire, topic, b"good"), 0, "the first offset")


def test_lying_batches_are_invalid_records_and_leave_no_trace(bootstrap):
    topic = Topic(bootstrap)
    two = [b"a", b"b"]
    for name, lie in {"no batch": b"", "two batches": batch(two) + batch(two), "cut off": batch(two)[:-2],
                      "length": batch(two)[:8] + b"\x40\0\0\0" + batch(two)[12:], "count too high": batch(two, count=3),
                      "count too low": batch(two, count=1), "last offset": batch(two, last_delta=7), "no records": batch([]),
                      "huge count": batch(two, count=2147483647, last_delta=2147483646), "negative count": batch(two, count=-1),
                      "base offset": batch(two, base_offset=77), "control": batch(two, attributes=0x20), "magic 1": batch(two, magic=1),
                      "sequence": batch(two, producer_id=5, epoch=0, sequence=-1),
                      "a sender's of the broker": batch(two, producer_id=2**62, epoch=0, sequence=0)}.items():
        with Connection(bootstrap) as wire:
            answer = produce(wire, topic, lie)
            equal((answer["error_code"], answer["base_offset"]), (INVALID_RECORD, -1), name)
    with Connection(bootstrap) as wire:
        equal(append(wire, topic, b"good"), 0, "the first offset")


def test_a_body_that_does_not_unpack_is_refused_and_leaves_no_trace(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for codec in (1, 2, 3, 4, 5, 7):
            answer = produce(wire, topic, batch([b"v"], attributes=codec, body=b"not compressed at all"))
            assert answer["error_code"] in (-1, CORRUPT, INVALID_RECORD), answer  # Kafka itself: -1 for most of them
            equal(answer["base_offset"], -1, f"codec {codec}")
        equal(append(wire, topic, b"good"), 0, "the first offset")


def test_a_batch_over_the_limit_is_error_10_whatever_its_records_are(bootstrap):
    topic = Topic(bootstrap, max_message_bytes="1000")
    _refused(bootstrap, topic, batch([b"v" * 1001]), TOO_LARGE)
    _refused(bootstrap, topic, batch([b"v" * 100] * 20), TOO_LARGE)
    with Connection(bootstrap) as wire:
        exact = batch([b"v" * (1000 - len(batch([b"v" * 100])) + 100 - 2)])
        assert len(exact) <= 1000, len(exact)
        equal(produce(wire, topic, exact)["error_code"], NONE, f"a batch of {len(exact)} bytes")


def test_a_record_without_key_is_refused_by_a_compacted_topic_with_its_index(bootstrap):
    topic = Topic(bootstrap, cleanup_policy="compact")
    answer = _refused(bootstrap, topic, batch([b"a", b"b"]), INVALID_RECORD)
    equal([error["batch_index"] for error in answer["record_errors"]], [0, 1])
    assert answer["error_message"], answer
    equal(_refused(bootstrap, topic, batch([b"a"]), INVALID_RECORD, version=7).get("record_errors"), None, "v7")


def test_a_timestamp_too_far_ahead_is_error_32_with_its_index(bootstrap):
    answer = _refused(bootstrap, Topic(bootstrap), batch([b"v"], timestamp=int(time.time() * 1000) + 7200_000), INVALID_TIMESTAMP)
    equal([error["batch_index"] for error in answer["record_errors"]], [0])


def _longest_wait_beside(bootstrap, work):
    """The longest that other clients, some on each shard, wait for an answer while `work` runs, and how long that takes; in seconds."""
    done, longest = threading.Event(), [0.0]

    def ask_again_and_again():
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(Connection(bootstrap)) for _ in range(8)]
            while not done.is_set():
                for wire in wires:
                    begin = time.monotonic()
                    wire.ask("ApiVersions", 0, {})
                    longest[0] = max(longest[0], time.monotonic() - begin)

    beside = threading.Thread(target=ask_again_and_again)
    beside.start()
    begin = time.monotonic()
    work()
    took = time.monotonic() - begin
    done.set()
    beside.join()
    return longest[0], took


def test_what_unpacks_to_a_hundred_times_its_size_holds_nobody_else_up(bootstrap):
    topic = Topic(bootstrap)
    zeros = bytes(100 << 20)
    old, new = packed_set([zeros]), batch([b""], attributes=1, body=gzip.compress(record(0, zeros), 1))
    for version, records in ((2, old), (9, new)):
        with Connection(bootstrap) as wire:
            # Whoever is held up is so each time; what else the machine does is not there each time.
            tries = [_longest_wait_beside(bootstrap, lambda: produce(wire, topic, records, version=version)) for _ in range(5)]
        assert any(longest < took / 2 for longest, took in tries), f"Produce v{version}: (somebody else's wait, its own) {tries}"


def test_an_old_set_that_takes_long_is_appended_before_what_the_connection_sends_behind_it(bootstrap):
    for version, behind in ((2, message(b"b")), (9, batch([b"b"]))):
        topic = Topic(bootstrap)
        with Connection(bootstrap) as wire:
            first = wire.send("Produce", 2, produce_request(2, topic, packed_set([bytes(4 << 20), b"a"])))
            second = wire.send("Produce", version, produce_request(version, topic, behind))
            for correlation, sent_version, offset in ((first, 2, 0), (second, version, 2)):
                answer = wire.receive("Produce", sent_version, correlation)["responses"][0]["partition_responses"][0]
                equal((answer["error_code"], answer["base_offset"]), (NONE, offset))


def test_an_old_set_that_unpacks_to_more_than_is_served_is_error_10(bootstrap):
    _refused(bootstrap, Topic(bootstrap), packed_set([bytes(130 << 20)]), TOO_LARGE, version=2)


def test_bytes_come_back_as_they_were_sent(bootstrap):
    topic = Topic(bootstrap)
    packed = gzip.compress(record(0, b"first") + record(1, b"second"), 1)
    sent = [batch([b"plain", b"two"]), batch([b"", b""], attributes=1, body=packed), batch([b"v"], timestamp=1600000000000)]
    with Connection(bootstrap) as wire:
        for data in sent:
            equal(produce(wire, topic, data)["error_code"], NONE)
        stored = split(fetch(wire, topic, 0)["records"])
    equal([base for base, _ in stored], [0, 2, 4], "base offsets")
    for data, (_, kept) in zip(sent, stored):
        assert same_but_for_what_the_broker_stamps(data, kept), (data, kept)


def test_log_append_time_is_stamped_checked_and_answered(bootstrap):
    topic = Topic(bootstrap, message_timestamp_type="LogAppendTime")
    with Connection(bootstrap) as wire:
        answer = produce(wire, topic, batch([b"v"], timestamp=1600000000000))
        assert abs(answer["log_append_time_ms"] - time.time() * 1000) < 60000, answer
        ((_, stored),) = split(fetch(wire, topic, 0)["records"])
    equal(int.from_bytes(stored[35:43], "big"), answer["log_append_time_ms"], "largest timestamp")
    equal(stored[22] & 8, 8, "timestamp type bit")
    equal(int.from_bytes(stored[17:21], "big"), crc32c(stored[21:]), "checksum")


class _Producer:
    """An idempotent producer by hand."""

    def __init__(self, bootstrap, topic):
        self.wire, self.topic = Connection(bootstrap), topic
        answer = self.wire.ask("InitProducerId", 4, {"transactional_id": None, "transaction_timeout_ms": 60000})
        equal((answer["error_code"], answer["producer_epoch"]), (NONE, 0))
        self.id = answer["producer_id"]

    def send(self, sequence, count=1, epoch=0):
        answer = produce(self.wire, self.topic, batch([b"v"] * count, producer_id=self.id, epoch=epoch, sequence=sequence))
        return answer["error_code"], answer["base_offset"]


def test_producer_ids_differ(bootstrap):
    topic = Topic(bootstrap)
    ids = [_Producer(bootstrap, topic).id for _ in range(20)]
    assert len(set(ids)) == 20 and min(ids) >= 0, ids


def test_a_duplicate_of_the_last_five_batches_is_answered_with_its_first_offset(bootstrap):
    producer = _Producer(bootstrap, Topic(bootstrap))
    for sequence in range(0, 14, 2):
        equal(producer.send(sequence, 2), (NONE, sequence))
    for sequence in (12, 10, 8, 6, 4):
        equal(producer.send(sequence, 2), (NONE, sequence), f"again {sequence}")
    for sequence in (2, 0):
        equal(producer.send(sequence, 2), (OUT_OF_ORDER, -1), f"long ago {sequence}")
    equal(list_offset(producer.wire, producer.topic, -1)["offset"], 14, "the log's end")
    equal(producer.send(14), (NONE, 14), "the next")


def test_a_gap_and_an_overlap_are_error_45(bootstrap):
    producer = _Producer(bootstrap, Topic(bootstrap))
    equal(producer.send(0, 3), (NONE, 0))
    equal(producer.send(4), (OUT_OF_ORDER, -1), "gap")
    equal(producer.send(2, 3), (OUT_OF_ORDER, -1), "overlap")
    equal(producer.send(1), (OUT_OF_ORDER, -1), "a part of an earlier batch")
    equal(producer.send(3), (NONE, 3), "the right one")


def test_a_new_epoch_begins_at_sequence_0_and_ends_the_old_one(bootstrap):
    producer = _Producer(bootstrap, Topic(bootstrap))
    equal(producer.send(0), (NONE, 0))
    equal(producer.send(1, epoch=1), (OUT_OF_ORDER, -1), "a new epoch not at 0")
    equal(producer.send(0, epoch=1), (NONE, 1), "a new epoch at 0")
    equal(producer.send(1), (INVALID_EPOCH, -1), "the old epoch")
    equal(producer.send(0), (INVALID_EPOCH, -1), "the old epoch's old batch")
    equal(producer.send(0, epoch=1), (NONE, 1), "the new epoch's duplicate")


def test_an_unknown_producer_may_begin_anywhere(bootstrap):
    producer = _Producer(bootstrap, Topic(bootstrap))
    equal(producer.send(41), (NONE, 0))
    equal(producer.send(42), (NONE, 1))


def test_sequences_wrap_to_zero(bootstrap):
    producer, largest = _Producer(bootstrap, Topic(bootstrap)), 2**31 - 1
    equal(producer.send(largest - 1), (NONE, 0))
    equal(producer.send(largest, 3), (NONE, 1))
    equal(producer.send(2), (NONE, 4))
    equal(producer.send(largest, 3), (NONE, 1), "the wrapped batch again")


def test_sequences_count_per_partition(bootstrap):
    topic = Topic(bootstrap, partitions=2)
    producer = _Producer(bootstrap, topic)
    for partition in (0, 1):
        answer = produce(producer.wire, topic, batch([b"v"], producer_id=producer.id, epoch=0, sequence=0), partition)
        equal((answer["error_code"], answer["base_offset"]), (NONE, 0))


def test_a_duplicate_from_another_connection_is_recognised(bootstrap):
    producer = _Producer(bootstrap, Topic(bootstrap))
    equal(producer.send(0), (NONE, 0))
    producer.wire = Connection(bootstrap)
    equal(producer.send(0), (NONE, 0))
    equal(producer.send(1), (NONE, 1))


def test_half_of_a_transaction_is_refused_at_each_of_its_steps(bootstrap):
    """Transactions are not offered. A client that does not look hears a refusal that it does not try again, and nothing is written."""
    topic, transactional = Topic(bootstrap), 0x10
    with Connection(bootstrap) as wire:
        equal(wire.ask("FindCoordinator", 4, {"key_type": 1, "coordinator_keys": ["t"]})["coordinators"][0]["error_code"], TRANSACTIONAL_ID_REFUSED)
        equal(wire.ask("InitProducerId", 4, {"transactional_id": "t", "transaction_timeout_ms": 60000})["error_code"], TRANSACTIONAL_ID_REFUSED)
        in_one = {**produce_request(9, topic, batch([b"v"], attributes=transactional, producer_id=1, epoch=0, sequence=0)), "transactional_id": "t"}
        equal(wire.ask("Produce", 9, in_one)["responses"][0]["partition_responses"][0]["error_code"], TRANSACTIONAL_ID_REFUSED)
        equal(list_offset(wire, topic, -1)["offset"], 0)
    _refused(bootstrap, topic, batch([b"v"], attributes=transactional, producer_id=1, epoch=0, sequence=0), INVALID_REQUEST)
