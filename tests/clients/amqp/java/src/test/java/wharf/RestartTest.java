package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.MessageProperties;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A broker of the case's own on a data folder, which ends and is started anew: where the suite's broker is on one too. */
@EnabledIfEnvironmentVariable(named = "WHARF_STORE", matches = "data")
class RestartTest {
    private static Process serve(Path folder, String address) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(System.getenv("WHARF"), "serve", "--data", folder.toString(), "--free-ports", "--set",
            "amqp.listen=" + address);
        builder.environment().keySet().removeIf(name -> name.startsWith("WHARF_")); // they are settings to it
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process broker = builder.start();
        new BufferedReader(new InputStreamReader(broker.getInputStream())).readLine();
        return broker;
    }

    /** Free over both lives of a broker: at a loopback host that is this process's alone, as a port of 127.0.0.1 is, between the two, anybody's. */
    private static String ownAddress() throws IOException {
        long pid = ProcessHandle.current().pid();
        String host = "127." + (1 + (pid >> 16)) + "." + (pid >> 8 & 255) + "." + (pid & 255);
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return host + ":" + socket.getLocalPort();
        }
    }

    @Test
    void a_stream_and_its_binding_are_there_after_a_restart(@TempDir Path folder) throws Exception {
        String address = ownAddress();
        Process broker = serve(folder, address);
        try (Amqp before = new Amqp(address)) {
            before.channel.exchangeDeclare("orders", "topic", true);
            before.channel.queueDeclare("log", true, false, false, Amqp.table("x-queue-type", "stream", "x-max-age", "7D"));
            before.channel.queueBind("log", "orders", "order.#");
            before.channel.confirmSelect();
            before.publish("orders", "order.new", "a", "b");
            before.channel.waitForConfirmsOrDie(20_000);
            before.close();

            broker.destroy();
            broker.waitFor();
            broker = serve(folder, address);
            try (Amqp amqp = new Amqp(address)) {
                amqp.channel.queueDeclare("log", true, false, false, Amqp.table("x-queue-type", "stream", "x-max-age", "7D"));
                amqp.channel.basicQos(10);
                BlockingQueue<String> texts = Amqp.consume(amqp.channel, "log", false, "x-stream-offset", "first");
                amqp.publish("orders", "order.new", "c");
                assertEquals("abc", Amqp.taken(texts) + Amqp.taken(texts) + Amqp.taken(texts));
            }
        } finally {
            broker.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_connection_recovers_by_itself_and_a_durable_queue_has_its_messages_after_a_restart(@TempDir Path folder) throws Exception {
        String address = ownAddress();
        Process broker = serve(folder, address);
        try (Amqp amqp = new Amqp(address)) {
            amqp.channel.exchangeDeclare("orders", "topic", true);
            amqp.channel.queueDeclare("kept", true, false, false, null);
            amqp.channel.queueDeclare("watched", true, false, false, null);
            String temporary = amqp.channel.queueDeclare().getQueue();
            amqp.channel.queueBind("kept", "orders", "#");
            amqp.channel.queueBind(temporary, "orders", "news.*");
            BlockingQueue<String> watched = Amqp.consume(amqp.channel, "watched", true), news = Amqp.consume(amqp.channel, temporary, true);
            amqp.channel.confirmSelect();
            for (String body : List.of("a", "b", "c")) {
                amqp.channel.basicPublish("orders", "order.new", MessageProperties.PERSISTENT_TEXT_PLAIN, body.getBytes());
            }
            amqp.channel.waitForConfirmsOrDie(20_000);

            broker.destroy();
            broker.waitFor();
            broker = serve(folder, address);
            Amqp fresh = new Amqp(address);
            Check.eventually("the recovered consumer", () -> fresh.channel.consumerCount("watched") == 1);
            assertEquals(List.of("a", "b", "c"), fresh.bodies("kept", 3));
            fresh.publish("", "watched", "d");
            assertEquals("d", Amqp.taken(watched));
            Check.eventually("the recovered queue and its binding", () -> {
                fresh.publish("orders", "news.today", "e");
                return "e".equals(news.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS));
            });
            fresh.close();
        } finally {
            broker.destroyForcibly().waitFor();
        }
    }
}
