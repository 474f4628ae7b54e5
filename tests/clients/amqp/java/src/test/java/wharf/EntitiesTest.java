package wharf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static wharf.Check.unique;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Exchanges, bindings, queues and connections: how messages find their way, and what is refused with which words. */
class EntitiesTest {
    @Test
    void exchanges_of_every_type_route_as_they_are_bound() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String direct = amqp.exchange("direct"), fanout = amqp.exchange("fanout"), topic = amqp.exchange("topic"),
                headers = amqp.exchange("headers"), queue = amqp.queue();
            amqp.channel.queueBind(queue, direct, "red");
            amqp.channel.queueBind(queue, fanout, "");
            amqp.channel.queueBind(queue, topic, "#.error");
            amqp.channel.queueBind(queue, headers, "", Amqp.table("x-match", "all", "kind", "order", "urgent", true));
            amqp.publish(direct, "red", "direct");
            amqp.publish(direct, "blue", "lost");
            amqp.publish(fanout, "any", "fanout");
            amqp.publish(topic, "error", "topic 1");
            amqp.publish(topic, "app.db.error", "topic 2");
            amqp.publish(topic, "app.error.db", "lost");
            for (boolean urgent : new boolean[] {false, true}) {
                amqp.channel.basicPublish(headers, "",
                    new AMQP.BasicProperties.Builder().headers(Map.of("kind", "order", "urgent", urgent)).build(), ("headers " + urgent).getBytes());
            }
            assertEquals(List.of("direct", "fanout", "topic 1", "topic 2", "headers true"), amqp.bodies(queue, 5));
        }
    }

    @Test
    void exchanges_are_bound_to_exchanges_and_unbound() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String source = unique("source"), target = amqp.exchange("fanout"), queue = amqp.queue();
            amqp.channel.exchangeDeclare(source, "direct", false, false, null);
            amqp.channel.queueBind(queue, target, "");
            amqp.channel.exchangeBind(target, source, "key");
            amqp.publish(source, "key", "1");
            assertEquals(List.of("1"), amqp.bodies(queue, 1));
            amqp.channel.exchangeUnbind(target, source, "key");
            amqp.publish(source, "key", "lost");
            amqp.publish(target, "", "2");
            assertEquals(List.of("2"), amqp.bodies(queue, 1));
            amqp.channel.exchangeDelete(source);
        }
    }

    @Test
    void what_an_exchange_cannot_route_goes_to_its_alternate() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String alternate = amqp.exchange("fanout"), direct = unique("direct"), queue = amqp.queue();
            amqp.channel.queueBind(queue, alternate, "");
            amqp.channel.exchangeDeclare(direct, "direct", false, false, Map.of("alternate-exchange", alternate));
            amqp.publish(direct, "nowhere", "found");
            assertEquals(List.of("found"), amqp.bodies(queue, 1));
            amqp.channel.exchangeDelete(direct);
        }
    }

    @Test
    void an_exclusive_queue_is_locked_to_others_and_goes_with_its_connection() throws Exception {
        try (Amqp amqp = new Amqp()) {
            Amqp owner = new Amqp();
            String queue = owner.queue();
            assertTrue(amqp.refused(other -> other.basicGet(queue, true)).startsWith(
                "405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue + "' in vhost '/'"));
            owner.connection.close();
            assertEquals("404 NOT_FOUND - no queue '" + queue + "' in vhost '/'", amqp.refused(other -> other.queueDeclarePassive(queue)));
        }
    }

    @Test
    void what_is_declared_again_in_another_way_is_refused() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue("x-dead-letter-exchange", "one"), topic = amqp.exchange("topic");
            assertEquals("406 PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue '" + queue + "' in vhost '/': "
                    + "received 'two' but current is 'one'",
                amqp.refused(other -> other.queueDeclare(queue, false, true, false, Map.of("x-dead-letter-exchange", "two"))));
            assertEquals("406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue '" + queue + "' in vhost '/': "
                    + "received 'true' but current is 'false'",
                amqp.refused(other -> other.queueDeclare(queue, false, true, true, Map.of("x-dead-letter-exchange", "one"))));
            assertEquals("406 PRECONDITION_FAILED - inequivalent arg 'durable' for exchange '" + topic + "' in vhost '/': "
                    + "received 'true' but current is 'false'",
                amqp.refused(other -> other.exchangeDeclare(topic, "topic", true, true, null)));
            amqp.channel.queueDeclare(queue, true, true, false, Map.of("x-dead-letter-exchange", "one")); // goes with its connection either way
        }
    }

    @Test
    void what_does_not_exist_or_is_the_brokers_own_is_refused() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String name = unique("missing"), noQueue = "404 NOT_FOUND - no queue '" + name + "' in vhost '/'",
                noExchange = "404 NOT_FOUND - no exchange '" + name + "' in vhost '/'";
            assertEquals(noQueue, amqp.refused(other -> other.basicConsume(name, (tag, message) -> {}, tag -> {})));
            assertEquals(noQueue, amqp.refused(other -> other.queueBind(name, "amq.direct", "")));
            assertEquals(noExchange, amqp.refused(other -> other.basicPublish(name, "", Amqp.NONE, new byte[1])));
            assertEquals(noExchange, amqp.refused(other -> other.queueBind(amqp.queue(), name, "")));
            assertTrue(amqp.refused(other -> other.exchangeDeclare("amq.own", "fanout")).startsWith("403 ACCESS_REFUSED"));
            assertTrue(amqp.refused(other -> other.exchangeDelete("amq.direct")).startsWith("403 ACCESS_REFUSED"));
            assertTrue(amqp.refused(other -> other.exchangeDelete("")).startsWith("403 ACCESS_REFUSED"));
            amqp.channel.queueDelete(name);
            amqp.channel.exchangeDelete(name);
        }
    }

    @Test
    void errors_of_the_protocol_close_the_connection() throws Exception {
        try (Amqp amqp = new Amqp()) {
            assertEquals("connection 540 NOT_IMPLEMENTED - immediate=true",
                amqp.refused(other -> other.basicPublish("", "any", false, true, Amqp.NONE, new byte[0])));
        }
    }

    @Test
    void who_may_not_sign_in_is_told_so() throws Exception {
        ConnectionFactory factory = Amqp.factory(System.getenv("WHARF_AMQP"));
        factory.setPassword("wrong");
        assertTrue(assertThrows(AuthenticationFailureException.class, factory::newConnection).getMessage().startsWith("ACCESS_REFUSED"));
    }

    @Test
    void the_broker_tells_what_it_can() throws Exception {
        try (Amqp amqp = new Amqp()) {
            Map<String, Object> properties = amqp.connection.getServerProperties();
            Map<?, ?> can = (Map<?, ?>) properties.get("capabilities");
            for (String capability : List.of("publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
                "connection.blocked", "consumer_priorities", "authentication_failure_close", "per_consumer_qos", "direct_reply_to")) {
                assertEquals(true, can.get(capability), capability);
            }
            assertTrue(properties.get("version").toString().matches("[34]\\.\\d+\\.\\d+.*"), "version");
            assertEquals(List.of(2047, 131072), List.of(amqp.connection.getChannelMax(), amqp.connection.getFrameMax()));
        }
    }

    @Test
    void channels_are_opened_by_the_hundred() throws Exception {
        try (Amqp amqp = new Amqp()) {
            String queue = amqp.queue();
            List<Channel> channels = new ArrayList<>();
            for (int n = 0; n < 1000; n++) {
                channels.add(amqp.connection.createChannel());
            }
            for (Channel one : channels) {
                one.basicPublish("", queue, Amqp.NONE, new byte[1]);
            }
            for (Channel one : channels) {
                one.close();
            }
            assertEquals(1000, amqp.channel.messageCount(queue));
        }
    }

    @Test
    void a_channel_answers_each_of_many_declarations_sent_side_by_side() throws Exception {
        try (Amqp amqp = new Amqp()) {
            List<String> names = new ArrayList<>();
            for (int n = 0; n < 200; n++) {
                String name = unique("q");
                names.add(name);
                amqp.channel.queueDeclareNoWait(name, false, true, false, null);
                amqp.channel.queueBindNoWait(name, "amq.fanout", "", Map.of());
            }
            assertEquals(0, amqp.channel.queueDeclarePassive(names.get(199)).getMessageCount());
            for (String name : names.subList(0, 199)) {
                amqp.channel.queueDeleteNoWait(name, false, false);
            }
            amqp.channel.queueDelete(names.get(199));  // answered behind the others
            assertTrue(amqp.refused(other -> other.queueDeclarePassive(names.get(0))).startsWith("404"));
        }
    }
}
