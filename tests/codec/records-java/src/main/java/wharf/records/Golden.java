package wharf.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.EndTransactionMarker;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Time;

/** What Kafka's own classes write: the files under testdata of src/model and src/protocols/kafka/legacy. */
final class Golden {
    private Golden() {}

    /** File name to bytes, v2 batches. */
    static Map<String, byte[]> batches() {
        Map<String, byte[]> files = new TreeMap<>();
        for (CompressionType codec : CompressionType.values()) {
            files.put("few-" + codec.name + ".bin", bytes(MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V2, 0, Compression.of(codec).build(), array(Corpus.few(true)))));
            if (codec != CompressionType.NONE) {
                files.put("many-" + codec.name + ".bin", bytes(MemoryRecords.withRecords(
                    RecordBatch.MAGIC_VALUE_V2, 0, Compression.of(codec).build(), array(Corpus.many()))));
            }
        }
        files.put("append-time.bin", bytes(build(RecordBatch.MAGIC_VALUE_V2, CompressionType.NONE, TimestampType.LOG_APPEND_TIME, 100)));
        files.put("transactional.bin", bytes(MemoryRecords.withTransactionalRecords(
            RecordBatch.MAGIC_VALUE_V2, 77, Compression.NONE, 4711, (short) 3, 40, 9, array(Corpus.few(true)))));
        for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.ABORT, ControlRecordType.COMMIT}) {
            files.put("end-txn-" + type.name().toLowerCase() + ".bin", bytes(MemoryRecords.withEndTransactionMarker(
                0, Corpus.TIME, 9, 4711, (short) 3, new EndTransactionMarker(type, 17))));
        }
        ByteBuffer empty = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        DefaultRecordBatch.writeEmptyHeader(empty, RecordBatch.MAGIC_VALUE_V2, 4711, (short) 3, 40, 77, 81, 9,
            TimestampType.CREATE_TIME, Corpus.TIME + 9, true, false);
        files.put("empty.bin", empty.array());
        return files;
    }

    /** File name to bytes: message sets as old producers send them, and v2 batches beside what Kafka makes of them for old consumers. */
    static Map<String, byte[]> messageSets() {
        Map<String, byte[]> files = new TreeMap<>();
        CompressionType[] codecs = {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};
        for (CompressionType codec : codecs) {
            for (byte magic : new byte[] {RecordBatch.MAGIC_VALUE_V0, RecordBatch.MAGIC_VALUE_V1}) {
                files.put("v" + magic + "-" + codec.name + ".bin", bytes(build(magic, codec, TimestampType.CREATE_TIME, 0)));
            }
            files.put("v1-" + codec.name + "-append-time.bin", bytes(build(RecordBatch.MAGIC_VALUE_V1, codec, TimestampType.LOG_APPEND_TIME, 100)));
            for (TimestampType type : new TimestampType[] {TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME}) {
                String name = codec.name + (type == TimestampType.LOG_APPEND_TIME ? "-append-time.bin" : ".bin");
                MemoryRecords v2 = build(RecordBatch.MAGIC_VALUE_V2, codec, type, 100);
                files.put("stored-" + name, bytes(v2));
                for (byte magic : new byte[] {RecordBatch.MAGIC_VALUE_V0, RecordBatch.MAGIC_VALUE_V1}) {
                    files.put("down-v" + magic + "-" + name, bytes((MemoryRecords) v2.downConvert(magic, 102, Time.SYSTEM).records()));
                }
            }
        }
        return files;
    }

    /** The few records from `baseOffset` on; without headers below v2. */
    private static MemoryRecords build(byte magic, CompressionType codec, TimestampType type, long baseOffset) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(64 * 1024), magic, Compression.of(codec).build(), type,
            baseOffset, type == TimestampType.LOG_APPEND_TIME ? Corpus.APPEND_TIME : RecordBatch.NO_TIMESTAMP);
        for (SimpleRecord record : Corpus.few(magic >= RecordBatch.MAGIC_VALUE_V2)) builder.append(record);
        return builder.build();
    }

    private static SimpleRecord[] array(List<SimpleRecord> records) {
        return records.toArray(new SimpleRecord[0]);
    }

    private static byte[] bytes(MemoryRecords records) {
        ByteBuffer buffer = records.buffer().duplicate();
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }

    static void write(Map<String, byte[]> files, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> file : files.entrySet()) Files.write(folder.resolve(file.getKey()), file.getValue());
    }
}
