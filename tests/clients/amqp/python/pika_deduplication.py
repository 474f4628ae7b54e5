"""De-duplication by exchange and by queue, as RabbitMQ's plugin has it. Not against a RabbitMQ without the plugin."""

import pika

from cases import equal, eventually, unique
from connection import connected, opened

SUITE = "pika"


def _has_deduplication(bootstrap):
    with connected(bootstrap) as connection:
        name = unique("e")
        try:
            channel = connection.channel()
            channel.exchange_declare(name, "x-message-deduplication", arguments={"x-cache-size": 10})
            channel.exchange_delete(name)
            return True
        except pika.exceptions.AMQPError:
            return False


def _publish(channel, exchange, key, id, body, **more):
    headers = {"x-deduplication-header": id, **more} if id is not None else more
    channel.basic_publish(exchange, key, body, pika.BasicProperties(headers=headers, delivery_mode=2), mandatory=True)


def _bodies(channel, queue, count):
    bodies = [eventually(lambda: (got := channel.basic_get(queue, auto_ack=True))[0] and got, f"a message in {queue}")[2]
              for _ in range(count)]
    equal(channel.queue_declare(queue, passive=True).method.message_count, 0)
    return bodies


def _deduplicating(channel, **arguments):
    exchange, queue = unique("e"), unique("q")
    channel.exchange_declare(exchange, "x-message-deduplication", auto_delete=True, arguments=arguments)
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange)
    return exchange, queue


def _count(channel, queue):
    return channel.queue_declare(queue, passive=True).method.message_count


def test_a_deduplicating_exchange_lets_one_message_of_each_id_through(bootstrap):
    if not _has_deduplication(bootstrap):
        return
    with opened(bootstrap) as channel, opened(bootstrap) as other:
        exchange, queue = _deduplicating(channel, **{"x-cache-size": 100})
        for one in (channel, other):
            one.confirm_delivery()
            for id in ("a", 7, None):
                if one is channel or id is None:
                    _publish(one, exchange, "", id, str(id).encode())
        for id in ("a", 7):  # the plugin returns them, as it routes them nowhere
            other.basic_publish(exchange, "", b"again", pika.BasicProperties(headers={"x-deduplication-header": id}))
        equal(_bodies(channel, queue, 4), [b"a", b"7", b"None", b"None"])


def test_an_id_comes_through_again_when_its_time_is_over(bootstrap):
    if not _has_deduplication(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        exchange, queue = _deduplicating(channel, **{"x-cache-size": 100, "x-cache-ttl": 60_000})

        def publish(id, **more):
            channel.basic_publish(exchange, "", id.encode(), pika.BasicProperties(headers={"x-deduplication-header": id, **more}))

        publish("long")
        publish("short", **{"x-cache-ttl": 20})

        def came_again():
            publish("short")
            publish("long")
            return _count(channel, queue) > 2

        eventually(came_again, "the id that was to be known for 20 ms")
        equal(_bodies(channel, queue, 3), [b"long", b"short", b"short"])


def test_a_deduplicating_exchange_says_what_it_wants_to_know(bootstrap):
    if not _has_deduplication(bootstrap):
        return
    for arguments in ({}, {"x-cache-size": 0}, {"x-cache-size": 5, "x-cache-ttl": 0}, {"x-cache-size": 5, "x-cache-persistence": "tape"}):
        with opened(bootstrap) as channel:
            try:
                channel.exchange_declare(unique("e"), "x-message-deduplication", arguments=arguments)
            except pika.exceptions.ChannelClosedByBroker as closed:
                equal(closed.reply_code, 406)
            else:
                raise AssertionError(f"{arguments} were taken")


def test_a_deduplicating_queue_drops_what_it_has_and_takes_what_it_had(bootstrap):
    if not _has_deduplication(bootstrap):
        return
    with opened(bootstrap) as channel:
        queue = unique("q")
        channel.queue_declare(queue, exclusive=True, arguments={"x-message-deduplication": True})
        for id in ("a", "b", "a", None, None):
            _publish(channel, "", queue, id, str(id).encode())
        got = eventually(lambda: (got := channel.basic_get(queue))[0] and got, "a message")
        equal(got[2], b"a")
        _publish(channel, "", queue, "a", b"while it is out")
        channel.basic_ack(got[0].delivery_tag)
        channel.queue_declare(queue, passive=True)
        _publish(channel, "", queue, "a", b"a again")
        equal(_bodies(channel, queue, 4), [b"b", b"None", b"None", b"a again"])


def test_a_duplicate_is_confirmed_and_not_returned(bootstrap):
    if not _has_deduplication(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        queue = unique("q")
        channel.queue_declare(queue, exclusive=True, arguments={"x-message-deduplication": True})
        for _ in range(3):
            _publish(channel, "", queue, "a", b"a")
        equal(_bodies(channel, queue, 1), [b"a"])
