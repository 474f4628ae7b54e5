package wharf;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints one line per case: the method's name is the sentence it proves. */
public final class CaseLines implements TestExecutionListener {
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    @Override
    public void executionStarted(TestIdentifier test) {
        begun.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            return; // a class; its failure, say of its set-up, is a line too
        }
        double seconds = (System.nanoTime() - begun.get(test.getUniqueId())) / 1e9;
        boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        StringBuilder line = new StringBuilder(String.format("%s java %s: %s (%.1f s)", passed ? "ok  " : "FAIL",
            System.getProperty("client.version"), test.getDisplayName().replaceAll("\\(.*", "").replace('_', ' '), seconds));
        result.getThrowable().ifPresent(failure -> {
            line.append("\n     ").append(failure);
            for (StackTraceElement frame : failure.getStackTrace()) {
                if (frame.getClassName().startsWith("wharf.")) {
                    line.append("\n       at ").append(frame);
                }
            }
        });
        synchronized (System.out) {
            System.out.println(line);
        }
    }
}
