"""librdkafka's admin client: topics, configurations, offsets, groups and their refusals."""

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaError, TopicCollection, TopicPartition
from confluent_kafka.admin import (AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource, NewPartitions, NewTopic,
                                   OffsetSpec, ResourceType)
from cases import equal, eventually, unique
from rdkafka import admin, consumer, done, new_topic, producer, refused, send

SUITE = "librdkafka admin"


def _topic_config(bootstrap, topic):
    (entries,) = done(admin(bootstrap).describe_configs([ConfigResource(ResourceType.TOPIC, topic)])).values()
    return entries


def test_a_deleted_topic_is_gone_and_its_name_free_again(bootstrap):
    topic = new_topic(bootstrap, 3)
    client = admin(bootstrap)
    send(producer(bootstrap), topic, [b"old"], partition=0)
    done(client.delete_topics([topic]))
    eventually(lambda: topic not in client.list_topics(timeout=10).topics, "the topic gone from metadata")
    done(client.create_topics([NewTopic(topic, 1, 1)]))
    eventually(lambda: client.list_topics(topic, timeout=10).topics[topic].error is None, "the topic in metadata")
    (report,) = send(producer(bootstrap), topic, [b"new"])
    equal(report.offset(), 0, "the first offset of the new topic")


def test_creating_a_topic_twice_is_refused(bootstrap):
    topic = new_topic(bootstrap)
    equal(refused(admin(bootstrap).create_topics([NewTopic(topic, 1, 1)])).code(), KafkaError.TOPIC_ALREADY_EXISTS)


def test_bad_topics_are_refused_each_with_its_reason(bootstrap):
    client = admin(bootstrap)

    def code(topic):
        return refused(client.create_topics([topic])).code()
    equal(code(NewTopic("no/slash", 1, 1)), KafkaError.TOPIC_EXCEPTION)
    equal(code(NewTopic("..", 1, 1)), KafkaError.TOPIC_EXCEPTION)
    equal(code(NewTopic("n" * 250, 1, 1)), KafkaError.TOPIC_EXCEPTION)
    equal(code(NewTopic(unique("py"), 1, 3)), KafkaError.INVALID_REPLICATION_FACTOR)
    equal(code(NewTopic(unique("py"), 1, 1, config={"no.such.config": "1"})), KafkaError.INVALID_CONFIG)
    equal(code(NewTopic(unique("py"), 1, 1, config={"retention.ms": "soon"})), KafkaError.INVALID_CONFIG)


def test_validate_only_creates_nothing(bootstrap):
    topic, client = unique("py"), admin(bootstrap)
    done(client.create_topics([NewTopic(topic, 1, 1)], validate_only=True))
    assert topic not in client.list_topics(timeout=10).topics


def test_partitions_and_replication_default_to_the_brokers(bootstrap):
    topic, client = unique("py"), admin(bootstrap)
    done(client.create_topics([NewTopic(topic)]))
    made = eventually(lambda: client.list_topics(topic, timeout=10).topics[topic].partitions, "partitions in metadata")
    equal([partition.replicas for partition in made.values()], [[partition.leader] for partition in made.values()])


def test_deleting_an_unknown_topic_is_refused(bootstrap):
    equal(refused(admin(bootstrap).delete_topics([unique("py")])).code(), KafkaError.UNKNOWN_TOPIC_OR_PART)


def test_partitions_can_be_added_but_not_taken_away(bootstrap):
    topic, client = new_topic(bootstrap, 2), admin(bootstrap)
    done(client.create_partitions([NewPartitions(topic, 5)]))
    eventually(lambda: len(client.list_topics(topic, timeout=10).topics[topic].partitions) == 5, "five partitions")
    equal(refused(client.create_partitions([NewPartitions(topic, 3)])).code(), KafkaError.INVALID_PARTITIONS)
    send(producer(bootstrap), topic, [b"v"], partition=4)


def test_topic_configs_tell_value_source_and_default(bootstrap):
    topic = new_topic(bootstrap, retention_ms="12345")
    entries = _topic_config(bootstrap, topic)
    equal((entries["retention.ms"].value, entries["retention.ms"].source),
          ("12345", ConfigSource.DYNAMIC_TOPIC_CONFIG.value))
    equal((entries["cleanup.policy"].value, entries["cleanup.policy"].is_default), ("delete", True))
    for name in ("max.message.bytes", "segment.bytes", "segment.ms", "retention.bytes", "min.insync.replicas",
                 "compression.type", "message.timestamp.type", "delete.retention.ms", "min.cleanable.dirty.ratio",
                 "min.compaction.lag.ms", "max.compaction.lag.ms", "flush.messages", "flush.ms", "file.delete.delay.ms",
                 "index.interval.bytes", "segment.index.bytes", "segment.jitter.ms", "preallocate",
                 "unclean.leader.election.enable", "message.timestamp.before.max.ms", "message.timestamp.after.max.ms"):
        assert name in entries, f"{name} is not described"


def test_incremental_changes_set_append_subtract_and_delete(bootstrap):
    topic, client = new_topic(bootstrap), admin(bootstrap)

    def change(name, value, how):
        entry = ConfigEntry(name, value, incremental_operation=how)
        done(client.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))

    def becomes(name, value):
        eventually(lambda: _topic_config(bootstrap, topic)[name].value == value, f"{name} = {value}")
    default = _topic_config(bootstrap, topic)["retention.ms"].value
    change("retention.ms", "1000", AlterConfigOpType.SET)
    becomes("retention.ms", "1000")
    change("cleanup.policy", "compact", AlterConfigOpType.APPEND)
    becomes("cleanup.policy", "delete,compact")
    change("cleanup.policy", "delete", AlterConfigOpType.SUBTRACT)
    becomes("cleanup.policy", "compact")
    change("retention.ms", None, AlterConfigOpType.DELETE)
    becomes("retention.ms", default)


def test_an_invalid_change_is_refused_and_changes_nothing(bootstrap):
    topic, client = new_topic(bootstrap, retention_ms="5000"), admin(bootstrap)
    bad = ConfigEntry("retention.ms", "never", incremental_operation=AlterConfigOpType.SET)
    error = refused(client.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[bad])]))
    equal(error.code(), KafkaError.INVALID_CONFIG)
    equal(_topic_config(bootstrap, topic)["retention.ms"].value, "5000")


def test_the_broker_tells_its_own_configuration(bootstrap):
    client = admin(bootstrap)
    (broker, *_) = client.list_topics(timeout=10).brokers.values()
    (entries,) = done(client.describe_configs([ConfigResource(ResourceType.BROKER, str(broker.id))])).values()
    for name in ("num.partitions", "default.replication.factor", "auto.create.topics.enable", "message.max.bytes"):
        assert name in entries, f"{name} is not described"


def test_listed_offsets_know_earliest_latest_and_the_largest_timestamp(bootstrap):
    topic, client = new_topic(bootstrap), producer(bootstrap)
    for stamp in (1700000005000, 1700000009000, 1700000007000):
        send(client, topic, [b"v"], timestamp=stamp)

    def at(spec):
        (info,) = done(admin(bootstrap).list_offsets({TopicPartition(topic, 0): spec})).values()
        return info.offset, info.timestamp
    equal(at(OffsetSpec.earliest())[0], 0)
    equal(at(OffsetSpec.latest())[0], 3)
    equal(at(OffsetSpec.max_timestamp()), (1, 1700000009000))
    equal(at(OffsetSpec.for_timestamp(1700000006000)), (1, 1700000009000))
    equal(at(OffsetSpec.for_timestamp(1800000000000))[0], -1)


def test_deleted_records_move_the_start_and_only_the_start(bootstrap):
    topic, client = new_topic(bootstrap), admin(bootstrap)
    send(producer(bootstrap), topic, [b"v"] * 10)
    (result,) = done(client.delete_records([TopicPartition(topic, 0, 4)])).values()
    equal(result.low_watermark, 4)
    reader = consumer(bootstrap)
    equal(reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=10), (4, 10))
    equal(refused(client.delete_records([TopicPartition(topic, 0, 11)])).code(), KafkaError.OFFSET_OUT_OF_RANGE)
    (result,) = done(client.delete_records([TopicPartition(topic, 0, -1)])).values()
    equal((result.low_watermark, reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)), (10, (10, 10)))
    reader.close()


def test_the_cluster_names_its_id_controller_and_nodes(bootstrap):
    cluster = admin(bootstrap).describe_cluster().result(timeout=10)
    assert cluster.cluster_id and cluster.controller.id in [node.id for node in cluster.nodes]


def test_a_topic_is_described_with_its_id(bootstrap):
    topic = new_topic(bootstrap, 2)
    (described,) = done(admin(bootstrap).describe_topics(TopicCollection([topic]))).values()
    equal((described.name, len(described.partitions), described.is_internal), (topic, 2, False))
    assert str(described.topic_id) != "AAAAAAAAAAAAAAAAAAAAAA", "a zero topic id"


def _group_with_commit(bootstrap, topic, offset):
    group = unique("py-group")
    client = consumer(bootstrap, group_id=group)
    client.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
    client.close()
    return group


def _offsets(bootstrap, group):
    (listed,) = done(admin(bootstrap).list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])).values()
    return {(p.topic, p.partition): p.offset for p in listed.topic_partitions}


def test_group_offsets_are_listed_altered_and_the_group_deleted(bootstrap):
    topic, client = new_topic(bootstrap, 2), admin(bootstrap)
    send(producer(bootstrap), topic, [b"v"] * 10, partition=0)
    group = _group_with_commit(bootstrap, topic, 3)
    equal(_offsets(bootstrap, group), {(topic, 0): 3})
    done(client.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 8)])]))
    equal(_offsets(bootstrap, group), {(topic, 0): 8})
    done(client.delete_consumer_groups([group]))
    listed = client.list_consumer_groups().result(timeout=10)
    assert group not in [entry.group_id for entry in listed.valid], "the deleted group is still listed"
    equal(refused(client.delete_consumer_groups([group])).code(), KafkaError.GROUP_ID_NOT_FOUND)


def test_a_live_group_is_described_with_member_and_assignment_and_not_deleted(bootstrap):
    topic, group, client = new_topic(bootstrap, 2), unique("py-group"), admin(bootstrap)
    member = consumer(bootstrap, group_id=group, client_id="described-client")
    member.subscribe([topic])

    def described():
        member.poll(0.05)
        (found,) = done(client.describe_consumer_groups([group])).values()
        return found.state == ConsumerGroupState.STABLE and found
    found = eventually(described, "a stable group")
    equal((found.partition_assignor, found.is_simple_consumer_group), ("range", False))
    equal([m.client_id for m in found.members], ["described-client"])
    equal(sorted(p.partition for p in found.members[0].assignment.topic_partitions), [0, 1])
    equal(refused(client.delete_consumer_groups([group])).code(), KafkaError.NON_EMPTY_GROUP)
    states = {entry.group_id: entry.state for entry in client.list_consumer_groups().result(timeout=10).valid}
    equal(states[group], ConsumerGroupState.STABLE)
    member.close()


def test_list_consumer_groups_filters_by_state(bootstrap):
    topic, client = new_topic(bootstrap), admin(bootstrap)
    group = _group_with_commit(bootstrap, topic, 1)

    def listed(state):
        return [entry.group_id for entry in client.list_consumer_groups(states={state}).result(timeout=10).valid]
    assert group in listed(ConsumerGroupState.EMPTY), "an empty group is not listed as empty"
    assert group not in listed(ConsumerGroupState.STABLE), "an empty group is listed as stable"
