package wharf;

import static wharf.Check.BOOTSTRAP;
import static wharf.Check.eventually;
import static wharf.Check.unique;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Short ways to make clients and topics for one case. */
final class Clients {
    private static final Admin ADMIN = Admin.create(Map.of("bootstrap.servers", BOOTSTRAP));

    private Clients() {}

    /** One admin client for all cases: it serves many threads. */
    static Admin admin() {
        return ADMIN;
    }

    static KafkaProducer<byte[], byte[]> producer(Object... settings) {
        return new KafkaProducer<>(with(Map.of("bootstrap.servers", BOOTSTRAP, "delivery.timeout.ms", 30000, "request.timeout.ms", 20000), settings),
            new ByteArraySerializer(), new ByteArraySerializer());
    }

    static KafkaConsumer<byte[], byte[]> consumer(Object... settings) {
        return new KafkaConsumer<>(with(Map.of("bootstrap.servers", BOOTSTRAP, "enable.auto.commit", false,
            "auto.offset.reset", "earliest"), settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> with(Map<String, Object> defaults, Object... settings) {
        Map<String, Object> all = new HashMap<>(defaults);
        for (int n = 0; n < settings.length; n += 2) {
            all.put((String) settings[n], settings[n + 1]);
        }
        return all;
    }

    /** Makes a topic of its own for a case and returns its name once every partition answers. */
    static String topic(int partitions, String... configs) throws Exception {
        String name = unique("java");
        Map<String, String> entries = new HashMap<>();
        for (int n = 0; n < configs.length; n += 2) {
            entries.put(configs[n], configs[n + 1]);
        }
        ADMIN.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(entries))).all().get();
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        IntStream.range(0, partitions).forEach(n -> asked.put(new TopicPartition(name, n), OffsetSpec.latest()));
        eventually("topic " + name, () -> {
            try {
                ADMIN.listOffsets(asked).all().get(30, TimeUnit.SECONDS);
                return true;
            } catch (ExecutionException error) {
                if (error.getCause() instanceof UnknownTopicOrPartitionException) {
                    return false; // not yet in the broker's metadata
                }
                throw error;
            }
        });
        return name;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    /** Sends the values to partition 0 and waits for every acknowledgement. */
    static List<RecordMetadata> send(KafkaProducer<byte[], byte[]> producer, String topic, List<String> values) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (String value : values) {
            sent.add(producer.send(new ProducerRecord<>(topic, 0, null, bytes(value))));
        }
        producer.flush();
        List<RecordMetadata> reports = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) {
            reports.add(one.get(30, TimeUnit.SECONDS));
        }
        return reports;
    }

    static void fill(String topic, int count) throws Exception {
        try (var producer = producer()) {
            send(producer, topic, numbers(0, count));
        }
    }

    /** Polls until so many records have come. */
    static List<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> consumer, int count) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        eventually(count + " records", () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    static List<ConsumerRecord<byte[], byte[]>> readAll(String topic, int count) throws Exception {
        try (var consumer = consumer()) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            return read(consumer, count);
        }
    }

    static List<String> values(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> text(record.value())).toList();
    }
}
