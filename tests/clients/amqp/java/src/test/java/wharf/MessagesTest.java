package wharf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static wharf.Check.unique;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.MessageProperties;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages on their way: confirms, returns, transactions, what they carry. */
class MessagesTest {
    private static GetResponse roundTrip(Amqp amqp, AMQP.BasicProperties properties, byte[] body) throws Exception {
        String queue = amqp.queue();
        amqp.channel.basicPublish("", queue, properties, body);
        return amqp.next(queue);
    }

    @Test
    void every_publish_of_a_burst_is_confirmed() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = unique("q");
            amqp.channel.queueDeclare(queue, true, false, false, null);
            amqp.channel.confirmSelect();
            for (int n = 0; n < 5000; n++) {
                amqp.channel.basicPublish("", queue, MessageProperties.PERSISTENT_TEXT_PLAIN, ("" + n).getBytes());
            }
            amqp.channel.waitForConfirmsOrDie(30_000);
            assertEquals(5000, amqp.channel.queueDelete(queue).getMessageCount());
        }
    }

    @Test
    void a_mandatory_message_without_a_queue_comes_back_before_its_confirm() throws Exception {
        try (Amqp amqp = new Amqp()) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            amqp.channel.addReturnListener(back -> seen.add(back.getReplyCode() + " " + back.getReplyText() + " " + Amqp.text(back.getBody())));
            amqp.channel.addConfirmListener((tag, multiple) -> seen.add("ack " + tag), (tag, multiple) -> seen.add("nack " + tag));
            amqp.channel.confirmSelect();
            amqp.channel.basicPublish("amq.headers", "", true, Amqp.NONE, "back".getBytes());
            amqp.channel.waitForConfirmsOrDie(20_000);
            Check.eventually("the confirm's listener", () -> seen.size() == 2);
            assertEquals(List.of("312 NO_ROUTE back", "ack 1"), seen);
        }
    }

    @Test
    void all_properties_come_back_as_they_were_sent() throws Exception {
        try (Amqp amqp = new Amqp()) {
            AMQP.BasicProperties sent = new AMQP.BasicProperties.Builder().contentType("a/b").contentEncoding("gzip").deliveryMode(2).priority(9)
                .correlationId("c").replyTo("r").expiration("60000").messageId("m").timestamp(new Date(1700000000_000L)).type("t").userId("guest")
                .appId("a").clusterId("cluster").build();
            assertEquals(sent, roundTrip(amqp, sent, new byte[0]).getProps());
        }
    }

    @Test
    void typed_headers_come_back_as_they_were_sent() throws Exception {
        try (Amqp amqp = new Amqp()) {
            Map<String, Object> headers = Amqp.table("bool", true, "byte", (byte) -5, "short", (short) -300, "int", 70000, "long", 1L << 50,
                "float", 0.5f, "double", 0.1, "decimal", new BigDecimal("-19.99"), "date", new Date(1700000000_000L), "null", null,
                "list", Arrays.asList(1, null, List.of(true), Map.of("deep", 3L)), "table", Map.of("empty", Map.of(), "none", List.of()));
            Map<String, Object> all = Amqp.table("string", "caf\u00e9", "large", "x".repeat(5000), "bytes", new byte[] {0, -1, 1});
            all.putAll(headers);
            Map<String, Object> got = roundTrip(amqp, new AMQP.BasicProperties.Builder().headers(all).build(), new byte[1]).getProps().getHeaders();
            assertEquals(all.keySet(), got.keySet());
            for (String name : List.of("string", "large")) {
                assertEquals(all.get(name), ((LongString) got.get(name)).toString(), name);
            }
            assertArrayEquals((byte[]) all.get("bytes"), (byte[]) got.get("bytes"));
            headers.forEach((name, value) -> assertEquals(value, got.get(name), name));
        }
    }

    @Test
    void large_messages_come_back_as_they_were_sent() throws Exception {
        try (Amqp amqp = new Amqp()) {
            for (int size : new int[] {0, 131064, 131065, 1 << 20, 20 << 20}) {
                byte[] body = new byte[size];
                new Random(size).nextBytes(body);
                assertArrayEquals(body, roundTrip(amqp, Amqp.NONE, body).getBody());
            }
        }
    }

    @Test
    void what_a_transaction_did_counts_when_it_commits_and_not_when_it_rolls_back() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.publish("", queue, "old");
            Channel transactional = amqp.connection.createChannel();
            transactional.txSelect();
            transactional.basicAck(Amqp.next(transactional, queue, false).getEnvelope().getDeliveryTag(), false);
            transactional.basicPublish("", queue, Amqp.NONE, "undone".getBytes());
            transactional.txRollback();
            transactional.basicRecover(true);
            transactional.basicAck(Amqp.next(transactional, queue, false).getEnvelope().getDeliveryTag(), false);
            transactional.basicPublish("", queue, Amqp.NONE, "new".getBytes());
            assertEquals(0, amqp.channel.messageCount(queue));
            transactional.txCommit();
            transactional.close();
            assertEquals(List.of("new"), amqp.bodies(queue, 1));
        }
    }

    @Test
    void confirms_and_transactions_do_not_go_together() throws Exception {
        try (Amqp amqp = new Amqp()) {
            assertEquals("406 PRECONDITION_FAILED - cannot switch from tx to confirm mode", amqp.refused(other -> {
                other.txSelect();
                other.confirmSelect();
            }));
            assertEquals("406 PRECONDITION_FAILED - channel is not transactional", amqp.refused(other -> other.txRollback()));
        }
    }

    @Test
    void what_a_message_says_of_itself_must_be_true() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            assertEquals("406 PRECONDITION_FAILED - user_id property set to 'root' but authenticated user was 'guest'",
                amqp.refused(other -> other.basicPublish("", queue, new AMQP.BasicProperties.Builder().userId("root").build(), new byte[0])));
            assertFalse(amqp.refused(other -> other.basicPublish("", queue, new AMQP.BasicProperties.Builder().expiration("-1").build(),
                new byte[0])).isEmpty());
            assertNull(amqp.channel.basicGet(queue, true));
        }
    }
}
