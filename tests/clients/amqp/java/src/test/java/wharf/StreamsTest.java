package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static wharf.Check.unique;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.Date;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Queues of type stream. */
class StreamsTest {
    private static String stream(Channel channel, Object... arguments) throws IOException {
        var table = Amqp.table(arguments);
        table.put("x-queue-type", "stream");
        return channel.queueDeclare(unique("stream"), true, false, false, table).getQueue();
    }

    private static String taken(BlockingQueue<String> texts, int count) throws InterruptedException {
        StringBuilder all = new StringBuilder();
        for (int n = 0; n < count; n++) {
            all.append(Amqp.taken(texts));
        }
        return all.toString();
    }

    @Test
    void a_stream_is_read_from_where_each_consumer_begins() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String stream = stream(amqp.channel);
            amqp.channel.confirmSelect();
            amqp.publish("", stream, "a", "b", "c");
            amqp.channel.waitForConfirmsOrDie(20_000);
            amqp.channel.basicQos(100);
            BlockingQueue<String> first = Amqp.consume(amqp.channel, stream, false, "x-stream-offset", "first");
            BlockingQueue<String> second = Amqp.consume(amqp.channel, stream, false, "x-stream-offset", 1L);
            BlockingQueue<String> next = Amqp.consume(amqp.channel, stream, false, "x-stream-offset", "next");
            BlockingQueue<String> hour = Amqp.consume(amqp.channel, stream, false, "x-stream-offset",
                new Date(System.currentTimeMillis() - 3_600_000));
            amqp.publish("", stream, "d");
            assertEquals("abcd", taken(first, 4));
            assertEquals("bcd", taken(second, 3));
            assertEquals("d", taken(next, 1));
            assertEquals("abcd", taken(hour, 4));
            amqp.channel.queueDelete(stream);
            assertEquals("cancelled", Amqp.taken(first));
        }
    }

    @Test
    void what_is_acknowledged_makes_room_in_a_stream() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String stream = stream(amqp.channel, "x-max-length-bytes", 100_000_000, "x-max-age", "1h");
            String exchange = amqp.exchange("topic");
            amqp.channel.queueBind(stream, exchange, "a.#");
            amqp.channel.confirmSelect();
            List<String> sent = IntStream.range(0, 500).mapToObj(n -> "m" + n).collect(Collectors.toList());
            amqp.publish(exchange, "a.b", sent.toArray(new String[0]));
            amqp.channel.waitForConfirmsOrDie(20_000);
            amqp.channel.basicQos(10);
            StringBuffer seen = new StringBuffer();
            BlockingQueue<String> done = new java.util.concurrent.LinkedBlockingQueue<>();
            amqp.channel.basicConsume(stream, false, Amqp.table("x-stream-offset", "first"), (tag, message) -> {
                seen.append(message.getProperties().getHeaders().get("x-stream-offset")).append(Amqp.text(message.getBody())).append(' ');
                amqp.channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                if (Amqp.text(message.getBody()).equals("m499")) {
                    done.add("done");
                }
            }, tag -> { });
            assertEquals("done", Amqp.taken(done));
            assertEquals(IntStream.range(0, 500).mapToObj(n -> n + "m" + n + " ").collect(Collectors.joining()), seen.toString());
            amqp.channel.queueDelete(stream);
        }
    }

    @Test
    void a_stream_must_be_consumed_with_acknowledgements_and_a_prefetch() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String stream = stream(amqp.channel);
            assertEquals("406 PRECONDITION_FAILED - consumer prefetch count is not set for stream queue '" + stream + "' in vhost '/'",
                amqp.refused(channel -> Amqp.consume(channel, stream, false)));
            assertEquals("406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue '" + stream
                + "' in vhost '/' of queue type rabbit_stream_queue", amqp.refused(channel -> {
                    channel.basicQos(1);
                    Amqp.consume(channel, stream, false, "x-priority", 1);
                }));
            try (Amqp other = new Amqp()) {
                assertEquals("connection 540 NOT_IMPLEMENTED - automatic acknowledgement not supported by stream queue '" + stream
                    + "' in vhost '/'", other.refused(channel -> {
                        channel.basicQos(1);
                        Amqp.consume(channel, stream, true);
                    }));
            }
            amqp.channel.queueDelete(stream);
        }
    }
}
