package wharf;

import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** What every case needs: the broker's address, names of its own, polling with a deadline. */
public final class Check {
    public static final String BOOTSTRAP = System.getenv("WHARF_BOOTSTRAP");

    private Check() {}

    /** A name that no other case, run or suite uses: cases share one broker. */
    public static String unique(String word) {
        return word + "-" + UUID.randomUUID().toString().substring(24);
    }

    /** Polls until the condition holds; the deadline fails the case. */
    public static void eventually(String what, Callable<Boolean> condition) throws Exception {
        eventually(what, condition, () -> "");
    }

    /** Likewise, and tells what was so instead. */
    public static void eventually(String what, Callable<Boolean> condition, Supplier<String> instead) throws Exception {
        for (long end = System.nanoTime() + 30_000_000_000L; !condition.call();) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 30 s: " + what + instead.get());
            }
            Thread.sleep(10);
        }
    }

    /** The error that an action must fail with, out of the ExecutionException that may wrap it. */
    public static <E extends Throwable> E refused(Class<E> type, Callable<?> action) throws Exception {
        try {
            Object value = action.call();
            throw new AssertionError("expected " + type.getSimpleName() + ", got " + value);
        } catch (ExecutionException error) {
            if (type.isInstance(error.getCause())) {
                return type.cast(error.getCause());
            }
            throw error;
        } catch (Exception error) {
            if (type.isInstance(error)) {
                return type.cast(error);
            }
            throw error;
        }
    }
}
