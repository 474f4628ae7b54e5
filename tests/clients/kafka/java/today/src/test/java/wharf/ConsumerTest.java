package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.junit.jupiter.api.Test;

class ConsumerTest {
    private static TopicPartition first(String topic) {
        return new TopicPartition(topic, 0);
    }

    private static KafkaConsumer<byte[], byte[]> assigned(String topic, Object... settings) {
        var consumer = consumer(settings);
        consumer.assign(List.of(first(topic)));
        return consumer;
    }

    @Test
    void assign_and_seek_read_from_exactly_there() throws Exception {
        String topic = topic(1);
        fill(topic, 100);
        try (var consumer = assigned(topic)) {
            consumer.seek(first(topic), 37);
            assertEquals(numbers(37, 100), values(read(consumer, 63)));
            assertEquals(100, consumer.position(first(topic)));
            consumer.seek(first(topic), 99);
            assertEquals(List.of("99"), values(read(consumer, 1)));
        }
    }

    @Test
    void beginning_and_end_offsets_are_the_first_and_the_next() throws Exception {
        String topic = topic(2);
        fill(topic, 10);
        TopicPartition empty = new TopicPartition(topic, 1);
        try (var consumer = consumer()) {
            assertEquals(Map.of(first(topic), 0L, empty, 0L), consumer.beginningOffsets(List.of(first(topic), empty)));
            assertEquals(Map.of(first(topic), 10L, empty, 0L), consumer.endOffsets(List.of(first(topic), empty)));
        }
    }

    @Test
    void offsets_for_times_find_the_first_record_at_or_after() throws Exception {
        String topic = topic(1);
        try (var producer = producer()) {
            for (int n = 0; n < 5; n++) {
                producer.send(new ProducerRecord<>(topic, 0, 1700000000000L + n * 1000, null, bytes("" + n))).get();
            }
        }
        try (var consumer = consumer()) {
            var found = consumer.offsetsForTimes(Map.of(first(topic), 1700000002500L)).get(first(topic));
            assertEquals(3, found.offset());
            assertEquals(1700000003000L, found.timestamp());
            assertTrue(found.leaderEpoch().isPresent());
            assertNull(consumer.offsetsForTimes(Map.of(first(topic), 1800000000000L)).get(first(topic)));
        }
    }

    @Test
    void a_long_poll_is_ended_by_the_append() throws Exception {
        String topic = topic(1);
        try (var consumer = assigned(topic, "fetch.max.wait.ms", 20000, "request.timeout.ms", 40000)) {
            consumer.seekToBeginning(consumer.assignment());
            assertEquals(0, consumer.poll(Duration.ofMillis(500)).count());
            var sending = CompletableFuture.runAsync(() -> {
                try {
                    fill(topic, 1);
                } catch (Exception error) {
                    throw new IllegalStateException(error);
                }
            });
            long begun = System.nanoTime();
            assertEquals(1, consumer.poll(Duration.ofSeconds(15)).count());
            sending.get();
            assertTrue(System.nanoTime() - begun < 5_000_000_000L, "the append did not end the long poll");
        }
    }

    @Test
    void a_paused_partition_stands_still_while_another_flows() throws Exception {
        String topic = topic(2);
        TopicPartition second = new TopicPartition(topic, 1);
        try (var producer = producer(); var consumer = consumer()) {
            consumer.assign(List.of(first(topic), second));
            consumer.seekToBeginning(consumer.assignment());
            consumer.pause(List.of(first(topic)));
            for (int n = 0; n < 10; n++) {
                producer.send(new ProducerRecord<>(topic, n % 2, null, bytes("" + n))).get();
            }
            assertEquals(List.of("1", "3", "5", "7", "9"), values(read(consumer, 5)));
            consumer.resume(List.of(first(topic)));
            assertEquals(List.of("0", "2", "4", "6", "8"), values(read(consumer, 5)));
        }
    }

    @Test
    void out_of_range_and_missing_offsets_are_errors_where_no_reset_is_wanted() throws Exception {
        String topic = topic(1);
        fill(topic, 5);
        try (var consumer = assigned(topic, "auto.offset.reset", "none", "group.id", unique("java-group"))) {
            refused(NoOffsetForPartitionException.class, () -> read(consumer, 1));
            consumer.seek(first(topic), 500);
            var error = refused(OffsetOutOfRangeException.class, () -> read(consumer, 1));
            assertEquals(Map.of(first(topic), 500L), error.offsetOutOfRangePartitions());
        }
    }

    @Test
    void out_of_range_resets_to_earliest_and_latest() throws Exception {
        String topic = topic(1);
        fill(topic, 5);
        try (var consumer = assigned(topic, "auto.offset.reset", "earliest")) {
            consumer.seek(first(topic), 500);
            assertEquals(numbers(0, 5), values(read(consumer, 5)));
        }
        try (var consumer = assigned(topic, "auto.offset.reset", "latest")) {
            consumer.seek(first(topic), 500);
            assertEquals(0, consumer.poll(Duration.ofSeconds(1)).count());
            assertEquals(5, consumer.position(first(topic)));
        }
    }

    @Test
    void small_fetch_limits_still_pass_large_records() throws Exception {
        String topic = topic(1);
        try (var producer = producer("linger.ms", 0)) {
            for (int n = 0; n < 10; n++) {
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[60_000])).get();
            }
        }
        try (var consumer = assigned(topic, "max.partition.fetch.bytes", 100, "fetch.max.bytes", 100)) {
            consumer.seekToBeginning(consumer.assignment());
            assertEquals(10, read(consumer, 10).size());
        }
    }

    @Test
    void max_poll_records_hands_out_a_fetch_in_portions() throws Exception {
        String topic = topic(1);
        fill(topic, 50);
        try (var consumer = assigned(topic, "max.poll.records", 7)) {
            consumer.seekToBeginning(consumer.assignment());
            assertEquals(numbers(0, 50), values(read(consumer, 50)));
        }
    }

    @Test
    void fifty_partitions_are_read_completely_and_in_order() throws Exception {
        String topic = topic(50);
        try (var producer = producer(); var consumer = consumer("fetch.min.bytes", 1)) {
            for (int n = 0; n < 2000; n++) {
                producer.send(new ProducerRecord<>(topic, n % 50, null, bytes("" + n)));
            }
            producer.flush();
            List<TopicPartition> all = IntStream.range(0, 50).mapToObj(n -> new TopicPartition(topic, n)).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            var records = read(consumer, 2000);
            for (TopicPartition part : all) {
                assertEquals(IntStream.range(0, 40).boxed().toList(),
                    records.stream().filter(r -> r.partition() == part.partition()).map(r -> (int) r.offset()).toList());
            }
        }
    }

    @Test
    void lag_and_position_are_told_after_a_poll() throws Exception {
        String topic = topic(1);
        fill(topic, 20);
        try (var consumer = assigned(topic, "max.poll.records", 5)) {
            consumer.seekToBeginning(consumer.assignment());
            read(consumer, 5);
            assertEquals(15, consumer.currentLag(first(topic)).getAsLong());
        }
    }

    @Test
    void list_topics_knows_a_topic_and_its_partitions() throws Exception {
        String topic = topic(3);
        try (var consumer = consumer()) {
            assertEquals(3, consumer.listTopics().get(topic).size());
            assertEquals(3, consumer.partitionsFor(topic).size());
        }
    }

    @Test
    void a_read_committed_consumer_reads_plain_records() throws Exception {
        String topic = topic(1);
        fill(topic, 10);
        try (var consumer = assigned(topic, "isolation.level", "read_committed")) {
            consumer.seekToBeginning(consumer.assignment());
            assertEquals(numbers(0, 10), values(read(consumer, 10)));
            assertEquals(10L, consumer.endOffsets(List.of(first(topic))).get(first(topic)));
        }
    }

    @Test
    void subscribing_to_a_name_that_cannot_be_is_refused() throws Exception {
        try (var consumer = consumer("group.id", unique("java-group"))) {
            consumer.subscribe(List.of("no/slash"));
            refused(InvalidTopicException.class, () -> read(consumer, 1));
        }
    }
}
