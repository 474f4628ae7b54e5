package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.eventually;
import static wharf.Check.unique;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Consumers and queues: settling, prefetch, priorities, limits, expiry, dead letters. */
class QueuesTest {
    @Test
    void what_is_given_back_comes_again_in_its_old_place() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.publish("", queue, "a", "b", "c", "d");
            for (int n = 0; n < 3; n++) {
                Amqp.next(amqp.channel, queue, false);
            }
            amqp.channel.basicAck(2, false);
            amqp.channel.basicNack(0, true, true); // all that is not acknowledged
            GetResponse again = amqp.next(queue);
            assertEquals("a", Amqp.text(again.getBody()));
            assertTrue(again.getEnvelope().isRedeliver());
            assertEquals(List.of("c", "d"), amqp.bodies(queue, 2));
        }
    }

    @Test
    void a_consumer_gets_no_more_than_its_prefetch_until_it_acknowledges() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.publish("", queue, "a", "b", "c", "d", "e");
            amqp.channel.basicQos(2);
            BlockingQueue<String> texts = Amqp.consume(amqp.channel, queue, false);
            assertEquals("ab", Amqp.taken(texts) + Amqp.taken(texts));
            assertEquals(3, amqp.channel.messageCount(queue));
            amqp.channel.basicAck(2, true);
            assertEquals("cd", Amqp.taken(texts) + Amqp.taken(texts));
            assertEquals(1, amqp.channel.messageCount(queue));
        }
    }

    @Test
    void consumers_share_the_prefetch_of_their_channel() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.channel.basicQos(0, 3, true);
            BlockingQueue<String> one = Amqp.consume(amqp.channel, queue, false), two = Amqp.consume(amqp.channel, queue, false);
            amqp.publish("", queue, "a", "b", "c", "d", "e", "f", "g");
            eventually("three messages", () -> one.size() + two.size() == 3);
            for (int n = 0; n < 20; n++) {
                amqp.channel.messageCount(queue); // each an occasion to deliver too much
            }
            assertEquals(3, one.size() + two.size());
            amqp.channel.basicAck(0, true);
            eventually("three more", () -> one.size() + two.size() == 6);
        }
    }

    @Test
    void a_consumer_is_told_when_its_queue_is_deleted() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            BlockingQueue<String> texts = Amqp.consume(amqp.channel, queue, true);
            amqp.publish("", queue, "a");
            assertEquals("a", Amqp.taken(texts));
            amqp.connection.createChannel().queueDelete(queue);
            assertEquals("cancelled", Amqp.taken(texts));
        }
    }

    @Test
    void an_exclusive_consumer_shares_with_nobody() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.channel.basicConsume(queue, true, "", false, true, Map.of(), (tag, message) -> {}, tag -> {});
            assertEquals("403 ACCESS_REFUSED - queue '" + queue + "' in vhost '/' in exclusive use",
                amqp.refused(other -> other.basicConsume(queue, true, (tag, message) -> {}, tag -> {})));
        }
    }

    @Test
    void consumers_of_a_higher_priority_are_served_first() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.channel.basicQos(1);
            BlockingQueue<String> low = Amqp.consume(amqp.channel, queue, false, "x-priority", -1),
                high = Amqp.consume(amqp.channel, queue, false, "x-priority", 10);
            amqp.publish("", queue, "a", "b");
            assertEquals("a b", Amqp.taken(high) + " " + Amqp.taken(low));
        }
    }

    @Test
    void one_consumer_at_a_time_gets_the_messages_of_a_single_active_queue() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue("x-single-active-consumer", true);
            Channel other = amqp.connection.createChannel();
            BlockingQueue<String> first = Amqp.consume(other, queue, false), second = Amqp.consume(amqp.channel, queue, false);
            amqp.publish("", queue, "a", "b");
            assertEquals("ab", Amqp.taken(first) + Amqp.taken(first));
            other.basicAck(1, false);
            other.close();
            assertEquals("b", Amqp.taken(second)); // the first had not acknowledged it
        }
    }

    @Test
    void every_way_to_die_is_told_in_the_story_of_a_dead_letter() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String exchange = amqp.exchange("topic"), dead = amqp.queue();
            amqp.channel.queueBind(dead, exchange, "dead.#");
            String queue = amqp.queue("x-dead-letter-exchange", exchange, "x-dead-letter-routing-key", "dead.letter", "x-max-length", 1);
            amqp.publish("", queue, "rejected");
            amqp.channel.basicReject(Amqp.next(amqp.channel, queue, false).getEnvelope().getDeliveryTag(), false);
            checkStory(amqp.next(dead), queue, "rejected");
            amqp.channel.basicPublish("", queue, new AMQP.BasicProperties.Builder().expiration("5").build(), "expired".getBytes());
            GetResponse expired = amqp.next(dead);
            checkStory(expired, queue, "expired");
            assertNull(expired.getProps().getExpiration());
            amqp.publish("", queue, "maxlen", "stays");
            checkStory(amqp.next(dead), queue, "maxlen");
        }
    }

    private static void checkStory(GetResponse got, String queue, String reason) {
        Map<String, Object> headers = got.getProps().getHeaders();
        Map<?, ?> death = (Map<?, ?>) ((List<?>) headers.get("x-death")).get(0);
        assertEquals(List.of(reason, reason, queue, "", "[" + queue + "]", 1L, "dead.letter", reason, queue), List.of(Amqp.text(got.getBody()),
            death.get("reason").toString(), death.get("queue").toString(), death.get("exchange").toString(), death.get("routing-keys").toString(),
            death.get("count"), got.getEnvelope().getRoutingKey(), headers.get("x-first-death-reason").toString(),
            headers.get("x-first-death-queue").toString()));
    }

    @Test
    void a_retry_by_two_queues_is_counted() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String work = unique("work"), wait = unique("wait");
            amqp.channel.queueDeclare(work, false, true, false, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", wait));
            amqp.channel.queueDeclare(wait, false, true, false,
                Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", work, "x-message-ttl", 10));
            amqp.publish("", work, "x");
            for (int n = 0; n < 4; n++) {
                amqp.channel.basicReject(Amqp.next(amqp.channel, work, false).getEnvelope().getDeliveryTag(), false);
            }
            List<?> deaths = (List<?>) amqp.next(work).getProps().getHeaders().get("x-death");
            assertEquals("expired 4, rejected 4", deaths.stream().map(each -> ((Map<?, ?>) each).get("reason") + " " + ((Map<?, ?>) each).get("count"))
                .collect(Collectors.joining(", ")));
        }
    }

    @Test
    void messages_expire_by_their_queues_time_or_their_own() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue("x-message-ttl", 60_000);
            amqp.channel.basicPublish("", queue, new AMQP.BasicProperties.Builder().expiration("20").build(), "x".getBytes());
            amqp.publish("", queue, "stays");
            eventually("one message", () -> amqp.channel.messageCount(queue) == 1);
            assertEquals(List.of("stays"), amqp.bodies(queue, 1));
        }
    }

    @Test
    void a_full_queue_drops_its_oldest_or_refuses_the_newest() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String dropping = amqp.queue("x-max-length", 2), refusing = amqp.queue("x-max-length", 2L, "x-overflow", "reject-publish");
            amqp.publish("", dropping, "1", "2", "3");
            assertEquals(List.of("2", "3"), amqp.bodies(dropping, 2));
            amqp.channel.confirmSelect();
            amqp.publish("", refusing, "1", "2");
            assertTrue(amqp.channel.waitForConfirms(20_000));
            amqp.publish("", refusing, "3");
            assertEquals(false, amqp.channel.waitForConfirms(20_000));
            assertEquals(List.of("1", "2"), amqp.bodies(refusing, 2));
        }
    }

    @Test
    void higher_priorities_come_first_and_equal_ones_in_order() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue("x-max-priority", 3);
            for (int n = 0; n < 8; n++) {
                amqp.channel.basicPublish("", queue, new AMQP.BasicProperties.Builder().priority(n % 4).build(), ("" + n).getBytes());
            }
            assertEquals(List.of("3", "7", "2", "6", "1", "5", "0", "4"), amqp.bodies(queue, 8));
        }
    }

    @Test
    void purging_and_deleting_tell_how_many_messages_went() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            amqp.publish("", queue, "a", "b", "c");
            assertEquals(3, amqp.channel.queuePurge(queue).getMessageCount());
            amqp.publish("", queue, "d");
            assertEquals("406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' not empty",
                amqp.refused(other -> other.queueDelete(queue, false, true)));
            assertEquals(1, amqp.channel.queueDelete(queue).getMessageCount());
        }
    }

    @Test
    void an_auto_delete_queue_goes_with_its_last_consumer() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = unique("q");
            amqp.channel.queueDeclare(queue, false, false, true, null);
            String tag = amqp.channel.basicConsume(queue, true, (each, message) -> {}, each -> {});
            amqp.channel.basicCancel(tag);
            assertTrue(amqp.refused(other -> other.queueDeclarePassive(queue)).startsWith("404"));
        }
    }

    @Test
    void an_unknown_delivery_tag_closes_the_channel() throws Exception {
        try (Amqp amqp = new Amqp()) {
            assertEquals("406 PRECONDITION_FAILED - unknown delivery tag 3", amqp.refused(other -> other.basicAck(3, false)));
            assertThrows(IOException.class, () -> amqp.channel.queueDeclarePassive(unique("missing")));
        }
    }

    @Test
    void work_is_shared_between_connections_and_none_of_it_is_lost() throws Exception {
        try (Amqp amqp = new Amqp(); Amqp other = new Amqp()) {
            String queue = unique("q");
            amqp.channel.queueDeclare(queue, false, false, false, null);
            amqp.channel.basicQos(10);
            other.channel.basicQos(10);
            java.util.Set<String> seen = java.util.concurrent.ConcurrentHashMap.newKeySet();
            for (Channel channel : List.of(amqp.channel, other.channel)) {
                channel.basicConsume(queue, false, (tag, message) -> {
                    seen.add(Amqp.text(message.getBody()));
                    channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                }, tag -> {});
            }
            Channel publisher = amqp.connection.createChannel();
            for (int n = 0; n < 2000; n++) {
                publisher.basicPublish("", queue, Amqp.NONE, ("" + n).getBytes());
            }
            eventually("all messages", () -> seen.size() == 2000);
            assertEquals(IntStream.range(0, 2000).mapToObj(n -> "" + n).collect(Collectors.toSet()), seen);
            eventually("nothing left", () -> publisher.messageCount(queue) == 0);
            publisher.queueDelete(queue);
        }
    }
}
