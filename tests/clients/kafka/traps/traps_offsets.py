"""ListOffsets, DeleteRecords, OffsetForLeaderEpoch: where a log begins and ends, for every special timestamp and version."""

from broker import NONE, Topic, append, fetch, list_offset, produce
from cases import equal, unique
from records import batch, record
from wire import Connection

SUITE = "traps offsets"
OUT_OF_RANGE, UNKNOWN_TOPIC, UNSUPPORTED_VERSION, POLICY_VIOLATION, UNKNOWN_LEADER_EPOCH = 1, 3, 35, 44, 75
LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, EARLIEST_PENDING = -1, -2, -3, -4, -5, -6
FIRST_VERSION = {MAX_TIMESTAMP: 7, EARLIEST_LOCAL: 8, LATEST_TIERED: 9, EARLIEST_PENDING: 11}


def _at(wire, topic, timestamp, version):
    part = list_offset(wire, topic, timestamp, version)
    return part["error_code"], part["timestamp"], part["offset"]


def _delete_before(wire, topic, offset):
    (answer,) = wire.ask("DeleteRecords", 2, {"topics": [{"name": topic.name, "partitions": [{"offset": offset}]}],
                                              "timeout_ms": 10000})["topics"]
    return answer["partitions"][0]["error_code"], answer["partitions"][0]["low_watermark"]


def test_an_empty_log_begins_and_ends_at_zero(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in range(1, 12):
            equal(_at(wire, topic, LATEST, version), (NONE, -1, 0), f"v{version} latest")
            equal(_at(wire, topic, EARLIEST, version), (NONE, -1, 0), f"v{version} earliest")
            equal(_at(wire, topic, 1700000000000, version), (NONE, -1, -1), f"v{version} by time")
        equal(_at(wire, topic, MAX_TIMESTAMP, 7), (NONE, -1, -1), "largest timestamp")
        equal(_at(wire, topic, EARLIEST_LOCAL, 8), (NONE, -1, 0), "earliest local")


def test_an_emptied_log_begins_and_ends_at_its_next_offset(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b", b"c")
        equal(_delete_before(wire, topic, -1), (NONE, 3))
        for version in range(1, 12):
            equal(_at(wire, topic, LATEST, version), (NONE, -1, 3), f"v{version} latest")
            equal(_at(wire, topic, EARLIEST, version), (NONE, -1, 3), f"v{version} earliest")
            equal(_at(wire, topic, 0, version), (NONE, -1, -1), f"v{version} by time")
        equal(_at(wire, topic, EARLIEST_LOCAL, 8), (NONE, -1, 3), "earliest local")
        part = fetch(wire, topic, 3)
        equal((part["error_code"], part["high_watermark"], part["log_start_offset"], part["records"]), (NONE, 3, 3, b""))
        equal(fetch(wire, topic, 2)["error_code"], OUT_OF_RANGE, "below the start")
        equal(append(wire, topic, b"d"), 3, "the next offset")


def test_special_timestamps_are_known_from_their_version_on_and_error_35_before(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", timestamp=1700000000000)
        append(wire, topic, b"b", timestamp=1700000009000)
        append(wire, topic, b"c", timestamp=1700000005000)
        known = {MAX_TIMESTAMP: (NONE, 1700000009000, 1), EARLIEST_LOCAL: (NONE, -1, 0), LATEST_TIERED: (NONE, -1, -1),
                 EARLIEST_PENDING: (NONE, -1, -1)}
        for version in range(1, 12):
            for special, answer in known.items():
                expected = answer if version >= FIRST_VERSION[special] else (UNSUPPORTED_VERSION, -1, -1)
                equal(_at(wire, topic, special, version), expected, f"v{version} {special}")
            equal(_at(wire, topic, -7, version), (UNSUPPORTED_VERSION, -1, -1), f"v{version} -7")


def test_by_time_the_first_record_at_or_after_is_found_even_out_of_order(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for stamp in (5000, 9000, 7000):
            append(wire, topic, b"v", timestamp=1700000000000 + stamp)
        for version in range(1, 12):
            equal(_at(wire, topic, 1700000006000, version), (NONE, 1700000009000, 1), f"v{version}")
            equal(_at(wire, topic, 0, version), (NONE, 1700000005000, 0), f"v{version} from 0")
            equal(_at(wire, topic, 1700000009001, version), (NONE, -1, -1), f"v{version} too late")


def test_by_time_the_record_inside_a_batch_is_found(bootstrap):
    topic = Topic(bootstrap)
    body = b"".join(record(n, b"v", timestamp_delta=n * 1000) for n in range(5))
    with Connection(bootstrap) as wire:
        equal(produce(wire, topic, batch([b"v"] * 5, body=body, max_timestamp=1700000004000))["error_code"], NONE)
        equal(_at(wire, topic, 1700000002500, 7), (NONE, 1700000003000, 3))


def test_leader_epochs_come_with_offsets_from_version_4(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v")
        for version in range(4, 12):
            assert list_offset(wire, topic, LATEST, version)["leader_epoch"] >= 0, version
            equal(list_offset(wire, topic, LATEST, version, current_leader_epoch=99)["error_code"], UNKNOWN_LEADER_EPOCH)


def test_unknown_topics_and_partitions_are_error_3_in_every_version(bootstrap):
    topic = Topic(bootstrap)
    missing = type("Missing", (), {"name": unique("trap-missing")})
    with Connection(bootstrap) as wire:
        for version in range(1, 12):
            equal(_at(wire, missing, LATEST, version), (UNKNOWN_TOPIC, -1, -1), f"v{version}")
            equal(list_offset(wire, topic, LATEST, version, partition=4)["error_code"], UNKNOWN_TOPIC, f"v{version}")


def test_delete_records_moves_the_start_and_refuses_what_is_beyond_the_end(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b", b"c")
        equal(_delete_before(wire, topic, 2), (NONE, 2))
        equal(_delete_before(wire, topic, 1), (NONE, 2), "below the start nothing happens")
        equal(_delete_before(wire, topic, 4)[0], OUT_OF_RANGE)
        equal(_at(wire, topic, EARLIEST, 7), (NONE, -1, 2))
        missing = type("Missing", (), {"name": unique("trap-missing")})
        equal(_delete_before(wire, missing, 0)[0], UNKNOWN_TOPIC)


def test_delete_records_on_a_compacted_topic_is_a_policy_violation(bootstrap):
    with Connection(bootstrap) as wire:
        equal(_delete_before(wire, Topic(bootstrap, cleanup_policy="compact"), 0)[0], POLICY_VIOLATION)
        equal(_delete_before(wire, Topic(bootstrap, cleanup_policy="compact,delete"), 0)[0], NONE)


def _epoch_end(wire, topic, epoch, version, current=-1):
    (answer,) = wire.ask("OffsetForLeaderEpoch", version, {"replica_id": -1, "topics": [
        {"topic": topic.name, "partitions": [{"leader_epoch": epoch, "current_leader_epoch": current}]}]})["topics"]
    part = answer["partitions"][0]
    return part["error_code"], part["leader_epoch"], part["end_offset"]


def test_the_current_epoch_ends_at_the_logs_end_and_others_are_undefined(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"a", b"b")
        epoch = list_offset(wire, topic, LATEST)["leader_epoch"]
        for version in (2, 3, 4):
            equal(_epoch_end(wire, topic, epoch, version), (NONE, epoch, 2), f"v{version}")
            equal(_epoch_end(wire, topic, epoch + 5, version), (NONE, -1, -1), f"v{version} from the future")
            equal(_epoch_end(wire, topic, -1, version), (NONE, -1, -1), f"v{version} undefined")
            equal(_epoch_end(wire, topic, epoch, version, epoch + 1), (UNKNOWN_LEADER_EPOCH, -1, -1), f"v{version} current")


def test_the_epoch_of_an_offset_is_known_before_it_has_a_record(bootstrap):
    """A client that took its position from ListOffsets asks where that epoch ended; "unknown" would send it to its reset policy."""
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for timestamp in (LATEST, EARLIEST):
            epoch = list_offset(wire, topic, timestamp)["leader_epoch"]
            equal(_epoch_end(wire, topic, epoch, 4), (NONE, epoch, 0), f"an empty log, {timestamp}")
        append(wire, topic, b"a", b"b")
        equal(_delete_before(wire, topic, 2), (NONE, 2))
        for timestamp in (LATEST, EARLIEST):
            epoch = list_offset(wire, topic, timestamp)["leader_epoch"]
            equal(_epoch_end(wire, topic, epoch, 4), (NONE, epoch, 2), f"an emptied log, {timestamp}")
