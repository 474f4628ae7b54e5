"""Fetch: long polls, limits, watermarks, epochs, ids and sessions."""

import threading
import time

from broker import NONE, Topic, append, fetch, fetch_request
from cases import equal, unique
from records import split
from wire import ZERO_ID, Connection, elapsed_s

SUITE = "traps fetch"
OUT_OF_RANGE, UNKNOWN_TOPIC, UNKNOWN_TOPIC_ID = 1, 3, 100
SESSION_TOPIC_ID_ERROR = 106
SESSION_NOT_FOUND, INVALID_SESSION_EPOCH, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH = 70, 71, 74, 75


class _NoTopic:
    def __init__(self, topic_id=b"u" * 16):
        self.name, self.id = unique("trap-missing"), topic_id


def _bases(part):
    return [base for base, _ in split(part["records"])]


def test_at_the_end_of_the_log_a_fetch_waits_its_time_and_comes_back_empty(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v")
        part, seconds = elapsed_s(lambda: fetch(wire, topic, 1, max_wait_ms=700))
    equal((part["records"], part["high_watermark"]), (b"", 1))
    assert 0.65 < seconds < 5, seconds


def test_an_append_ends_the_wait_at_once(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as reader, Connection(bootstrap) as writer:
        correlation = reader.send("Fetch", 12, fetch_request(12, topic, 0, max_wait_ms=15000))
        assert not reader.answered_within(0.3), "answered before there was anything to read"
        begun = time.monotonic()
        append(writer, topic, b"v")
        part = reader.receive("Fetch", 12, correlation)["responses"][0]["partitions"][0]
        assert time.monotonic() - begun < 3, "the append did not end the wait"
        equal((_bases(part), part["high_watermark"]), ([0], 1))


def test_a_wait_for_many_bytes_ends_when_they_have_come(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as reader, Connection(bootstrap) as writer:
        correlation = reader.send("Fetch", 12, fetch_request(12, topic, 0, max_wait_ms=15000, min_bytes=3000))
        append(writer, topic, b"v" * 1000)
        assert not reader.answered_within(0.3), "answered below min_bytes"
        append(writer, topic, b"v" * 2500)
        equal(_bases(reader.receive("Fetch", 12, correlation)["responses"][0]["partitions"][0]), [0, 1])


def test_nobody_waits_for_many_bytes_over_what_is_there(bootstrap):
    """Of batches that do not fill a partition's limit there are more, though fewer bytes than asked for fit."""
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for _ in range(8):
            append(wire, topic, b"v" * 300_000)
        part, seconds = elapsed_s(lambda: fetch(wire, topic, 0, max_wait_ms=5000, min_bytes=1_000_000))
        assert seconds < 1, seconds
        equal(_bases(part), [0, 1, 2])
        part, seconds = elapsed_s(lambda: fetch(wire, topic, 6, max_wait_ms=500, min_bytes=1_000_000))
        assert 0.45 < seconds < 5, "nothing is behind it"
        equal(_bases(part), [6, 7])


def test_too_few_bytes_are_answered_after_the_wait(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v")
        part, seconds = elapsed_s(lambda: fetch(wire, topic, 0, max_wait_ms=500, min_bytes=100000))
    equal(_bases(part), [0])
    assert 0.45 < seconds < 5, seconds


def test_no_wait_no_minimum_and_errors_are_answered_at_once(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for named in ({"max_wait_ms": 0}, {"max_wait_ms": 20000, "min_bytes": 0}, {"max_wait_ms": -5}):
            equal(fetch(wire, topic, 0, **named)["records"], b"", str(named))
        equal(fetch(wire, topic, 7, max_wait_ms=20000)["error_code"], OUT_OF_RANGE)


def test_a_waiting_fetch_is_ended_by_any_of_its_partitions(bootstrap):
    topic = Topic(bootstrap, partitions=3)
    with Connection(bootstrap) as reader, Connection(bootstrap) as writer:
        request = fetch_request(12, topic, 0, max_wait_ms=15000)
        request["topics"][0]["partitions"] = [{"partition": n, "fetch_offset": 0, "partition_max_bytes": 1000} for n in range(3)]
        correlation = reader.send("Fetch", 12, request)
        append(writer, topic, b"v", partition=2)
        parts = reader.receive("Fetch", 12, correlation)["responses"][0]["partitions"]
        equal({part["partition_index"]: len(split(part["records"])) for part in parts}, {0: 0, 1: 0, 2: 1})


def test_every_version_tells_watermarks_and_records(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b")
        for version in range(4, 19):
            part = fetch(wire, topic, 0, version=version)
            equal((part["error_code"], part["high_watermark"], part["last_stable_offset"], part.get("log_start_offset", 0),
                   part["aborted_transactions"], part.get("preferred_read_replica", -1), _bases(part)),
                  (NONE, 2, 2, 0, None, -1, [0]), f"v{version}")


def test_read_committed_has_an_empty_list_of_aborted_transactions_and_reads_all(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a")
        part = fetch(wire, topic, 0, isolation_level=1)
        equal((part["aborted_transactions"], _bases(part)), ([], [0]))


def test_out_of_range_is_error_1_on_both_sides(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b")
        for version in range(4, 19):
            for offset in (3, -1):
                part = fetch(wire, topic, offset, version=version)
                equal((part["error_code"], part["records"]), (OUT_OF_RANGE, b""), f"v{version} offset {offset}")
        equal(fetch(wire, topic, 2)["error_code"], NONE, "exactly the end")


def test_a_reader_of_an_epoch_that_the_log_never_had_is_out_of_range(bootstrap):
    """As in Kafka (Partition.readRecords). An empty answer that tells of a divergence at no offset is asked for ever."""
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a")
        for version in range(12, 19):
            part = fetch(wire, topic, 1, version=version, last_fetched_epoch=1 << 30)
            equal((part["error_code"], part["records"]), (OUT_OF_RANGE, b""), f"v{version}")


def test_an_offset_inside_a_batch_brings_the_whole_batch(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b", b"c")
        append(wire, topic, b"d")
        equal(_bases(fetch(wire, topic, 1)), [0, 3])
        equal(_bases(fetch(wire, topic, 3)), [3])


def test_the_first_batch_comes_whole_however_small_the_limits(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v" * 5000)
        append(wire, topic, b"w")
        equal(_bases(fetch(wire, topic, 0, partition_max_bytes=1)), [0], "partition limit")
        equal(_bases(fetch(wire, topic, 0, partition_max_bytes=0)), [0], "partition limit of zero")
        equal(_bases(fetch(wire, topic, 0, max_bytes=1)), [0], "request limit")


def test_only_the_first_partition_may_exceed_the_requests_limit(bootstrap):
    topic = Topic(bootstrap, partitions=2)
    with Connection(bootstrap) as wire:
        for partition in (0, 1):
            append(wire, topic, b"v" * 5000, partition=partition)
        request = fetch_request(12, topic, 0, max_bytes=1)
        request["topics"][0]["partitions"] = [{"partition": n, "fetch_offset": 0, "partition_max_bytes": 100000} for n in (0, 1)]
        parts = wire.ask("Fetch", 12, request)["responses"][0]["partitions"]
        equal(sorted(len(split(part["records"])) for part in parts), [0, 1])


def test_unknown_topics_and_partitions_are_error_3_and_unknown_ids_100_for_that_topic_alone(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v")
        for version in range(4, 13):
            equal(fetch(wire, _NoTopic(), 0, version=version)["error_code"], UNKNOWN_TOPIC, f"v{version}")
        for version in range(4, 19):
            equal(fetch(wire, topic, 0, version=version, partition=7)["error_code"], UNKNOWN_TOPIC, f"v{version} partition")
        for version in range(13, 19):
            for stranger in (_NoTopic(), _NoTopic(ZERO_ID)):
                request = fetch_request(version, stranger, 0)
                request["topics"] += fetch_request(version, topic, 0)["topics"]
                answer = wire.ask("Fetch", version, request)
                equal(answer["error_code"], NONE, f"v{version}")
                equal({t["topic_id"]: t["partitions"][0]["error_code"] for t in answer["responses"]},
                      {stranger.id: UNKNOWN_TOPIC_ID, topic.id: NONE}, f"v{version}")


def test_a_leader_epoch_of_the_past_is_error_74(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in range(9, 19):  # 0: nobody led in it, a broker's first epoch is 1
            equal(fetch(wire, topic, 0, version=version, current_leader_epoch=0)["error_code"], FENCED_LEADER_EPOCH, f"v{version}")


def test_a_leader_epoch_from_the_future_is_error_75(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in range(9, 19):
            equal(fetch(wire, topic, 0, version=version, current_leader_epoch=99)["error_code"], UNKNOWN_LEADER_EPOCH, f"v{version}")


def test_a_position_beyond_the_end_of_its_epoch_is_told_where_it_diverges(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b")
        epoch = int.from_bytes(split(fetch(wire, topic, 0)["records"])[0][1][12:16], "big")
        part = fetch(wire, topic, 9, last_fetched_epoch=epoch, current_leader_epoch=-1)
        equal((part["error_code"], part["diverging_epoch"]), (NONE, {"epoch": epoch, "end_offset": 2}))


class _Session:
    def __init__(self, wire):
        self.wire, self.id = wire, 0

    def ask(self, epoch, *positions, forget=(), session_id=None, max_wait_ms=0):
        """Fetches (topic, offset) positions; returns (error, {topic: number of batches})."""
        answer = self.wire.ask("Fetch", 12, {
            "max_wait_ms": max_wait_ms, "min_bytes": 1, "session_id": self.id if session_id is None else session_id, "session_epoch": epoch,
            "topics": [{"topic": topic.name, "partitions": [{"fetch_offset": offset, "partition_max_bytes": 100000}]}
                       for topic, offset in positions],
            "forgotten_topics_data": [{"topic": topic.name, "partitions": [0]} for topic in forget]})
        if answer["session_id"]:
            self.id = answer["session_id"]
        return answer["error_code"], {t["topic"]: len(split(t["partitions"][0]["records"])) for t in answer["responses"]}


def test_a_session_answers_only_what_changed_or_there_is_no_session(bootstrap):
    one, two = Topic(bootstrap), Topic(bootstrap)
    with Connection(bootstrap) as wire:
        session = _Session(wire)
        equal(session.ask(0, (one, 0), (two, 0)), (NONE, {one.name: 0, two.name: 0}), "all at first")
        if not session.id:
            return  # "always full fetches" is a legal broker: every answer says session 0
        equal(session.ask(1), (NONE, {}), "nothing changed")
        append(wire, two, b"v")
        equal(session.ask(2), (NONE, {two.name: 1}), "one topic grew")
        equal(session.ask(3, (two, 1)), (NONE, {}), "its new position")
        equal(session.ask(9)[0], INVALID_SESSION_EPOCH, "an epoch skipped")
        equal(session.ask(3)[0], INVALID_SESSION_EPOCH, "an epoch repeated")
        equal(session.ask(4, forget=[two]), (NONE, {}), "forgotten")
        append(wire, two, b"v")
        equal(session.ask(5), (NONE, {}), "a forgotten topic grew")
        equal(session.ask(-1, (one, 0)), (NONE, {one.name: 0}), "closed by a full fetch")
        equal(session.ask(6)[0], SESSION_NOT_FOUND, "after the close")


def test_what_asks_for_no_partition_is_answered_at_once(bootstrap):
    """As when a consumer closes its session: it waits for the answer."""
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        session = _Session(wire)
        session.ask(0, (topic, 0))
        for epoch, more in [(1, {"forget": [topic]}), (2, {}), (-1, {})]:
            answer, seconds = elapsed_s(lambda: session.ask(epoch if session.id else -1, max_wait_ms=20000, **more))
            equal(answer, (NONE, {}), f"epoch {epoch}")
            assert seconds < 10, seconds


def test_an_unknown_session_is_error_70_and_harmless(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        session = _Session(wire)
        equal(session.ask(1, (topic, 0), session_id=123456789), (SESSION_NOT_FOUND, {}))
        equal(session.ask(-1, (topic, 0)), (NONE, {topic.name: 0}))


def test_a_session_of_topic_ids_is_not_continued_by_names(bootstrap):
    """The code that tells a client to learn the ids again, in the version that has none: KIP-516."""
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        begun = wire.ask("Fetch", 13, {**fetch_request(13, topic, 0), "session_id": 0, "session_epoch": 0})
        if begun["session_id"]:
            goes_on = {**fetch_request(12, topic, 0), "session_id": begun["session_id"], "session_epoch": 1}
            equal(wire.ask("Fetch", 12, goes_on)["error_code"], SESSION_TOPIC_ID_ERROR)


def test_one_connection_may_hold_several_sessions(bootstrap):
    one, two = Topic(bootstrap), Topic(bootstrap)
    with Connection(bootstrap) as wire:
        first, second = _Session(wire), _Session(wire)
        equal(first.ask(0, (one, 0)), (NONE, {one.name: 0}))
        equal(second.ask(0, (two, 0)), (NONE, {two.name: 0}))
        if not first.id:
            return  # full fetches only
        append(wire, one, b"v")
        equal(second.ask(1), (NONE, {}))
        equal(first.ask(1), (NONE, {one.name: 1}))


def test_the_high_watermark_never_falls(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as reader, Connection(bootstrap) as writer:
        thread = threading.Thread(target=lambda: [append(writer, topic, b"%d" % n) for n in range(200)])
        thread.start()
        shown = [fetch(reader, topic, 0, partition_max_bytes=1)["high_watermark"] for _ in range(200)]
        thread.join()
        equal(shown, sorted(shown))
        equal(fetch(reader, topic, 0)["high_watermark"], 200)
