package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.eventually;
import static wharf.Check.refused;
import static wharf.Check.unique;
import static wharf.Clients.bytes;
import static wharf.Clients.consumer;
import static wharf.Clients.fill;
import static wharf.Clients.numbers;
import static wharf.Clients.producer;
import static wharf.Clients.read;
import static wharf.Clients.topic;
import static wharf.Clients.values;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.junit.jupiter.api.Test;

class GroupsTest {
    /** A subscribed consumer driven by poll(), with what it was given and what it lost. */
    private static final class Member implements AutoCloseable {
        final KafkaConsumer<byte[], byte[]> consumer;
        final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        int assigned;
        int revoked;
        int fewest = Integer.MAX_VALUE;

        Member(String group, String topic, Object... settings) {
            Object[] all = new Object[settings.length + 6];
            System.arraycopy(new Object[] {"group.id", group, "heartbeat.interval.ms", 200, "session.timeout.ms", 10000}, 0, all, 0, 6);
            System.arraycopy(settings, 0, all, 6, settings.length);
            consumer = Clients.consumer(all);
            consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    assigned++;
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    revoked += partitions.size();
                }
            });
        }

        int poll() {
            consumer.poll(Duration.ofMillis(20)).forEach(records::add);
            int owned = consumer.assignment().size();
            if (owned > 0) {
                fewest = Math.min(fewest, owned);
            }
            return owned;
        }

        String has() {
            var offsets = new TreeMap<String, Integer>();
            records.forEach(record -> offsets.merge(record.partition() + ":" + record.offset(), 1, Integer::sum));
            return ", it has " + consumer.assignment() + " and " + records.size() + " records, as often as " + offsets;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static void joinsAndLeaves(Class<?> assignor) throws Exception {
        String topic = topic(6);
        String group = unique("java-group");
        try (Member first = new Member(group, topic, "partition.assignment.strategy", assignor.getName())) {
            eventually("all six at the first", () -> first.poll() == 6);
            try (Member second = new Member(group, topic, "partition.assignment.strategy", assignor.getName())) {
                eventually("three each", () -> first.poll() + 10 * second.poll() == 33);
                var together = new ArrayList<>(first.consumer.assignment());
                together.addAll(second.consumer.assignment());
                assertEquals(6, Set.copyOf(together).size());
                if (assignor == CooperativeStickyAssignor.class) {
                    assertEquals(3, first.fewest, "the fewest partitions that the first member had at any time");
                    assertEquals(3, first.revoked, "partitions taken from the first member");
                }
            }
            // Before there are records: nothing is committed, so what came before the rebalance would come again.
            eventually("all at the first again", () -> first.poll() == 6, first::has);
            try (var producer = producer()) {
                for (int n = 0; n < 60; n++) {
                    producer.send(new ProducerRecord<>(topic, n % 6, null, bytes("" + n)));
                }
            }
            eventually("their records", () -> first.poll() == 6 && first.records.size() == 60, first::has);
        }
    }

    @Test
    void range_members_share_and_take_over() throws Exception {
        joinsAndLeaves(RangeAssignor.class);
    }

    @Test
    void round_robin_members_share_and_take_over() throws Exception {
        joinsAndLeaves(RoundRobinAssignor.class);
    }

    @Test
    void sticky_members_share_and_take_over() throws Exception {
        joinsAndLeaves(StickyAssignor.class);
    }

    @Test
    void cooperative_members_share_and_take_over_without_stopping_the_rest() throws Exception {
        joinsAndLeaves(CooperativeStickyAssignor.class);
    }

    @Test
    void the_default_strategies_let_two_members_share() throws Exception {
        String topic = topic(4);
        String group = unique("java-group");
        try (Member first = new Member(group, topic); Member second = new Member(group, topic)) {
            eventually("two each", () -> first.poll() + 10 * second.poll() == 22);
        }
    }

    @Test
    void commit_sync_is_where_the_next_member_starts() throws Exception {
        String topic = topic(1);
        String group = unique("java-group");
        TopicPartition part = new TopicPartition(topic, 0);
        fill(topic, 100);
        try (Member first = new Member(group, topic)) {
            eventually("all records", () -> first.poll() == 1 && first.records.size() == 100);
            first.consumer.commitSync(Map.of(part, new OffsetAndMetadata(42, "forty-two")));
            OffsetAndMetadata committed = first.consumer.committed(Set.of(part)).get(part);
            assertEquals(42, committed.offset());
            assertEquals("forty-two", committed.metadata());
        }
        try (Member second = new Member(group, topic)) {
            eventually("the rest", () -> second.poll() == 1 && second.records.size() == 58);
            assertEquals(numbers(42, 100), values(second.records));
        }
    }

    @Test
    void commit_async_tells_its_callback_and_is_stored() throws Exception {
        String topic = topic(1);
        TopicPartition part = new TopicPartition(topic, 0);
        try (Member member = new Member(unique("java-group"), topic)) {
            eventually("an assignment", () -> member.poll() == 1);
            AtomicReference<Object> told = new AtomicReference<>();
            member.consumer.commitAsync(Map.of(part, new OffsetAndMetadata(7)), (offsets, error) -> told.set(error == null ? offsets : error));
            eventually("the callback", () -> member.poll() == 1 && told.get() != null);
            assertEquals(7, ((OffsetAndMetadata) ((Map<?, ?>) told.get()).get(part)).offset());
            assertEquals(7, member.consumer.committed(Set.of(part)).get(part).offset());
        }
    }

    @Test
    void auto_commit_at_close_keeps_the_position() throws Exception {
        String topic = topic(1);
        String group = unique("java-group");
        TopicPartition part = new TopicPartition(topic, 0);
        fill(topic, 10);
        try (Member member = new Member(group, topic, "enable.auto.commit", true)) {
            eventually("all records", () -> member.poll() == 1 && member.records.size() == 10);
        }
        try (var reader = consumer("group.id", group)) {
            assertEquals(10, reader.committed(Set.of(part)).get(part).offset());
        }
    }

    @Test
    void committed_tells_each_partition_apart() throws Exception {
        String topic = topic(3);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        offsets.put(new TopicPartition(topic, 1), new OffsetAndMetadata(11));
        try (var reader = consumer("group.id", unique("java-group"))) {
            reader.commitSync(offsets);
            var committed = reader.committed(Set.copyOf(IntStream.range(0, 3).mapToObj(n -> new TopicPartition(topic, n)).toList()));
            assertNull(committed.get(new TopicPartition(topic, 0)));
            assertEquals(11, committed.get(new TopicPartition(topic, 1)).offset());
            assertNull(committed.get(new TopicPartition(topic, 2)));
        }
    }

    @Test
    void a_commit_from_outside_a_live_group_is_refused() throws Exception {
        String topic = topic(1);
        String group = unique("java-group");
        try (Member member = new Member(group, topic); var outsider = consumer("group.id", group)) {
            eventually("an assignment", () -> member.poll() == 1);
            refused(CommitFailedException.class, () -> {
                outsider.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)));
                return "committed";
            });
        }
    }

    @Test
    void a_static_member_restarts_without_a_rebalance_of_the_others() throws Exception {
        String topic = topic(4);
        String group = unique("java-group");
        try (Member steady = new Member(group, topic, "group.instance.id", "steady")) {
            Set<TopicPartition> before;
            int rebalances;
            try (Member restarting = new Member(group, topic, "group.instance.id", "restarting")) {
                eventually("two each", () -> steady.poll() + 10 * restarting.poll() == 22);
                before = Set.copyOf(restarting.consumer.assignment());
                rebalances = steady.assigned;
            }
            try (Member again = new Member(group, topic, "group.instance.id", "restarting")) {
                eventually("its partitions again", () -> steady.poll() == 2 && again.poll() == 2);
                assertEquals(before, again.consumer.assignment());
                assertEquals(rebalances, steady.assigned, "assignments of the other member");
            }
        }
    }

    @Test
    void a_second_holder_of_an_instance_id_fences_the_first() throws Exception {
        String topic = topic(2);
        String group = unique("java-group");
        try (Member first = new Member(group, topic, "group.instance.id", "one")) {
            eventually("both partitions", () -> first.poll() == 2);
            try (Member second = new Member(group, topic, "group.instance.id", "one")) {
                eventually("both at the second", () -> second.poll() == 2);
                refused(FencedInstanceIdException.class, () -> {
                    eventually("the first fenced", () -> first.poll() < 0);
                    return "not fenced";
                });
            }
        }
    }

    @Test
    void a_member_that_is_silent_too_long_is_replaced() throws Exception {
        String topic = topic(2);
        String group = unique("java-group");
        try (Member silent = new Member(group, topic, "max.poll.interval.ms", 6000, "session.timeout.ms", 6000);
                Member other = new Member(group, topic)) {
            eventually("one each", () -> silent.poll() + 10 * other.poll() == 11);
            silent.consumer.assignment().forEach(silent.consumer::position);  // who has none commits nothing, and is not refused
            eventually("both at the other", () -> other.poll() == 2);
            refused(CommitFailedException.class, () -> {
                silent.consumer.commitSync();
                return "committed";
            });
        }
    }

    @Test
    void a_pattern_subscription_finds_a_topic_made_later() throws Exception {
        String prefix = unique("java-pattern");
        try (var reader = consumer("group.id", unique("java-group"), "metadata.max.age.ms", 500)) {
            reader.subscribe(Pattern.compile(prefix + ".*"));
            reader.poll(Duration.ofMillis(200));
            fill(prefix + "-one", 5);
            assertEquals(numbers(0, 5), values(read(reader, 5)));
        }
    }

    @Test
    void an_enforced_rebalance_makes_a_new_generation() throws Exception {
        String topic = topic(2);
        try (Member member = new Member(unique("java-group"), topic)) {
            eventually("an assignment", () -> member.poll() == 2);
            ConsumerGroupMetadata before = member.consumer.groupMetadata();
            member.consumer.enforceRebalance("asked for by a test");
            eventually("a later generation", () -> member.poll() == 2
                && member.consumer.groupMetadata().generationId() > before.generationId());
            assertEquals(before.memberId(), member.consumer.groupMetadata().memberId());
        }
    }

    @Test
    void five_members_of_three_partitions_leave_two_idle_and_lose_nothing() throws Exception {
        String topic = topic(3);
        String group = unique("java-group");
        List<Member> members = new ArrayList<>();
        try {
            IntStream.range(0, 5).forEach(n -> members.add(new Member(group, topic)));
            eventually("three owners and two idle members",
                () -> members.stream().map(Member::poll).sorted().toList().equals(List.of(0, 0, 1, 1, 1)));
            try (var producer = producer()) {
                for (int n = 0; n < 30; n++) {
                    producer.send(new ProducerRecord<>(topic, n % 3, null, bytes("" + n)));
                }
            }
            eventually("thirty records", () -> members.stream().mapToInt(m -> m.poll() * 0 + m.records.size()).sum() == 30);
            assertTrue(members.stream().allMatch(m -> m.records.size() == 0 || m.records.size() == 10));
        } finally {
            members.forEach(Member::close);
        }
    }

    @Test
    void subscribing_without_a_group_is_refused_by_the_client() throws Exception {
        try (var reader = consumer()) {
            refused(InvalidGroupIdException.class, () -> {
                reader.subscribe(List.of("any"));
                return reader.poll(Duration.ofMillis(10));
            });
        }
    }
}
