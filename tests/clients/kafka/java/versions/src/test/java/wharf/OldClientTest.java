package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.BOOTSTRAP;
import static wharf.Check.eventually;
import static wharf.Check.refused;
import static wharf.Check.unique;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/**
 * What users of old clients live by, in the part of the API that all of them have (0.10.2 to 2.8). Topics are made by the
 * first metadata request, as such clients do; nothing depends on the broker's default number of partitions.
 */
class OldClientTest {
    private static KafkaProducer<String, String> producer(Object... settings) {
        return new KafkaProducer<>(with(settings, "bootstrap.servers", BOOTSTRAP, "retries", 10), new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(Object... settings) {
        return new KafkaConsumer<>(with(settings, "bootstrap.servers", BOOTSTRAP, "enable.auto.commit", false, "auto.offset.reset", "earliest",
            "heartbeat.interval.ms", 200, "session.timeout.ms", 10000, "metadata.max.age.ms", 1000), new StringDeserializer(), new StringDeserializer());
    }

    private static Map<String, Object> with(Object[] settings, Object... defaults) {
        Map<String, Object> all = new HashMap<>();
        for (Object[] some : new Object[][] {defaults, settings}) {
            for (int n = 0; n < some.length; n += 2) {
                all.put((String) some[n], some[n + 1]);
            }
        }
        return all;
    }

    private static TopicPartition first(String topic) {
        return new TopicPartition(topic, 0);
    }

    private static List<RecordMetadata> send(String topic, List<String> values, Object... settings) throws Exception {
        try (KafkaProducer<String, String> producer = producer(settings)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (String value : values) {
                sent.add(producer.send(new ProducerRecord<>(topic, 0, "key", value)));
            }
            List<RecordMetadata> reports = new ArrayList<>();
            for (Future<RecordMetadata> one : sent) {
                reports.add(one.get());
            }
            return reports;
        }
    }

    private static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        eventually(count + " records", () -> {
            consumer.poll(100).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    private static List<ConsumerRecord<String, String>> readAll(String topic, int count) throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer()) {
            consumer.assign(Collections.singletonList(first(topic)));
            consumer.seek(first(topic), 0);
            return read(consumer, count);
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(n -> "the same words again and again " + n).collect(Collectors.toList());
    }

    private static void roundTrip(Object... settings) throws Exception {
        String topic = unique("java-old");
        List<RecordMetadata> reports = send(topic, numbers(1000), settings);
        if (!Arrays.asList(settings).contains("0")) {
            assertEquals(999, reports.get(999).offset());
        }
        List<ConsumerRecord<String, String>> records = readAll(topic, 1000);
        assertEquals(numbers(1000), records.stream().map(ConsumerRecord::value).collect(Collectors.toList()));
        assertEquals(999, records.get(999).offset());
        assertEquals("key", records.get(0).key());
    }

    @Test
    void acks_all_is_read_back() throws Exception {
        roundTrip("acks", "all");
    }

    @Test
    void acks_1_is_read_back() throws Exception {
        roundTrip("acks", "1");
    }

    @Test
    void acks_0_is_read_back() throws Exception {
        roundTrip("acks", "0");
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
    void null_keys_and_values_and_times_are_kept() throws Exception {
        String topic = unique("java-old");
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(new ProducerRecord<>(topic, 0, 1600000000123L, null, "v")).get();
            producer.send(new ProducerRecord<>(topic, 0, "k", null)).get();
        }
        List<ConsumerRecord<String, String>> records = readAll(topic, 2);
        assertEquals(1600000000123L, records.get(0).timestamp());
        assertNull(records.get(0).key());
        assertNull(records.get(1).value());
    }

    @Test
    void a_record_over_the_brokers_limit_is_too_large() throws Exception {
        String topic = unique("java-old");
        char[] large = new char[2_000_000];
        Arrays.fill(large, 'x');
        try (KafkaProducer<String, String> producer = producer("max.request.size", 5_000_000)) {
            refused(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(topic, 0, "k", new String(large))).get());
            assertEquals(0, producer.send(new ProducerRecord<>(topic, 0, "k", "small")).get().offset());
        }
    }

    @Test
    void beginning_end_times_and_seeks_find_their_offsets() throws Exception {
        String topic = unique("java-old");
        try (KafkaProducer<String, String> producer = producer(); KafkaConsumer<String, String> consumer = consumer()) {
            for (int n = 0; n < 10; n++) {
                producer.send(new ProducerRecord<>(topic, 0, 1700000000000L + n * 1000, "k", "" + n)).get();
            }
            List<TopicPartition> parts = Collections.singletonList(first(topic));
            assertEquals(0L, consumer.beginningOffsets(parts).get(first(topic)));
            assertEquals(10L, consumer.endOffsets(parts).get(first(topic)));
            assertEquals(7, consumer.offsetsForTimes(Collections.singletonMap(first(topic), 1700000006500L)).get(first(topic)).offset());
            consumer.assign(parts);
            consumer.seek(first(topic), 8);
            assertEquals("8", read(consumer, 2).get(0).value());
            consumer.seek(first(topic), 500);
            assertEquals("0", read(consumer, 10).get(0).value(), "reset to the earliest");
        }
    }

    @Test
    void two_members_share_two_topics_and_one_takes_over() throws Exception {
        List<String> topics = Arrays.asList(unique("java-old"), unique("java-old"));  // two: shared evenly whatever num.partitions is
        Object[] member = {"group.id", unique("java-old-group"),
            "partition.assignment.strategy", "org.apache.kafka.clients.consumer.RoundRobinAssignor"};
        int partitions;
        try (KafkaProducer<String, String> producer = producer()) {
            partitions = producer.partitionsFor(topics.get(0)).size() + producer.partitionsFor(topics.get(1)).size();
        }
        try (KafkaConsumer<String, String> one = consumer(member)) {
            one.subscribe(topics);
            eventually("all at the first", () -> {
                one.poll(50);
                return one.assignment().size() == partitions;
            });
            try (KafkaConsumer<String, String> two = consumer(member)) {
                two.subscribe(topics);
                AtomicReference<Set<TopicPartition>> ofOne = new AtomicReference<>(one.assignment());
                Thread polling = new Thread(() -> {  // an old client joins inside poll(): both must poll at once
                    while (!Thread.interrupted()) {
                        try {
                            one.poll(50);
                            ofOne.set(new HashSet<>(one.assignment()));
                        } catch (org.apache.kafka.common.errors.InterruptException stop) {
                            return;
                        }
                    }
                });
                polling.start();
                try {
                    eventually("a share at each, and all at both", () -> {  // they end their joins at different moments
                        two.poll(50);
                        Set<TopicPartition> together = new HashSet<>(ofOne.get());
                        together.addAll(two.assignment());
                        return two.assignment().size() == partitions / 2 && ofOne.get().size() == partitions - partitions / 2
                            && together.size() == partitions;
                    });
                } finally {
                    polling.interrupt();
                    polling.join();
                }
            }
            eventually("all at the first again", () -> {
                one.poll(50);
                return one.assignment().size() == partitions;
            });
        }
    }

    @Test
    void a_commit_is_where_the_next_member_starts() throws Exception {
        String topic = unique("java-old");
        String group = unique("java-old-group");
        send(topic, numbers(20));
        try (KafkaConsumer<String, String> one = consumer("group.id", group)) {
            one.subscribe(Collections.singletonList(topic));
            read(one, 20);
            one.commitSync(Collections.singletonMap(first(topic), new OffsetAndMetadata(12, "twelve")));
            assertEquals(new OffsetAndMetadata(12, "twelve"), one.committed(first(topic)));
        }
        try (KafkaConsumer<String, String> two = consumer("group.id", group)) {
            two.subscribe(Collections.singletonList(topic));
            assertEquals(12, read(two, 8).get(0).offset());
        }
    }

    @Test
    void auto_commit_keeps_the_position() throws Exception {
        String topic = unique("java-old");
        String group = unique("java-old-group");
        send(topic, numbers(10));
        try (KafkaConsumer<String, String> one = consumer("group.id", group, "enable.auto.commit", true)) {
            one.subscribe(Collections.singletonList(topic));
            read(one, 10);
        }
        try (KafkaConsumer<String, String> two = consumer("group.id", group)) {
            assertEquals(10, two.committed(first(topic)).offset());
        }
    }
}
