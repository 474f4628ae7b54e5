import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * What Kafka's own generated classes write: every message named on the command line, in every version that the jar on the
 * classpath knows, filled with values that depend on message, version and round alone. One line per message:
 * {@code FetchRequest 12 0a1b2c...}. With {@code --errors} it prints Kafka's error numbers as JSON instead.
 */
public class MessageCorpus {
    private static final int ROUNDS = 8;

    private final Random random;
    /** Round 0 leaves everything null or empty that may be, the others mix. */
    private final int round;

    private MessageCorpus(String name, int version, int round) {
        this.random = new Random(31L * (31L * name.hashCode() + version) + round);
        this.round = round;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("--errors")) {
            printErrors(System.out);
            return;
        }
        for (String name : arguments) {
            Class<?> type;
            try {
                type = Class.forName("org.apache.kafka.common.message." + name + "Data");
            } catch (ClassNotFoundException older) {
                try {
                    type = Class.forName("org.apache.kafka.common.message." + name);
                } catch (ClassNotFoundException unknown) {
                    continue;  // a message that this release does not have: the other release's corpus has it
                }
            }
            writeMessage(name, type, System.out);
        }
    }

    private static void writeMessage(String name, Class<?> type, PrintStream out) throws Exception {
        Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
        for (short version = 0; version < schemas.length; version++) {
            if (schemas[version] == null) continue;
            for (int round = 0; round < ROUNDS; round++) {
                Message message = (Message) type.getDeclaredConstructor().newInstance();
                new MessageCorpus(name, version, round).fill(message, schemas[version]);
                ObjectSerializationCache cache = new ObjectSerializationCache();
                ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
                message.write(new ByteBufferAccessor(buffer), cache, version);
                out.printf("%s %d %s%n", name, version, HexFormat.of().formatHex(buffer.array()));
            }
        }
    }

    private void fill(Object message, Schema schema) throws Exception {
        Map<String, Field> members = new HashMap<>();
        for (Field member : message.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(member.getModifiers()) || member.getName().equals("_unknownTaggedFields")) continue;
            member.setAccessible(true);
            members.put(snakeCase(member.getName()), member);
        }
        for (BoundField field : schema.fields()) {
            if (field.def.type instanceof TaggedFields) {
                for (var tagged : taggedFields((TaggedFields) field.def.type)) {
                    if (round > 0 && random.nextInt(3) > 0) set(message, members.get(tagged.name), tagged.type);
                }
            } else {
                set(message, members.get(field.def.name), field.def.type);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static Collection<org.apache.kafka.common.protocol.types.Field> taggedFields(TaggedFields type) throws Exception {
        Field fields = TaggedFields.class.getDeclaredField("fields");
        fields.setAccessible(true);
        return ((Map<Integer, org.apache.kafka.common.protocol.types.Field>) fields.get(type)).values();
    }

    private void set(Object message, Field member, Type type) throws Exception {
        if (type.isNullable() && (round == 0 || random.nextInt(4) == 0)) {
            member.set(message, null);
        } else {
            member.set(message, value(member, type));
        }
    }

    private Object value(Field member, Type type) throws Exception {
        Class<?> java = member.getType();
        if (Collection.class.isAssignableFrom(java)) return collection(member, type);
        if (Message.class.isAssignableFrom(java)) {
            Object struct = java.getDeclaredConstructor().newInstance();
            fill(struct, schemaOf(type));
            return struct;
        }
        return scalar(java);
    }

    private Object scalar(Class<?> java) throws Exception {
        if (java == boolean.class) return random.nextBoolean();
        if (java == byte.class || java == Byte.class) return (byte) number();
        if (java == short.class || java == Short.class) return (short) number();
        if (java == int.class || java == Integer.class) return (int) number();
        if (java == long.class || java == Long.class) return number();
        if (java == String.class) return text();
        if (java == Uuid.class) return new Uuid(random.nextLong(), random.nextLong());
        if (java == byte[].class) return bytes();
        if (java == ByteBuffer.class) return ByteBuffer.wrap(bytes());
        if (java.getSimpleName().equals("BaseRecords")) return records(java);
        throw new IllegalStateException("no value for " + java);
    }

    /** By reflection: the record classes moved to another package between the two releases. */
    private Object records(Class<?> base) throws Exception {
        Class<?> memory = Class.forName(base.getPackageName() + ".MemoryRecords");
        return memory.getMethod("readableRecords", ByteBuffer.class).invoke(null, ByteBuffer.wrap(bytes()));
    }

    @SuppressWarnings("unchecked")
    private Object collection(Field member, Type type) throws Exception {
        boolean list = member.getType() == List.class;
        Collection<Object> result = list ? new ArrayList<>()
            : (Collection<Object>) constructor(member.getType()).newInstance();
        java.lang.reflect.Type generic = list ? member.getGenericType() : member.getType().getGenericSuperclass();
        Class<?> element = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
        int size = round == 0 ? 0 : random.nextInt(4);
        for (int i = 0; i < size; i++) {
            if (Message.class.isAssignableFrom(element)) {
                Object struct = element.getDeclaredConstructor().newInstance();
                fill(struct, (Schema) type.arrayElementType().get());
                result.add(struct);
            } else {
                result.add(scalar(element));
            }
        }
        return result;
    }

    private static Constructor<?> constructor(Class<?> type) throws Exception {
        return type.getDeclaredConstructor();
    }

    /** A struct that may be null wraps its schema. */
    private static Schema schemaOf(Type type) throws Exception {
        if (type instanceof Schema) return (Schema) type;
        for (Field field : type.getClass().getDeclaredFields()) {
            if (field.getType() != Schema.class) continue;
            field.setAccessible(true);
            return (Schema) field.get(type);
        }
        throw new IllegalStateException("no schema in " + type.getClass());
    }

    private long number() {
        switch (random.nextInt(4)) {
            case 0: return 0;
            case 1: return -1;
            case 2: return random.nextInt(1000);
            default: return random.nextLong();
        }
    }

    private String text() {
        int size = random.nextInt(10) == 0 ? 125 + random.nextInt(5) : random.nextInt(10);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) text.append((char) (random.nextInt(20) == 0 ? 0xE4 : 'a' + random.nextInt(26)));
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(5) == 0 ? 0 : random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String snakeCase(String camelCase) {
        return camelCase.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase();
    }

    private static void printErrors(PrintStream out) {
        StringBuilder json = new StringBuilder("{");
        for (Errors error : Errors.values()) {
            if (json.length() > 1) json.append(",");
            json.append(String.format("\"%d\":{\"name\":\"%s\",\"retriable\":%b}", error.code(), error.name(),
                error.exception() instanceof RetriableException));
        }
        out.println(json.append("}"));
    }
}
