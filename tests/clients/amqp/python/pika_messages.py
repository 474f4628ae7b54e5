"""Messages: published, confirmed, returned, delivered, settled, routed."""

import socket

import pika
from pika.exceptions import ChannelClosedByBroker, ChannelClosed, NackError, UnroutableError

from cases import equal, eventually, raises, unique
from connection import connected, opened, parameters

SUITE = "pika"


def _queue(channel, **settings):
    name = unique("q")
    channel.queue_declare(name, **{"exclusive": True, **settings})
    return name


def _get(channel, queue, auto_ack=True):
    method, properties, body = channel.basic_get(queue, auto_ack=auto_ack)
    return method, properties, body


def _drain(channel, queue):
    bodies = []
    while True:
        method, _, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return bodies
        bodies.append(body)


def _consume(connection, channel, queue, count, **settings):
    """The next `count` deliveries as (method, body); not acknowledged."""
    seen = []
    tag = channel.basic_consume(queue, lambda _c, method, _p, body: seen.append((method, body)), **settings)

    def enough():
        connection.process_data_events(0.05)
        return len(seen) >= count
    eventually(enough, f"{count} deliveries, saw {len(seen)}")
    return tag, seen


def test_a_message_comes_out_as_it_went_in(bootstrap):
    with opened(bootstrap) as channel:
        queue = _queue(channel)
        properties = pika.BasicProperties(
            content_type="text/plain", content_encoding="gzip", headers={"text": "t", "number": 5, "nested": {"a": [1, None, True]}},
            delivery_mode=2, priority=3, correlation_id="c", reply_to="r", expiration="60000", message_id="m",
            timestamp=1700000000, type="t", user_id="guest", app_id="a", cluster_id="cl")
        for body in (b"", b"x", b"y" * 5000, bytes(range(256)) * 4096):
            channel.basic_publish("", queue, body, properties)
            method, seen, got = _get(channel, queue)
            equal(got, body)
            equal(vars(seen), vars(properties))
            equal((method.exchange, method.routing_key, method.redelivered), ("", queue, False))


def test_every_publish_is_confirmed(bootstrap):
    with opened(bootstrap) as channel:
        queue = _queue(channel, exclusive=False, durable=True)
        channel.confirm_delivery()
        for number in range(200):
            channel.basic_publish("", queue, b"%d" % number, pika.BasicProperties(delivery_mode=2))
        equal(channel.queue_delete(queue).method.message_count, 200)


def test_a_message_of_forty_megabytes_is_kept_and_delivered(bootstrap):
    body = bytes(range(256)) * (40 << 12)
    with opened(bootstrap) as channel:
        queue = unique("large")
        channel.queue_declare(queue, durable=True)
        channel.confirm_delivery()
        channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2))
        _, _, got = channel.basic_get(queue, auto_ack=True)
        equal(got == body, True)
        channel.queue_delete(queue)


def test_an_unroutable_message_is_returned_only_if_it_was_mandatory(bootstrap):
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        channel.basic_publish("", "nowhere", b"dropped")
        error = raises(UnroutableError, channel.basic_publish, "", "nowhere", b"back", mandatory=True)
        equal(error.messages[0].body, b"back")
        equal((error.messages[0].method.reply_code, error.messages[0].method.reply_text), (312, "NO_ROUTE"))
        channel.basic_publish("", "nowhere", b"goes on")


def test_a_publish_to_no_exchange_closes_the_channel(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        error = raises(ChannelClosedByBroker, channel.basic_publish, "nope", "k", b"x")
        equal((error.reply_code, error.reply_text), (404, "NOT_FOUND - no exchange 'nope' in vhost '/'"))


def test_consumers_get_messages_in_order_and_acks_settle_them(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = _queue(channel)
        for number in range(50):
            channel.basic_publish("", queue, b"%d" % number)
        _, seen = _consume(connection, channel, queue, 50)
        equal([body for _, body in seen], [b"%d" % number for number in range(50)])
        equal([method.delivery_tag for method, _ in seen], list(range(1, 51)))
        channel.basic_ack(40, multiple=True)
        channel.basic_ack(45)
        channel.close()
        channel = connection.channel()
        equal(_drain(channel, queue), [b"%d" % number for number in (40, 41, 42, 43, 45, 46, 47, 48, 49)])


def test_what_is_nacked_or_rejected_comes_back_unless_it_shall_not(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = _queue(channel)
        channel.basic_publish("", queue, b"x")
        method, _, _ = _get(channel, queue, auto_ack=False)
        channel.basic_nack(method.delivery_tag, requeue=True)
        method, _, body = _get(channel, queue, auto_ack=False)
        equal((method.redelivered, body), (True, b"x"))
        channel.basic_reject(method.delivery_tag, requeue=True)
        method, _, _ = _get(channel, queue, auto_ack=False)
        channel.basic_recover(requeue=True)
        method, _, _ = _get(channel, queue, auto_ack=False)
        equal(method.redelivered, True)
        channel.basic_reject(method.delivery_tag, requeue=False)
        equal(_drain(channel, queue), [])


def test_an_unknown_delivery_tag_closes_the_channel(bootstrap):
    with connected(bootstrap) as connection:
        for settle in (lambda c: c.basic_ack(7), lambda c: c.basic_nack(7, multiple=True), lambda c: c.basic_reject(7)):
            channel = connection.channel()
            settle(channel)
            error = raises(ChannelClosed, channel.queue_declare, "", exclusive=True)
            equal((error.reply_code, error.reply_text), (406, "PRECONDITION_FAILED - unknown delivery tag 7"))


def test_prefetch_bounds_what_a_consumer_and_a_channel_hold(bootstrap):
    with connected(bootstrap) as connection:
        for settings in ({}, {"global_qos": True}):
            channel = connection.channel()
            queue = _queue(channel)
            for number in range(10):
                channel.basic_publish("", queue, b"%d" % number)
            channel.basic_qos(prefetch_count=3, **settings)
            _, seen = _consume(connection, channel, queue, 3)
            connection.process_data_events(0.2)
            equal(len(seen), 3)
            channel.basic_ack(3, multiple=True)
            eventually(lambda: connection.process_data_events(0.05) or len(seen) == 6, "three more")
            channel.close()


def test_a_lost_connection_gives_its_messages_back(bootstrap):
    queue = unique("q")
    with opened(bootstrap) as keeper:
        keeper.queue_declare(queue)
        keeper.confirm_delivery()
        keeper.basic_publish("", queue, b"x")
        connection = pika.BlockingConnection(parameters(bootstrap))
        _consume(connection, connection.channel(), queue, 1)
        connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)
        method, _, body = eventually(lambda: (got := _get(keeper, queue))[0] and got, "the message is back")
        equal((method.redelivered, body), (True, b"x"))
        keeper.queue_delete(queue)


def test_a_consumer_is_told_when_its_queue_goes(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = _queue(channel, exclusive=False)
        cancelled = []
        channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
        tag = channel.basic_consume(queue, print)
        with opened(bootstrap) as other:
            other.queue_delete(queue)
        eventually(lambda: connection.process_data_events(0.05) or cancelled, "basic.cancel")
        equal(cancelled, [tag])


def test_an_exclusive_consumer_is_alone(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = _queue(channel)
        channel.basic_consume(queue, print, exclusive=True)
        error = raises(ChannelClosedByBroker, connection.channel().basic_consume, queue, print)
        equal((error.reply_code, error.reply_text), (403, f"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use"))


def test_a_cancelled_consumer_keeps_what_it_has_and_gets_no_more(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = _queue(channel)
        channel.basic_publish("", queue, b"1")
        tag, seen = _consume(connection, channel, queue, 1)
        channel.basic_cancel(tag)
        channel.basic_publish("", queue, b"2")
        equal(_drain(channel, queue), [b"2"])
        channel.basic_ack(seen[0][0].delivery_tag)
        equal(channel.queue_declare(queue, exclusive=True).method.message_count, 0)


def test_exchanges_route_by_key_pattern_headers_and_to_each_other(bootstrap):
    with opened(bootstrap) as channel:
        by_key, by_pattern, all_of_it = _queue(channel), _queue(channel), _queue(channel)
        topic, fanout, headers = unique("topic"), unique("fanout"), unique("headers")
        for name, kind in ((topic, "topic"), (fanout, "fanout"), (headers, "headers")):
            channel.exchange_declare(name, kind, auto_delete=True)
        channel.queue_bind(by_key, "amq.direct", by_key)
        channel.queue_bind(by_pattern, topic, "a.*.#")
        channel.exchange_bind(fanout, topic, "#")
        channel.queue_bind(all_of_it, fanout)
        channel.queue_bind(by_key, headers, arguments={"x-match": "any", "kind": "a", "other": "b"})
        channel.basic_publish("amq.direct", by_key, b"direct")
        channel.basic_publish(topic, "a.b.c.d", b"both")
        channel.basic_publish(topic, "b", b"one")
        channel.basic_publish(headers, "", b"headers", pika.BasicProperties(headers={"kind": "a"}))
        channel.basic_publish(headers, "", b"not", pika.BasicProperties(headers={"kind": "c"}))
        equal(_drain(channel, by_key), [b"direct", b"headers"])
        equal(_drain(channel, by_pattern), [b"both"])
        equal(_drain(channel, all_of_it), [b"both", b"one"])


def test_copies_go_by_their_keys_and_blind_ones_are_not_seen(bootstrap):
    with opened(bootstrap) as channel:
        queues = [_queue(channel) for _ in range(3)]
        channel.basic_publish("", queues[0], b"x", pika.BasicProperties(headers={"CC": [queues[1]], "BCC": [queues[2]]}))
        for queue in queues:
            _, properties, body = _get(channel, queue)
            equal((body, properties.headers), (b"x", {"CC": [queues[1]]}))


def test_a_transaction_counts_at_its_commit(bootstrap):
    with connected(bootstrap) as connection:
        channel, other = connection.channel(), connection.channel()
        queue = _queue(channel)
        channel.tx_select()
        channel.basic_publish("", queue, b"rolled back")
        channel.tx_rollback()
        channel.basic_publish("", queue, b"kept")
        equal(other.queue_declare(queue, exclusive=True).method.message_count, 0)
        channel.tx_commit()
        method, _, body = _get(channel, queue, auto_ack=False)
        equal(body, b"kept")
        channel.basic_ack(method.delivery_tag)
        channel.tx_rollback()
        channel.basic_ack(method.delivery_tag)
        channel.tx_commit()
        channel.close()
        equal(_drain(other, queue), [])


def test_a_direct_reply_reaches_whoever_asked_until_it_leaves(bootstrap):
    asking = pika.BlockingConnection(parameters(bootstrap))
    with connected(bootstrap) as serving:
        channel, server = asking.channel(), serving.channel()
        requests = _queue(server, exclusive=False, auto_delete=True)
        _, answers = _consume(asking, channel, "amq.rabbitmq.reply-to", 0, auto_ack=True)
        channel.basic_publish("", requests, b"?", pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", correlation_id="c"))
        method, asked, _ = eventually(lambda: (got := _get(server, requests))[0] and got, "the request")
        equal(asked.reply_to.startswith("amq.rabbitmq.reply-to."), True)
        equal(server.queue_declare(asked.reply_to, passive=True).method.consumer_count, 1)
        server.basic_publish("", asked.reply_to, b"!", pika.BasicProperties(correlation_id=asked.correlation_id))
        eventually(lambda: asking.process_data_events(0.05) or answers, "the answer")
        method, body = answers[0]
        equal((method.exchange, method.routing_key, method.redelivered, body), ("", asked.reply_to, False, b"!"))
        asking.close()
        server.confirm_delivery()
        raises(UnroutableError, server.basic_publish, "", asked.reply_to, b"late", mandatory=True)
        error = raises(ChannelClosedByBroker, server.queue_declare, asked.reply_to, passive=True)
        equal((error.reply_code, error.reply_text), (404, f"NOT_FOUND - no queue '{asked.reply_to}' in vhost '/'"))


def test_direct_reply_to_is_refused_with_rabbitmqs_sentences(bootstrap):
    with connected(bootstrap) as connection:
        channel = connection.channel()
        error = raises(ChannelClosedByBroker, channel.basic_consume, "amq.rabbitmq.reply-to", print)
        equal((error.reply_code, error.reply_text), (406, "PRECONDITION_FAILED - reply consumer cannot acknowledge"))
        channel = connection.channel()
        channel.confirm_delivery()
        error = raises(ChannelClosedByBroker, channel.basic_publish, "", "nowhere", b"?",
                       pika.BasicProperties(reply_to="amq.rabbitmq.reply-to"))
        equal((error.reply_code, error.reply_text), (406, "PRECONDITION_FAILED - fast reply consumer does not exist"))
        channel = connection.channel()
        channel.basic_consume("amq.rabbitmq.reply-to", print, auto_ack=True)
        error = raises(ChannelClosedByBroker, channel.basic_consume, "amq.rabbitmq.reply-to", print, auto_ack=True)
        equal((error.reply_code, error.reply_text), (406, "PRECONDITION_FAILED - reply consumer already set"))


def test_a_full_queue_refuses_with_a_nack(bootstrap):
    with opened(bootstrap) as channel:
        queue = _queue(channel, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
        channel.confirm_delivery()
        channel.basic_publish("", queue, b"1")
        raises(NackError, channel.basic_publish, "", queue, b"2")
        equal(_drain(channel, queue), [b"1"])
