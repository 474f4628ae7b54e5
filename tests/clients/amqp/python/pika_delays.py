"""x-delayed-message exchanges, as RabbitMQ's delayed message plugin has them. Not against a RabbitMQ without the plugin."""

import time

import pika

from cases import equal, eventually, unique
from connection import connected, opened

SUITE = "pika"


def _has_delays(bootstrap):
    with connected(bootstrap) as connection:
        name = unique("e")
        try:
            channel = connection.channel()
            channel.exchange_declare(name, "x-delayed-message", auto_delete=True, arguments={"x-delayed-type": "direct"})
            channel.exchange_delete(name)
            return True
        except pika.exceptions.AMQPError:
            return False


def _delaying(channel, kind="direct", key="k"):
    """A delaying exchange and a queue behind it."""
    exchange, queue = unique("e"), unique("q")
    channel.exchange_declare(exchange, "x-delayed-message", auto_delete=True, arguments={"x-delayed-type": kind})
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange, key)
    return exchange, queue


def _publish(channel, exchange, key, body, delay=None, **more):
    headers = None if delay is None else {"x-delay": delay}
    channel.basic_publish(exchange, key, body, pika.BasicProperties(headers=headers, delivery_mode=2), **more)


def _got(channel, queue):
    return eventually(lambda: (got := channel.basic_get(queue, auto_ack=True))[0] and got, f"a message in {queue}")


def test_delayed_messages_come_when_they_are_due_and_in_that_order(bootstrap):
    if not _has_delays(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        exchange, queue = _delaying(channel)
        begun = time.monotonic()
        for body, delay in ((b"third", 900), (b"first", 300), (b"second", 600), (b"none", None), (b"negative", -5), (b"zero", 0)):
            _publish(channel, exchange, "k", body, delay)
        equal(sorted(_got(channel, queue)[2] for _ in range(3)), [b"negative", b"none", b"zero"])
        seen = []
        for _ in range(3):
            _, properties, body = _got(channel, queue)
            seen.append((body, properties.headers["x-delay"]))
            assert time.monotonic() - begun >= -properties.headers["x-delay"] / 1000 - 0.01, f"{body} came early"
        equal(seen, [(b"first", -300), (b"second", -600), (b"third", -900)])


def test_a_delayed_message_goes_where_the_delayed_type_says_by_all_its_keys(bootstrap):
    if not _has_delays(bootstrap):
        return
    with opened(bootstrap) as channel:
        exchange, queue = _delaying(channel, "topic", "order.*")
        other = unique("q")
        channel.queue_declare(other, exclusive=True)
        channel.queue_bind(other, exchange, "copy.#")
        headers = {"x-delay": 50, "CC": ["copy.a"], "kept": "as it was"}
        channel.basic_publish(exchange, "order.paid", b"x", pika.BasicProperties(headers=headers, content_type="text/plain"))
        method, properties, _ = _got(channel, queue)
        equal((method.exchange, method.routing_key, properties.content_type), (exchange, "order.paid", "text/plain"))
        equal((properties.headers["kept"], properties.headers["x-delay"]), ("as it was", -50))
        equal(_got(channel, other)[2], b"x")


def test_a_delayed_message_is_bound_for_what_is_bound_when_it_is_due(bootstrap):
    if not _has_delays(bootstrap):
        return
    with opened(bootstrap) as channel:
        exchange, early = _delaying(channel)
        late = unique("q")
        channel.queue_declare(late, exclusive=True)
        channel.queue_bind(late, exchange, "other")
        _publish(channel, exchange, "k", b"x", 400)
        channel.queue_bind(late, exchange, "k")
        channel.queue_unbind(early, exchange, "k")
        equal(_got(channel, late)[2], b"x")
        equal(channel.queue_declare(early, passive=True).method.message_count, 0)


def test_a_message_may_be_due_years_ahead_and_is_confirmed_now(bootstrap):
    if not _has_delays(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        exchange, queue = _delaying(channel)
        for delay in (24 * 3600 * 1000, 2**32 - 1):
            _publish(channel, exchange, "k", b"far", delay)
        equal(channel.queue_declare(queue, passive=True).method.message_count, 0)
        _publish(channel, exchange, "k", b"near", 100)
        equal(_got(channel, queue)[2], b"near")


def test_a_transaction_delays_what_it_publishes_when_it_commits(bootstrap):
    if not _has_delays(bootstrap):
        return
    with opened(bootstrap) as channel:
        exchange, queue = _delaying(channel)
        channel.tx_select()
        _publish(channel, exchange, "k", b"gone", 50)
        channel.tx_rollback()
        _publish(channel, exchange, "k", b"kept", 100)
        channel.tx_commit()
        equal(_got(channel, queue)[2], b"kept")


def test_a_delaying_exchange_needs_a_type_to_go_on_by(bootstrap):
    if not _has_delays(bootstrap):
        return
    no_type = "'x-delayed-type' must be an existing exchange type"
    for arguments, refusal in (({}, no_type), ({"x-delayed-type": 5}, no_type),
                               ({"x-delayed-type": "x-delayed-message"}, "'x-delayed-message' can't be used for 'x-delayed-type'")):
        with opened(bootstrap) as channel:
            try:
                channel.exchange_declare(unique("e"), "x-delayed-message", arguments=arguments)
            except pika.exceptions.ChannelClosedByBroker as closed:
                equal((closed.reply_code, closed.reply_text), (406, f"PRECONDITION_FAILED - Invalid argument, {refusal}"))
            else:
                raise AssertionError(f"{arguments} were taken")
