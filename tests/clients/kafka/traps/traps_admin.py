"""Topics and configurations: defaults, refusals by name, what the answers must hold in each version."""

from broker import NONE, Topic, append, produce
from cases import equal, eventually, unique
from records import batch
from wire import ZERO_ID, Connection

SUITE = "traps admin"
UNKNOWN_TOPIC, INVALID_TOPIC, TOPIC_EXISTS, INVALID_PARTITIONS, INVALID_REPLICATION = 3, 17, 36, 37, 38
INVALID_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST, UNKNOWN_TOPIC_ID = 39, 40, 42, 100
TOPIC, BROKER = 2, 4


def _create(wire, version=7, validate_only=False, **topic):
    topic = {"name": unique("trap"), "num_partitions": 1, "replication_factor": 1, **topic}
    return wire.ask("CreateTopics", version, {"topics": [topic], "timeout_ms": 10000, "validate_only": validate_only})["topics"][0]


def test_every_version_creates_a_topic_and_5_and_later_tell_its_configs(bootstrap):
    with Connection(bootstrap) as wire:
        for version in range(2, 8):
            answer = _create(wire, version, num_partitions=3, configs=[{"name": "retention.ms", "value": "12345"}])
            equal(answer["error_code"], NONE, f"v{version}")
            if version >= 5:
                equal((answer["num_partitions"], answer["replication_factor"]), (3, 1), f"v{version}")
                configs = {entry["name"]: entry["value"] for entry in answer["configs"]}
                equal((configs["retention.ms"], configs["cleanup.policy"]), ("12345", "delete"), f"v{version}")
                assert len(configs) > 20, f"only {sorted(configs)}"
            if version >= 7:
                assert answer["topic_id"] != ZERO_ID


def test_minus_one_takes_the_brokers_defaults(bootstrap):
    with Connection(bootstrap) as wire:
        for version in (4, 5, 7):
            answer = _create(wire, version, num_partitions=-1, replication_factor=-1)
            equal(answer["error_code"], NONE, f"v{version}")
            assert version < 5 or answer["num_partitions"] >= 1 and answer["replication_factor"] == 1, answer


def test_bad_topics_are_refused_each_with_its_error_and_a_sentence(bootstrap):
    with Connection(bootstrap) as wire:
        for version in range(2, 8):
            for code, topic in ((INVALID_TOPIC, {"name": "a/b"}), (INVALID_TOPIC, {"name": ""}), (INVALID_TOPIC, {"name": "."}),
                                (INVALID_TOPIC, {"name": "x" * 250}), (INVALID_PARTITIONS, {"num_partitions": 0}),
                                (INVALID_REPLICATION, {"replication_factor": 2}), (INVALID_REPLICATION, {"replication_factor": 0}),
                                (INVALID_CONFIG, {"configs": [{"name": "no.such", "value": "1"}]}),
                                (INVALID_CONFIG, {"configs": [{"name": "retention.ms", "value": "x"}]}),
                                (INVALID_CONFIG, {"configs": [{"name": "cleanup.policy", "value": "shred"}]}),
                                (INVALID_CONFIG, {"configs": [{"name": "min.insync.replicas", "value": "0"}]})):
                answer = _create(wire, version, **topic)
                equal(answer["error_code"], code, f"v{version} {str(topic)[:60]}")
                assert answer["error_message"], f"v{version} {topic} without a sentence"


def test_a_name_that_exists_is_error_36(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        for version in range(2, 8):
            equal(_create(wire, version, name=topic.name)["error_code"], TOPIC_EXISTS, f"v{version}")
            equal(_create(wire, version, True, name=topic.name)["error_code"], TOPIC_EXISTS, f"v{version} validate only")


def test_one_name_twice_in_a_request_is_an_invalid_request(bootstrap):
    name = unique("trap")
    with Connection(bootstrap) as wire:
        topic = {"name": name, "num_partitions": 1, "replication_factor": 1}
        answers = wire.ask("CreateTopics", 7, {"topics": [topic, topic], "timeout_ms": 10000})["topics"]
        equal([(answer["name"], answer["error_code"]) for answer in answers], [(name, INVALID_REQUEST)])


def test_assignments_stand_for_partition_count_and_factor(bootstrap):
    with Connection(bootstrap) as wire:
        (node,) = [broker["node_id"] for broker in wire.ask("Metadata", 12, {"topics": []})["brokers"]]
        rows = [{"partition_index": n, "broker_ids": [node]} for n in range(2)]
        answer = _create(wire, num_partitions=-1, replication_factor=-1, assignments=rows)
        equal((answer["error_code"], answer["num_partitions"], answer["replication_factor"]), (NONE, 2, 1))
        equal(_create(wire, num_partitions=2, replication_factor=1, assignments=rows)["error_code"], INVALID_REQUEST)
        for bad in ([{"partition_index": 0, "broker_ids": [node + 77]}], [{"partition_index": 1, "broker_ids": [node]}],
                    [{"partition_index": 0, "broker_ids": [node, node]}]):
            equal(_create(wire, num_partitions=-1, replication_factor=-1, assignments=bad)["error_code"], INVALID_ASSIGNMENT, str(bad))


def test_every_topic_config_of_kafka_is_accepted(bootstrap):
    settings = {"cleanup.policy": "compact,delete", "compression.type": "producer", "delete.retention.ms": "1000",
                "file.delete.delay.ms": "1000", "flush.messages": "1", "flush.ms": "1000", "follower.replication.throttled.replicas": "",
                "index.interval.bytes": "4096", "leader.replication.throttled.replicas": "", "local.retention.bytes": "-2",
                "local.retention.ms": "-2", "max.compaction.lag.ms": "100000", "max.message.bytes": "100000",
                "message.timestamp.after.max.ms": "3600000", "message.timestamp.before.max.ms": "9223372036854775807",
                "message.timestamp.type": "CreateTime", "min.cleanable.dirty.ratio": "0.5", "min.compaction.lag.ms": "0",
                "min.insync.replicas": "1", "preallocate": "false", "retention.bytes": "-1", "retention.ms": "-1",
                "segment.bytes": "1048576", "segment.index.bytes": "1048576", "segment.jitter.ms": "0", "segment.ms": "600000",
                "unclean.leader.election.enable": "false"}
    with Connection(bootstrap) as wire:
        for name, value in settings.items():
            equal(_create(wire, configs=[{"name": name, "value": value}])["error_code"], NONE, f"{name}={value}")


def test_deletes_by_name_and_by_id_and_unknown_ones(bootstrap):
    with Connection(bootstrap) as wire:
        for version in range(1, 6):
            topic = Topic(bootstrap)
            answers = wire.ask("DeleteTopics", version, {"topic_names": [topic.name, "trap-nobody"], "timeout_ms": 10000})["responses"]
            equal({a["name"]: a["error_code"] for a in answers}, {topic.name: NONE, "trap-nobody": UNKNOWN_TOPIC}, f"v{version}")
        topic = Topic(bootstrap)
        answers = wire.ask("DeleteTopics", 6, {"topics": [{"topic_id": topic.id}, {"topic_id": b"u" * 16}], "timeout_ms": 10000})["responses"]
        equal({a["topic_id"]: (a["name"], a["error_code"]) for a in answers},
              {topic.id: (topic.name, NONE), b"u" * 16: (None, UNKNOWN_TOPIC_ID)})


def test_partitions_grow_and_never_shrink(bootstrap):
    topic = Topic(bootstrap, partitions=2)
    with Connection(bootstrap) as wire:
        for version in range(4):
            def grow(count, name=topic.name):
                return wire.ask("CreatePartitions", version, {"topics": [{"name": name, "count": count, "assignments": None}],
                                                              "timeout_ms": 10000})["results"][0]["error_code"]
            equal(grow(3 + version), NONE, f"v{version}")
            equal((grow(3 + version), grow(1), grow(0)), (INVALID_PARTITIONS,) * 3, f"v{version} not more")
            equal(grow(9, "trap-nobody"), UNKNOWN_TOPIC, f"v{version}")


def _configs(wire, kind, name, version=4, keys=None):
    (result,) = wire.ask("DescribeConfigs", version, {"resources": [
        {"resource_type": kind, "resource_name": name, "configuration_keys": keys}]})["results"]
    return result["error_code"], {entry["name"]: entry for entry in result["configs"]}


def test_the_broker_describes_what_tools_look_for(bootstrap):
    with Connection(bootstrap) as wire:
        (node,) = [broker["node_id"] for broker in wire.ask("Metadata", 12, {"topics": []})["brokers"]]
        for version in range(1, 5):
            error, configs = _configs(wire, BROKER, str(node), version)
            equal(error, NONE, f"v{version}")
            for name in ("num.partitions", "default.replication.factor", "auto.create.topics.enable", "min.insync.replicas",
                         "log.retention.ms", "log.segment.bytes", "message.max.bytes", "offsets.topic.replication.factor"):
                assert name in configs, f"v{version}: {name} is not described"


def test_configs_are_described_whole_or_by_key_and_an_unknown_topic_is_error_3(bootstrap):
    topic = Topic(bootstrap, retention_ms="777")
    with Connection(bootstrap) as wire:
        for version in range(1, 5):
            error, configs = _configs(wire, TOPIC, topic.name, version)
            equal((error, configs["retention.ms"]["value"], configs["retention.ms"]["config_source"]), (NONE, "777", 1), f"v{version}")
            equal((configs["cleanup.policy"]["value"], configs["cleanup.policy"]["config_source"]), ("delete", 5), f"v{version}")
            equal(sorted(_configs(wire, TOPIC, topic.name, version, ["retention.ms", "no.such"])[1]), ["retention.ms"], f"v{version}")
            equal(_configs(wire, TOPIC, unique("trap-missing"), version)[0], UNKNOWN_TOPIC, f"v{version}")


def test_incremental_changes_are_refused_by_name_value_and_kind(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        def alter(name, value, operation=0, resource=topic.name, kind=TOPIC, version=1):
            (answer,) = wire.ask("IncrementalAlterConfigs", version, {"resources": [{
                "resource_type": kind, "resource_name": resource,
                "configs": [{"name": name, "config_operation": operation, "value": value}]}]})["responses"]
            return answer["error_code"]
        for version in (0, 1):
            equal(alter("retention.ms", "1000", version=version), NONE)
            equal(alter("retention.ms", "x", version=version), INVALID_CONFIG)
            equal(alter("no.such", "1", version=version), INVALID_CONFIG)
            assert alter("retention.ms", "1", operation=9, version=version) in (INVALID_REQUEST, -1)  # Kafka itself: -1
            equal(alter("retention.ms", "1", operation=2, version=version), INVALID_CONFIG, "append to what is no list")
            equal(alter("retention.ms", "1", resource=unique("trap-missing"), version=version), UNKNOWN_TOPIC)
        eventually(lambda: _configs(wire, TOPIC, topic.name)[1]["retention.ms"]["value"] == "1000", "the good change")


def test_log_dirs_tell_true_sizes(bootstrap):
    topic = Topic(bootstrap, partitions=2)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v" * 50000, partition=1)
        for version in range(1, 5):
            results = wire.ask("DescribeLogDirs", version, {"topics": [{"topic": topic.name, "partitions": [0, 1]}]})["results"]
            sizes = {p["partition_index"]: p["partition_size"] for r in results for t in r["topics"] for p in t["partitions"]}
            assert sizes[0] == 0 and 50000 < sizes[1] < 60000, sizes


def test_producers_are_described_and_unknown_partitions_refused(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        producer = wire.ask("InitProducerId", 4, {"transactional_id": None, "transaction_timeout_ms": 60000})["producer_id"]
        for sequence in range(3):
            equal(produce(wire, topic, batch([b"v"], producer_id=producer, epoch=0, sequence=sequence))["error_code"], NONE)
        (described,) = wire.ask("DescribeProducers", 0, {"topics": [{"name": topic.name, "partition_indexes": [0, 7]}]})["topics"]
        parts = {part["partition_index"]: part for part in described["partitions"]}
        equal([(p["producer_id"], p["producer_epoch"], p["last_sequence"], p["current_txn_start_offset"])
               for p in parts[0]["active_producers"]], [(producer, 0, 2, -1)])
        equal(parts[7]["error_code"], UNKNOWN_TOPIC)


def test_topic_partitions_are_described_in_pages(bootstrap):
    topic = Topic(bootstrap, partitions=5)
    with Connection(bootstrap) as wire:
        seen, cursor = [], None
        while True:
            answer = wire.ask("DescribeTopicPartitions", 0, {"topics": [{"name": topic.name}], "response_partition_limit": 2,
                                                             "cursor": cursor})
            (described,) = answer["topics"]
            equal((described["error_code"], described["topic_id"]), (NONE, topic.id))
            seen += [part["partition_index"] for part in described["partitions"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        equal(seen, [0, 1, 2, 3, 4])
        (missing,) = wire.ask("DescribeTopicPartitions", 0, {"topics": [{"name": unique("trap-missing")}]})["topics"]
        equal(missing["error_code"], UNKNOWN_TOPIC)


def test_the_cluster_is_described_in_every_version(bootstrap):
    host, port = bootstrap.rsplit(":", 1)
    with Connection(bootstrap) as wire:
        for version in range(3):
            answer = wire.ask("DescribeCluster", version, {"endpoint_type": 1} if version else {})
            equal(answer["error_code"], NONE, f"v{version}")
            assert (host, int(port)) in [(b["host"], b["port"]) for b in answer["brokers"]] and answer["cluster_id"], answer
