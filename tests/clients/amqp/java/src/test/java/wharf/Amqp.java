package wharf;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A case's own connection and channel, and what cases ask of them. */
final class Amqp implements AutoCloseable {
    static final AMQP.BasicProperties NONE = new AMQP.BasicProperties();
    final Connection connection;
    final Channel channel;

    /** What a case does on a channel that it may lose by it. */
    interface Action {
        void on(Channel channel) throws Exception;
    }

    Amqp() throws Exception {
        this(System.getenv("WHARF_AMQP"));
    }

    Amqp(String address) throws Exception {
        connection = factory(address).newConnection("wharf's tests");
        channel = connection.createChannel();
    }

    static ConnectionFactory factory(String address) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(address.substring(0, address.lastIndexOf(':')));
        factory.setPort(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        factory.setNetworkRecoveryInterval(100);
        return factory;
    }

    @Override
    public void close() {
        connection.abort();
    }

    /** A queue that goes with the connection; arguments are names and values in turn. */
    String queue(Object... arguments) throws IOException {
        return channel.queueDeclare(Check.unique("q"), false, true, false, table(arguments)).getQueue();
    }

    /** An exchange that goes with its last binding. */
    String exchange(String type) throws IOException {
        String name = Check.unique(type);
        channel.exchangeDeclare(name, type, false, true, null);
        return name;
    }

    static Map<String, Object> table(Object... namesAndValues) {
        Map<String, Object> table = new java.util.HashMap<>();
        for (int n = 0; n < namesAndValues.length; n += 2) {
            table.put((String) namesAndValues[n], namesAndValues[n + 1]);
        }
        return table;
    }

    void publish(String exchange, String key, String... bodies) throws IOException {
        for (String body : bodies) {
            channel.basicPublish(exchange, key, NONE, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The next message, waited for. */
    static GetResponse next(Channel channel, String queue, boolean autoAck) throws Exception {
        List<GetResponse> got = new ArrayList<>();
        Check.eventually("a message in " + queue, () -> {
            GetResponse one = channel.basicGet(queue, autoAck);
            return one != null && got.add(one);
        });
        return got.get(0);
    }

    GetResponse next(String queue) throws Exception {
        return next(channel, queue, true);
    }

    /** Takes so many messages, after which the queue must be empty. */
    List<String> bodies(String queue, int count) throws Exception {
        List<String> read = new ArrayList<>();
        while (read.size() < count) {
            read.add(text(next(queue).getBody()));
        }
        if (channel.messageCount(queue) != 0) {
            throw new AssertionError("more in " + queue);
        }
        return read;
    }

    static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Consumes into a queue of texts; "cancelled" ends them when the broker says so. */
    static BlockingQueue<String> consume(Channel channel, String queue, boolean autoAck, Object... arguments) throws IOException {
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        channel.basicConsume(queue, autoAck, table(arguments), (tag, message) -> texts.add(text(message.getBody())),
            tag -> texts.add("cancelled"));
        return texts;
    }

    static String taken(BlockingQueue<String> texts) throws InterruptedException {
        String one = texts.poll(20, TimeUnit.SECONDS);
        if (one == null) {
            throw new AssertionError("nothing delivered within 20 s");
        }
        return one;
    }

    /** The code and the sentence that a channel of its own, or its connection, is closed with. */
    String refused(Action action) throws Exception {
        Channel other = connection.createChannel();
        BlockingQueue<ShutdownSignalException> closed = new LinkedBlockingQueue<>();
        other.addShutdownListener(closed::add);
        try {
            action.on(other);
        } catch (IOException | ShutdownSignalException expected) {
            // the reason is what the listener is told
        }
        ShutdownSignalException reason = closed.poll(20, TimeUnit.SECONDS);
        if (reason == null) {
            throw new AssertionError("not refused within 20 s");
        }
        Method method = reason.getReason();
        return method instanceof AMQP.Channel.Close
            ? ((AMQP.Channel.Close) method).getReplyCode() + " " + ((AMQP.Channel.Close) method).getReplyText()
            : "connection " + ((AMQP.Connection.Close) method).getReplyCode() + " " + ((AMQP.Connection.Close) method).getReplyText();
    }
}
