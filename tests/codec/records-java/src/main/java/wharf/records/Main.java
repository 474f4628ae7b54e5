package wharf.records;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.Utils;

/**
 * golden MODEL_TESTDATA LEGACY_TESTDATA   writes the committed files anew
 * check  MODEL_TESTDATA LEGACY_TESTDATA OURS   compares them with what Kafka's classes write now, and reads what Wharf wrote to OURS
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        Path model = Path.of(args[1]);
        Path legacy = Path.of(args[2]);
        if (args[0].equals("golden")) {
            Golden.write(Golden.batches(), model);
            Golden.write(Golden.messageSets(), legacy);
            return;
        }
        int same = compare(Golden.batches(), model) + compare(Golden.messageSets(), legacy);
        int read = Reader.checkAll(Path.of(args[3]));
        if (read == 0) throw new IllegalStateException("no file of Wharf's to read");
        System.out.println(same + " golden files are what Kafka writes; Kafka reads " + read + " files of Wharf's");
    }

    private static int compare(Map<String, byte[]> files, Path folder) throws Exception {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] committed = Files.readAllBytes(folder.resolve(file.getKey()));
            // gzip's bytes depend on the Java that runs; what they hold does not.
            boolean same = file.getKey().contains("gzip")
                ? describe(file.getValue()).equals(describe(committed)) : Arrays.equals(file.getValue(), committed);
            if (!same) {
                throw new IllegalStateException(folder.resolve(file.getKey()) + " is not what Kafka writes");
            }
        }
        return files.size();
    }

    private static ByteBuffer orEmpty(ByteBuffer bytes) {
        return bytes == null ? ByteBuffer.allocate(0) : bytes;
    }

    private static String describe(byte[] records) {
        StringBuilder text = new StringBuilder();
        for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(records)).batches()) {
            text.append(batch.magic()).append(batch.compressionType()).append(batch.maxTimestamp());
            for (Record record : batch) text.append(record.offset()).append(record.timestamp()).append(Utils.utf8(orEmpty(record.key()))).append(Utils.utf8(orEmpty(record.value())));
        }
        return text.toString();
    }
}
