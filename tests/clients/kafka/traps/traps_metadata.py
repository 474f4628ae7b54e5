"""Metadata: null and empty lists, ids, unknown topics, what is advertised."""

from broker import NONE, Topic
from cases import equal, eventually, unique
from wire import ZERO_ID, Connection

SUITE = "traps metadata"
UNKNOWN_TOPIC, INVALID_TOPIC, LEADER_NOT_AVAILABLE, INVALID_REQUEST, UNKNOWN_TOPIC_ID = 3, 17, 5, 42, 100


def _names(wire, version, topics):
    return [topic["name"] for topic in wire.ask("Metadata", version, {"topics": topics, "allow_auto_topic_creation": False})["topics"]]


def test_version_0_takes_an_empty_list_as_all_topics(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        assert topic.name in _names(wire, 0, [])


def test_from_version_1_null_is_all_and_empty_is_none(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in range(1, 14):
            equal(_names(wire, version, []), [], f"v{version} empty")
            assert topic.name in _names(wire, version, None), f"v{version} null"


def test_an_unknown_topic_is_error_3_in_every_version_and_is_not_made_unasked(bootstrap):
    name = unique("trap-missing")
    with Connection(bootstrap) as wire:
        for version in range(4, 14):
            (topic,) = wire.ask("Metadata", version, {"topics": [{"name": name}], "allow_auto_topic_creation": False})["topics"]
            equal((topic["error_code"], topic["name"], topic["partitions"]), (UNKNOWN_TOPIC, name, []), f"v{version}")
        assert name not in _names(wire, 12, None)


def test_asking_for_an_unknown_topic_makes_it_in_old_versions_and_where_allowed(bootstrap):
    with Connection(bootstrap) as wire:
        for version in (0, 1, 3, 4, 8, 12):
            name = unique("trap-auto")

            def made():
                (topic,) = wire.ask("Metadata", version, {"topics": [{"name": name}], **({"allow_auto_topic_creation": True}
                                    if version >= 4 else {})})["topics"]
                assert topic["error_code"] in (NONE, UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE), topic
                return topic["error_code"] == NONE and topic["partitions"]
            eventually(made, f"the topic made by v{version}")


def test_a_bad_name_is_error_17_and_makes_nothing(bootstrap):
    with Connection(bootstrap) as wire:
        for name in ("a/b", "", "..", "x" * 250):
            (topic,) = wire.ask("Metadata", 9, {"topics": [{"name": name}], "allow_auto_topic_creation": True})["topics"]
            equal((topic["error_code"], topic["name"]), (INVALID_TOPIC, name))


def test_topics_carry_an_id_that_is_never_zero_and_finds_them(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in (10, 11, 12, 13):
            (by_name,) = wire.ask("Metadata", version, {"topics": [{"name": topic.name}]})["topics"]
            equal(by_name["topic_id"], topic.id, f"v{version}")
        assert topic.id != ZERO_ID
        (by_id,) = wire.ask("Metadata", 12, {"topics": [{"name": None, "topic_id": topic.id}]})["topics"]
        equal((by_id["error_code"], by_id["name"]), (NONE, topic.name))


def test_an_unknown_id_is_error_100_with_a_null_name(bootstrap):
    with Connection(bootstrap) as wire:
        (topic,) = wire.ask("Metadata", 12, {"topics": [{"name": None, "topic_id": b"u" * 16}]})["topics"]
        equal((topic["error_code"], topic["name"], topic["topic_id"]), (UNKNOWN_TOPIC_ID, None, b"u" * 16))


def test_a_null_name_before_version_12_is_an_invalid_request(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in (10, 11):
            (answer,) = wire.ask("Metadata", version, {"topics": [{"name": None, "topic_id": topic.id}]})["topics"]
            equal((answer["error_code"], answer["name"]), (INVALID_REQUEST, ""), f"v{version}")


def test_one_topic_asked_for_twice_is_answered_once(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        equal(_names(wire, 9, [{"name": topic.name}] * 2), [topic.name])


def test_brokers_are_where_the_client_connected_and_one_of_them_is_the_controller(bootstrap):
    host, port = bootstrap.rsplit(":", 1)
    with Connection(bootstrap) as wire:
        for version in range(14):
            answer = wire.ask("Metadata", version, {"topics": []})
            assert (host, int(port)) in [(broker["host"], broker["port"]) for broker in answer["brokers"]], answer
            if version >= 1:
                assert answer["controller_id"] in [broker["node_id"] for broker in answer["brokers"]], answer
            if version >= 2:
                assert answer["cluster_id"], answer


def test_partitions_name_leader_replicas_and_epoch(bootstrap):
    topic = Topic(bootstrap, partitions=3)
    with Connection(bootstrap) as wire:
        (answer,) = wire.ask("Metadata", 12, {"topics": [{"name": topic.name}]})["topics"]
        equal(sorted(part["partition_index"] for part in answer["partitions"]), [0, 1, 2])
        for part in answer["partitions"]:
            equal((part["error_code"], part["replica_nodes"], part["isr_nodes"], part["offline_replicas"]),
                  (NONE, [part["leader_id"]], [part["leader_id"]], []))
            assert part["leader_epoch"] >= 0, part


def test_a_topic_made_again_has_another_id_and_the_old_one_is_unknown(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        wire.ask("DeleteTopics", 6, {"topics": [{"name": None, "topic_id": topic.id}], "timeout_ms": 10000})

        def made():
            answer = wire.ask("CreateTopics", 7, {"topics": [{"name": topic.name, "num_partitions": 1, "replication_factor": 1}],
                                                  "timeout_ms": 10000})["topics"][0]
            return answer["error_code"] == NONE and answer["topic_id"]
        assert eventually(made, "the name free again") not in (topic.id, ZERO_ID)
        eventually(lambda: wire.ask("Metadata", 12, {"topics": [{"name": None, "topic_id": topic.id}]})["topics"][0]["error_code"]
                   == UNKNOWN_TOPIC_ID, "the old id unknown")
