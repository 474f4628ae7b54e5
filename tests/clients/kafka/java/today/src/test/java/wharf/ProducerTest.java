package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.refused;
import static wharf.Check.unique;
import static wharf.Clients.bytes;
import static wharf.Clients.fill;
import static wharf.Clients.numbers;
import static wharf.Clients.producer;
import static wharf.Clients.readAll;
import static wharf.Clients.send;
import static wharf.Clients.text;
import static wharf.Clients.topic;
import static wharf.Clients.values;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ProducerTest {
    private static void roundTrip(Object... settings) throws Exception {
        String topic = topic(1);
        List<String> sent = numbers(0, 2000).stream().map(n -> "the same words again and again " + n).toList();
        List<RecordMetadata> reports;
        try (var producer = producer(settings)) {
            reports = send(producer, topic, sent);
        }
        if (!Arrays.asList(settings).contains("0")) {
            assertEquals(IntStream.range(0, 2000).boxed().toList(), reports.stream().map(r -> (int) r.offset()).toList());
        }
        assertEquals(sent, values(readAll(topic, 2000)));
    }

    @Test
    void acks_all_is_read_back() throws Exception {
        roundTrip("acks", "all");
    }

    @Test
    void acks_1_is_read_back() throws Exception {
        roundTrip("acks", "1", "enable.idempotence", false);
    }

    @Test
    void acks_0_is_read_back() throws Exception {
        roundTrip("acks", "0", "enable.idempotence", false);
    }

    @Test
    void an_idempotent_producer_keeps_order_over_many_small_batches_in_flight() throws Exception {
        roundTrip("enable.idempotence", true, "batch.size", 300, "linger.ms", 0, "max.in.flight.requests.per.connection", 5);
    }

    @Test
    void gzip_batches_come_back_whole() throws Exception {
        roundTrip("compression.type", "gzip");
    }

    @Test
    void snappy_batches_come_back_whole() throws Exception {
        roundTrip("compression.type", "snappy");
    }

    @Test
    void lz4_batches_come_back_whole() throws Exception {
        roundTrip("compression.type", "lz4");
    }

    @Test
    void zstd_batches_come_back_whole() throws Exception {
        roundTrip("compression.type", "zstd");
    }

    @Test
    void headers_keep_their_order_and_null_values() throws Exception {
        String topic = topic(1);
        List<Header> sent = List.of(new RecordHeader("a", bytes("1")), new RecordHeader("a", bytes("2")), new RecordHeader("null", (byte[]) null),
            new RecordHeader("empty", new byte[0]));
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, 0, bytes("k"), bytes("v"), sent)).get();
        }
        var headers = readAll(topic, 1).get(0).headers().toArray();
        assertEquals(List.of("a", "a", "null", "empty"), Arrays.stream(headers).map(h -> h.key()).toList());
        assertEquals(Arrays.asList("1", "2", null, ""), Arrays.stream(headers).map(h -> text(h.value())).toList());
    }

    @Test
    void null_and_empty_keys_and_values_stay_apart() throws Exception {
        String topic = topic(1);
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, 0, null, null)).get();
            producer.send(new ProducerRecord<>(topic, 0, new byte[0], new byte[0])).get();
        }
        var records = readAll(topic, 2);
        assertNull(records.get(0).key());
        assertNull(records.get(0).value());
        assertEquals(0, records.get(1).key().length);
        assertEquals(0, records.get(1).value().length);
    }

    @Test
    void a_record_of_a_megabyte_passes() throws Exception {
        String topic = topic(1);
        byte[] value = new byte[1_000_000];
        Arrays.fill(value, (byte) 'x');
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
        assertEquals(1_000_000, readAll(topic, 1).get(0).value().length);
    }

    @Test
    void a_record_over_the_topics_limit_is_too_large_and_the_producer_goes_on() throws Exception {
        String topic = topic(1, "max.message.bytes", "5000");
        try (var producer = producer()) {
            refused(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(topic, new byte[10_000])).get());
            assertEquals(0, producer.send(new ProducerRecord<>(topic, bytes("fits"))).get().offset());
        }
    }

    @Test
    void a_batch_over_the_topics_limit_is_split_by_the_producer_and_arrives_whole() throws Exception {
        String topic = topic(1, "max.message.bytes", "5000");
        List<String> sent = numbers(0, 400).stream().map(n -> "x".repeat(50) + n).toList();
        try (var producer = producer("batch.size", 100_000, "linger.ms", 200)) {
            send(producer, topic, sent);
        }
        assertEquals(sent, values(readAll(topic, 400)));
    }

    @Test
    void create_time_is_kept_and_a_time_too_far_ahead_is_refused() throws Exception {
        String topic = topic(1);
        try (var producer = producer()) {
            RecordMetadata report = producer.send(new ProducerRecord<>(topic, 0, 1600000000123L, null, bytes("v"))).get();
            assertEquals(1600000000123L, report.timestamp());
            long ahead = System.currentTimeMillis() + 7_200_000;
            refused(InvalidTimestampException.class, () -> producer.send(new ProducerRecord<>(topic, 0, ahead, null, bytes("v"))).get());
        }
        var record = readAll(topic, 1).get(0);
        assertEquals(1600000000123L, record.timestamp());
        assertEquals(TimestampType.CREATE_TIME, record.timestampType());
    }

    @Test
    void log_append_time_replaces_the_producers_time_in_report_and_record() throws Exception {
        String topic = topic(1, "message.timestamp.type", "LogAppendTime");
        long before = System.currentTimeMillis();
        RecordMetadata report;
        try (var producer = producer()) {
            report = producer.send(new ProducerRecord<>(topic, 0, 1600000000123L, null, bytes("v"))).get();
        }
        var record = readAll(topic, 1).get(0);
        assertTrue(report.timestamp() >= before, "time " + report.timestamp());
        assertEquals(report.timestamp(), record.timestamp());
        assertEquals(TimestampType.LOG_APPEND_TIME, record.timestampType());
    }

    @Test
    void a_record_without_key_is_refused_by_a_compacted_topic() throws Exception {
        String topic = topic(1, "cleanup.policy", "compact");
        try (var producer = producer()) {
            refused(InvalidRecordException.class, () -> producer.send(new ProducerRecord<>(topic, bytes("no key"))).get());
            producer.send(new ProducerRecord<>(topic, bytes("key"), bytes("v"))).get();
        }
    }

    @Test
    void the_first_record_makes_its_topic() throws Exception {
        String topic = unique("java-auto");
        try (var producer = producer()) {
            assertEquals(0, producer.send(new ProducerRecord<>(topic, 0, null, bytes("first"))).get().offset());
        }
        assertEquals(List.of("first"), values(readAll(topic, 1)));
    }

    @Test
    void a_topic_name_that_cannot_be_is_refused() throws Exception {
        try (var producer = producer("max.block.ms", 5000)) {
            refused(InvalidTopicException.class, () -> producer.send(new ProducerRecord<>("no/slash", bytes("v"))).get());
        }
    }

    @Test
    void a_partition_that_does_not_exist_times_out_in_the_producer() throws Exception {
        String topic = topic(1);
        try (var producer = producer("max.block.ms", 1500)) {
            refused(TimeoutException.class, () -> producer.send(new ProducerRecord<>(topic, 9, null, bytes("v"))).get());
        }
    }

    @Test
    void partitions_for_names_leaders_and_replicas() throws Exception {
        String topic = topic(3);
        try (var producer = producer()) {
            var partitions = producer.partitionsFor(topic);
            assertEquals(3, partitions.size());
            partitions.forEach(part -> assertEquals(List.of(part.leader()), List.of(part.inSyncReplicas())));
        }
    }

    @Test
    void two_producers_on_one_partition_interleave_without_loss() throws Exception {
        String topic = topic(1);
        Thread other = new Thread(() -> {
            try {
                fill(topic, 3000);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        other.start();
        fill(topic, 3000);
        other.join();
        var records = readAll(topic, 6000);
        assertEquals(IntStream.range(0, 6000).boxed().toList(), records.stream().map(r -> (int) r.offset()).toList());
        assertEquals(2, records.stream().filter(r -> text(r.value()).equals("2999")).count());
    }
}
