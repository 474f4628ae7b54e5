package wharf.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * Reads with Kafka's classes what Wharf wrote. A file's name says what must be in it:
 * {few|many|marker}-v{0|1|2}-{codec}[-append-time].bin, at base offset 100.
 */
final class Reader {
    private final String name;
    private final String[] words;

    private Reader(String name) {
        this.name = name;
        this.words = name.substring(0, name.length() - ".bin".length()).split("-");
    }

    /** How many files were read; throws at the first thing that is not as it should be. */
    static int checkAll(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".bin")).sorted().collect(Collectors.toList());
        }
        for (Path file : files) new Reader(file.getFileName().toString()).check(Files.readAllBytes(file));
        return files.size();
    }

    private void check(byte[] bytes) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
        int read = 0;
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            read += batch.sizeInBytes();
            expect("magic", Integer.parseInt(words[1].substring(1)), (int) batch.magic());
            expect("codec", words[2], batch.compressionType().name);
            if (batch.magic() > 0) expect("append time", appendTime(), batch.timestampType() == TimestampType.LOG_APPEND_TIME);
        }
        expect("bytes in whole batches", bytes.length, read);
        if (words[0].equals("marker")) checkMarker(records.batches().iterator().next());
        else checkRecords(records);
    }

    private void checkRecords(MemoryRecords records) {
        boolean v2 = words[1].equals("v2");
        List<SimpleRecord> expected = words[0].equals("many") ? Corpus.many() : Corpus.few(v2);
        List<Record> actual = new ArrayList<>();
        for (Record record : records.records()) actual.add(record);
        expect("records", expected.size(), actual.size());
        for (int i = 0; i < actual.size(); i++) {
            SimpleRecord want = expected.get(i);
            Record got = actual.get(i);
            expect("offset", 100L + i, got.offset());
            long timestamp = appendTime() ? Corpus.APPEND_TIME : want.timestamp();
            expect("timestamp", words[1].equals("v0") ? RecordBatch.NO_TIMESTAMP : timestamp, got.timestamp());
            expect("key", want.key(), got.key());
            expect("value", want.value(), got.value());
            expect("headers", headers(want.headers()), headers(got.headers()));
        }
    }

    private void checkMarker(RecordBatch batch) {
        expect("control batch", true, batch.isControlBatch() && batch.isTransactional());
        expect("producer", "4711/3", batch.producerId() + "/" + batch.producerEpoch());
        Record record = batch.iterator().next();
        expect("control type", "COMMIT", org.apache.kafka.common.record.ControlRecordType.parse(record.key()).name());
        expect("coordinator epoch", 17, org.apache.kafka.common.record.EndTransactionMarker.deserialize(record).coordinatorEpoch());
    }

    private boolean appendTime() {
        return words[words.length - 1].equals("time");
    }

    private static List<String> headers(Header[] headers) {
        return Arrays.stream(headers).map(h -> h.key() + "=" + Arrays.toString(h.value())).collect(Collectors.toList());
    }

    private void expect(String what, Object want, Object got) {
        if (want == null ? got != null : !want.equals(got)) {
            throw new IllegalStateException(name + ": " + what + " is " + got + " instead of " + want);
        }
    }
}
