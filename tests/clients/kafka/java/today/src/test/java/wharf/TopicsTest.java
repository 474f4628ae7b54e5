package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.eventually;
import static wharf.Check.refused;
import static wharf.Check.unique;
import static wharf.Clients.admin;
import static wharf.Clients.bytes;
import static wharf.Clients.consumer;
import static wharf.Clients.fill;
import static wharf.Clients.numbers;
import static wharf.Clients.producer;
import static wharf.Clients.readAll;
import static wharf.Clients.topic;
import static wharf.Clients.values;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class TopicsTest {
    private static NewTopic one(String name) {
        return new NewTopic(name, Optional.of(1), Optional.of((short) 1));
    }

    private static Object create(NewTopic topic) throws Exception {
        return admin().createTopics(List.of(topic)).all().get();
    }

    private static TopicDescription describe(String topic) throws Exception {
        return admin().describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }

    private static Config config(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin().describeConfigs(List.of(resource)).all().get().get(resource);
    }

    private static void alter(String topic, String name, String value, AlterConfigOp.OpType how) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        admin().incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), how)))).all().get();
    }

    private static long offset(String topic, OffsetSpec spec) throws Exception {
        TopicPartition part = new TopicPartition(topic, 0);
        return admin().listOffsets(Map.of(part, spec)).all().get().get(part).offset();
    }

    @Test
    void a_created_topic_tells_its_id_partitions_and_configs() throws Exception {
        String name = unique("java");
        CreateTopicsResult result = admin().createTopics(List.of(
            new NewTopic(name, 3, (short) 1).configs(Map.of("retention.ms", "12345", "cleanup.policy", "compact"))));
        assertEquals(3, result.numPartitions(name).get());
        assertEquals(1, result.replicationFactor(name).get());
        assertEquals("12345", result.config(name).get().get("retention.ms").value());
        assertNotEquals(Uuid.ZERO_UUID, result.topicId(name).get());
        eventually("its configs", () -> config(name).get("cleanup.policy").value().equals("compact"));
    }

    @Test
    void a_topic_that_exists_is_refused_and_stays_as_it_was() throws Exception {
        String topic = topic(2);
        refused(TopicExistsException.class, () -> create(one(topic)));
        assertEquals(2, describe(topic).partitions().size());
    }

    @Test
    void bad_topics_are_refused_each_with_its_error() throws Exception {
        refused(InvalidTopicException.class, () -> create(one("no/slash")));
        refused(InvalidTopicException.class, () -> create(one("..")));
        refused(InvalidTopicException.class, () -> create(one("n".repeat(250))));
        refused(InvalidPartitionsException.class, () -> create(new NewTopic(unique("java"), 0, (short) 1)));
        refused(InvalidReplicationFactorException.class, () -> create(new NewTopic(unique("java"), 1, (short) 3)));
        refused(InvalidConfigurationException.class, () -> create(one(unique("java")).configs(Map.of("no.such", "1"))));
        refused(InvalidConfigurationException.class, () -> create(one(unique("java")).configs(Map.of("retention.ms", "soon"))));
    }

    @Test
    void replica_assignments_are_taken_and_checked() throws Exception {
        String name = unique("java");
        int node = admin().describeCluster().nodes().get().iterator().next().id();
        create(new NewTopic(name, Map.of(0, List.of(node), 1, List.of(node))));
        eventually("two partitions", () -> admin().listTopics().names().get().contains(name) && describe(name).partitions().size() == 2);
        refused(InvalidReplicaAssignmentException.class, () -> create(new NewTopic(unique("java"), Map.of(0, List.of(node + 77)))));
        refused(InvalidReplicaAssignmentException.class, () -> create(new NewTopic(unique("java"), Map.of(1, List.of(node)))));
    }

    @Test
    void validate_only_checks_and_creates_nothing() throws Exception {
        String name = unique("java");
        var only = new CreateTopicsOptions().validateOnly(true);
        admin().createTopics(List.of(one(name)), only).all().get();
        assertFalse(admin().listTopics().names().get().contains(name));
        refused(InvalidPartitionsException.class, () -> admin().createTopics(List.of(new NewTopic(name, 0, (short) 1)), only).all().get());
    }

    @Test
    void topics_are_listed_and_described_by_name_and_by_id() throws Exception {
        String topic = topic(2);
        assertTrue(admin().listTopics().names().get().contains(topic));
        TopicDescription byName = describe(topic);
        assertEquals(2, byName.partitions().size());
        assertFalse(byName.isInternal());
        Uuid id = byName.topicId();
        assertNotEquals(Uuid.ZERO_UUID, id);
        assertEquals(topic, admin().describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id).name());
        refused(UnknownTopicOrPartitionException.class, () -> describe(unique("java-missing")));
        refused(UnknownTopicIdException.class,
            () -> admin().describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds().get());
    }

    @Test
    void a_topic_deleted_and_made_again_is_a_new_empty_topic() throws Exception {
        String topic = topic(1);
        fill(topic, 10);
        Uuid before = describe(topic).topicId();
        admin().deleteTopics(List.of(topic)).all().get();
        eventually("the topic gone", () -> !admin().listTopics().names().get().contains(topic));
        create(one(topic));
        eventually("the new topic", () -> admin().listTopics().names().get().contains(topic));
        assertNotEquals(before, describe(topic).topicId());
        try (var producer = producer()) {
            assertEquals(0, producer.send(new ProducerRecord<>(topic, bytes("new"))).get().offset());
        }
        assertEquals(List.of("new"), values(readAll(topic, 1)));
    }

    @Test
    void topics_are_deleted_by_id_and_unknown_ones_refused() throws Exception {
        String topic = topic(1);
        Uuid id = describe(topic).topicId();
        admin().deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
        eventually("the topic gone", () -> !admin().listTopics().names().get().contains(topic));
        refused(UnknownTopicOrPartitionException.class, () -> admin().deleteTopics(List.of(topic)).all().get());
        refused(UnknownTopicIdException.class, () -> admin().deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get());
    }

    @Test
    void a_producer_and_a_consumer_survive_their_topic_being_made_again() throws Exception {
        String topic = topic(1);
        try (var producer = producer(); var reader = consumer("metadata.max.age.ms", 500)) {
            reader.assign(List.of(new TopicPartition(topic, 0)));
            reader.seekToBeginning(reader.assignment());
            producer.send(new ProducerRecord<>(topic, bytes("old"))).get();
            assertEquals(List.of("old"), values(Clients.read(reader, 1)));
            admin().deleteTopics(List.of(topic)).all().get();
            eventually("the name free again", () -> {
                try {
                    create(one(topic));
                    return true;
                } catch (Exception error) {
                    return false;
                }
            });
            eventually("a record in the new topic", () -> {
                try {
                    return producer.send(new ProducerRecord<>(topic, bytes("new"))).get().offset() >= 0;
                } catch (Exception error) {
                    return false;
                }
            });
            eventually("the new topic read", () -> {
                reader.seekToBeginning(reader.assignment());
                var records = reader.poll(java.time.Duration.ofMillis(500));
                return records.count() > 0 && Clients.text(records.iterator().next().value()).equals("new");
            });
        }
    }

    @Test
    void partitions_grow_and_do_not_shrink() throws Exception {
        String topic = topic(2);
        admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
        eventually("five partitions", () -> describe(topic).partitions().size() == 5);
        refused(InvalidPartitionsException.class, () -> admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get());
        refused(InvalidPartitionsException.class, () -> admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get());
        refused(UnknownTopicOrPartitionException.class,
            () -> admin().createPartitions(Map.of(unique("java-missing"), NewPartitions.increaseTo(3))).all().get());
    }

    @Test
    void configs_are_described_with_source_type_synonyms_and_documentation() throws Exception {
        String topic = topic(1, "retention.ms", "12345");
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin().describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
            .all().get().get(resource);
        ConfigEntry changed = config.get("retention.ms");
        assertEquals(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, changed.source());
        assertEquals(ConfigEntry.ConfigType.LONG, changed.type());
        assertFalse(changed.isReadOnly() || changed.isSensitive() || changed.isDefault());
        assertEquals("12345", changed.synonyms().get(0).value());
        assertFalse(changed.documentation().isEmpty());
        assertEquals(ConfigEntry.ConfigType.LIST, config.get("cleanup.policy").type());
        assertTrue(config.get("cleanup.policy").isDefault());
        Set<String> names = config.entries().stream().map(ConfigEntry::name).collect(Collectors.toSet());
        assertTrue(names.containsAll(Set.of("max.message.bytes", "segment.bytes", "min.insync.replicas", "compression.type",
            "message.timestamp.type", "flush.messages", "retention.bytes")), names.toString());
    }

    @Test
    void configs_are_set_appended_subtracted_and_deleted() throws Exception {
        String topic = topic(1);
        String before = config(topic).get("retention.ms").value();
        alter(topic, "retention.ms", "1000", AlterConfigOp.OpType.SET);
        eventually("the value set", () -> config(topic).get("retention.ms").value().equals("1000"));
        alter(topic, "retention.ms", "", AlterConfigOp.OpType.DELETE);
        eventually("the default again", () -> config(topic).get("retention.ms").value().equals(before));
        alter(topic, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        eventually("both policies", () -> config(topic).get("cleanup.policy").value().equals("delete,compact"));
        alter(topic, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
        eventually("compact alone", () -> config(topic).get("cleanup.policy").value().equals("compact"));
        refused(InvalidConfigurationException.class, () -> {
            alter(topic, "retention.ms", "never", AlterConfigOp.OpType.SET);
            return "set";
        });
        refused(UnknownTopicOrPartitionException.class, () -> {
            alter(unique("java-missing"), "retention.ms", "1", AlterConfigOp.OpType.SET);
            return "set";
        });
    }

    @Test
    void a_changed_limit_holds_for_the_next_record() throws Exception {
        String topic = topic(1);
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, new byte[10_000])).get();
            alter(topic, "max.message.bytes", "5000", AlterConfigOp.OpType.SET);
            eventually("the new limit in force", () -> {
                try {
                    producer.send(new ProducerRecord<>(topic, new byte[10_000])).get();
                    return false;
                } catch (java.util.concurrent.ExecutionException error) {
                    return error.getCause() instanceof org.apache.kafka.common.errors.RecordTooLargeException;
                }
            });
        }
    }

    @Test
    void every_offset_spec_is_answered() throws Exception {
        String topic = topic(1);
        assertEquals(0, offset(topic, OffsetSpec.earliest()));
        assertEquals(0, offset(topic, OffsetSpec.latest()));
        assertEquals(-1, offset(topic, OffsetSpec.maxTimestamp()));
        try (var producer = producer()) {
            for (long stamp : new long[] {5000, 9000, 7000}) {
                producer.send(new ProducerRecord<>(topic, 0, 1700000000000L + stamp, null, bytes("v"))).get();
            }
        }
        assertEquals(0, offset(topic, OffsetSpec.earliest()));
        assertEquals(3, offset(topic, OffsetSpec.latest()));
        assertEquals(1, offset(topic, OffsetSpec.maxTimestamp()));
        assertEquals(1, offset(topic, OffsetSpec.forTimestamp(1700000006000L)));
        assertEquals(-1, offset(topic, OffsetSpec.forTimestamp(1800000000000L)));
        assertEquals(0, offset(topic, OffsetSpec.earliestLocal()));
        assertEquals(-1, offset(topic, OffsetSpec.latestTiered()));
    }

    @Test
    void deleted_records_are_gone_and_the_rest_is_read() throws Exception {
        String topic = topic(1);
        TopicPartition part = new TopicPartition(topic, 0);
        fill(topic, 10);
        assertEquals(4, admin().deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(part).get().lowWatermark());
        assertEquals(numbers(4, 10), values(readAll(topic, 6)));
        refused(OffsetOutOfRangeException.class, () -> admin().deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(11))).all().get());
        admin().deleteRecords(Map.of(part, RecordsToDelete.beforeOffset(-1))).all().get();
        assertEquals(10, offset(topic, OffsetSpec.earliest()));
        assertEquals(10, offset(topic, OffsetSpec.latest()));
        String compacted = topic(1, "cleanup.policy", "compact");
        refused(PolicyViolationException.class,
            () -> admin().deleteRecords(Map.of(new TopicPartition(compacted, 0), RecordsToDelete.beforeOffset(0))).all().get());
    }
}
