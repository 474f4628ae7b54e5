package wharf.records;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.SimpleRecord;

/** The records in every file that this program and its C++ counterpart (records_for_java.cpp) write. */
final class Corpus {
    static final long TIME = 1_700_000_000_000L;
    static final long APPEND_TIME = TIME + 5_000;
    static final int MANY = 300;

    private Corpus() {}

    /** Five records: a key or none, a value or none, both empty; with headers if the format has them. */
    static List<SimpleRecord> few(boolean headers) {
        Header[] some = {
            new RecordHeader("trace", bytes("abc")), new RecordHeader("empty", new byte[0]), new RecordHeader("null", (byte[]) null)
        };
        Header[] none = {};
        return List.of(
            new SimpleRecord(TIME, bytes("key-0"), bytes("the first value"), headers ? some : none),
            new SimpleRecord(TIME + 5, null, bytes("a value without a key"), none),
            new SimpleRecord(TIME + 3, bytes("key-2"), null, none),
            new SimpleRecord(TIME + 9, new byte[0], new byte[0], none),
            new SimpleRecord(TIME - 4, bytes("key-0"), bytes("x".repeat(200)), none));
    }

    /** Some 85 KB: several blocks of every codec. */
    static List<SimpleRecord> many() {
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            String value = "value " + i + ' ' + "abcdefgh".repeat(i % 17 * 4);
            records.add(new SimpleRecord(TIME + i, bytes("key-" + i % 10), bytes(value)));
        }
        return records;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
