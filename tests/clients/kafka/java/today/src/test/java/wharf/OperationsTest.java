package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.BOOTSTRAP;
import static wharf.Check.eventually;
import static wharf.Check.refused;
import static wharf.Check.unique;
import static wharf.Clients.admin;
import static wharf.Clients.consumer;
import static wharf.Clients.fill;
import static wharf.Clients.producer;
import static wharf.Clients.topic;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.jupiter.api.Test;

class OperationsTest {
    /** A group with a committed offset and no members. */
    private static String committed(String topic, long offset) {
        String group = unique("java-group");
        try (var reader = consumer("group.id", group)) {
            reader.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset)));
        }
        return group;
    }

    private static KafkaConsumer<byte[], byte[]> member(String group, String topic, Object... settings) throws Exception {
        Object[] all = new Object[settings.length + 4];
        System.arraycopy(new Object[] {"group.id", group, "client.id", "a-member"}, 0, all, 0, 4);
        System.arraycopy(settings, 0, all, 4, settings.length);
        var member = consumer(all);
        member.subscribe(List.of(topic));
        eventually("an assignment", () -> {
            member.poll(Duration.ofMillis(50));
            return !member.assignment().isEmpty();
        });
        return member;
    }

    private static Set<String> listed(ListGroupsOptions options) throws Exception {
        return admin().listGroups(options).all().get().stream().map(GroupListing::groupId).collect(Collectors.toSet());
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(String group) throws Exception {
        return admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    }

    @Test
    void the_cluster_is_described_with_id_controller_and_the_address_we_know() throws Exception {
        var cluster = admin().describeCluster();
        assertFalse(cluster.clusterId().get().isEmpty());
        assertTrue(cluster.nodes().get().contains(cluster.controller().get()));
        assertTrue(cluster.nodes().get().stream().anyMatch(node -> (node.host() + ":" + node.port()).equals(BOOTSTRAP)));
    }

    @Test
    void the_broker_describes_its_configuration() throws Exception {
        int node = admin().describeCluster().nodes().get().iterator().next().id();
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node));
        var config = admin().describeConfigs(List.of(broker)).all().get().get(broker);
        for (String name : List.of("num.partitions", "default.replication.factor", "auto.create.topics.enable", "message.max.bytes",
                "log.retention.ms", "min.insync.replicas")) {
            assertTrue(config.get(name) != null, name + " is not described");
        }
    }

    @Test
    void log_directories_tell_sizes_that_grow() throws Exception {
        String topic = topic(1);
        int node = admin().describeCluster().nodes().get().iterator().next().id();
        TopicPartition part = new TopicPartition(topic, 0);
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, new byte[100_000])).get();
        }
        var directories = admin().describeLogDirs(List.of(node)).allDescriptions().get().get(node).values();
        long size = directories.stream().filter(dir -> dir.replicaInfos().containsKey(part)).mapToLong(dir -> dir.replicaInfos().get(part).size()).sum();
        assertTrue(size > 100_000 && size < 110_000, "size " + size);
        assertTrue(directories.stream().allMatch(dir -> dir.error() == null));
    }

    @Test
    void active_producers_are_described() throws Exception {
        String topic = topic(1);
        TopicPartition part = new TopicPartition(topic, 0);
        try (var producer = producer("enable.idempotence", true)) {
            producer.send(new ProducerRecord<>(topic, new byte[1])).get();
            producer.send(new ProducerRecord<>(topic, new byte[1])).get();
            var producers = admin().describeProducers(List.of(part)).partitionResult(part).get().activeProducers();
            assertEquals(1, producers.size());
            assertEquals(1, producers.get(0).lastSequence());
            assertTrue(producers.get(0).currentTransactionStartOffset().isEmpty());
        }
    }

    @Test
    void a_live_group_is_described_with_members_assignment_and_coordinator() throws Exception {
        String topic = topic(2);
        String group = unique("java-group");
        try (var member = member(group, topic)) {
            ConsumerGroupDescription described = admin().describeConsumerGroups(List.of(group)).all().get().get(group);
            assertEquals(GroupState.STABLE, described.groupState());
            assertEquals("range", described.partitionAssignor());
            assertEquals(1, described.members().size());
            var only = described.members().iterator().next();
            assertEquals("a-member", only.clientId());
            assertEquals(member.assignment(), only.assignment().topicPartitions());
            assertEquals(BOOTSTRAP, described.coordinator().host() + ":" + described.coordinator().port());
        }
        refused(GroupIdNotFoundException.class, () -> admin().describeConsumerGroups(List.of(unique("java-group"))).all().get());
    }

    @Test
    void groups_are_listed_by_state_type_and_protocol() throws Exception {
        String topic = topic(1);
        String empty = committed(topic, 1);
        String live = unique("java-group");
        try (var member = member(live, topic)) {
            assertTrue(listed(new ListGroupsOptions()).containsAll(Set.of(empty, live)));
            Set<String> stable = listed(new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)));
            assertTrue(stable.contains(live) && !stable.contains(empty));
            Set<String> classic = listed(ListGroupsOptions.forConsumerGroups());
            assertTrue(classic.containsAll(Set.of(empty, live)) && member != null);
        }
    }

    @Test
    void group_offsets_are_listed_altered_and_deleted() throws Exception {
        String topic = topic(1);
        TopicPartition part = new TopicPartition(topic, 0);
        fill(topic, 20);
        String group = committed(topic, 3);
        assertEquals(3, offsets(group).get(part).offset());
        admin().alterConsumerGroupOffsets(group, Map.of(part, new OffsetAndMetadata(12, "moved"))).all().get();
        assertEquals(12, offsets(group).get(part).offset());
        assertEquals("moved", offsets(group).get(part).metadata());
        admin().deleteConsumerGroupOffsets(group, Set.of(part)).all().get();
        assertFalse(offsets(group).containsKey(part));
    }

    @Test
    void a_live_groups_offsets_are_not_altered_nor_deleted() throws Exception {
        String topic = topic(1);
        TopicPartition part = new TopicPartition(topic, 0);
        String group = unique("java-group");
        try (var member = member(group, topic)) {
            member.commitSync(Map.of(part, new OffsetAndMetadata(5)));
            refused(UnknownMemberIdException.class,
                () -> admin().alterConsumerGroupOffsets(group, Map.of(part, new OffsetAndMetadata(1))).all().get());
            refused(GroupSubscribedToTopicException.class, () -> admin().deleteConsumerGroupOffsets(group, Set.of(part)).all().get());
            assertEquals(5, offsets(group).get(part).offset());
        }
    }

    @Test
    void groups_are_deleted_only_when_empty() throws Exception {
        String topic = topic(1);
        String group = unique("java-group");
        try (var member = member(group, topic)) {
            refused(GroupNotEmptyException.class, () -> admin().deleteConsumerGroups(List.of(group)).all().get());
            assertFalse(member.assignment().isEmpty());
        }
        admin().deleteConsumerGroups(List.of(group)).all().get();
        assertFalse(listed(new ListGroupsOptions()).contains(group));
        refused(GroupIdNotFoundException.class, () -> admin().deleteConsumerGroups(List.of(group)).all().get());
    }

    @Test
    void static_members_are_removed_by_instance_id() throws Exception {
        String topic = topic(1);
        String group = unique("java-group");
        member(group, topic, "group.instance.id", "removable").close();
        assertEquals(1, admin().describeConsumerGroups(List.of(group)).all().get().get(group).members().size());
        admin().removeMembersFromConsumerGroup(group,
            new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("removable")))).all().get();
        assertEquals(0, admin().describeConsumerGroups(List.of(group)).all().get().get(group).members().size());
    }

    @Test
    void offsets_of_several_groups_are_listed_at_once() throws Exception {
        String topic = topic(1);
        String one = committed(topic, 1);
        String two = committed(topic, 2);
        var spec = new org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec();
        var all = admin().listConsumerGroupOffsets(Map.of(one, spec, two, spec)).all().get();
        assertEquals(1, all.get(one).get(new TopicPartition(topic, 0)).offset());
        assertEquals(2, all.get(two).get(new TopicPartition(topic, 0)).offset());
    }
}
