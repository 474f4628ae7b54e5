"""Queues that keep the last value of each key (`x-last-value-key`), which only Wharf has: RabbitMQ passes the argument over."""

import pika

from cases import equal, eventually, raises, unique
from connection import connected, opened

SUITE = "pika"


def _has_last_values(bootstrap):
    """A server without them takes what is none."""
    with connected(bootstrap) as connection:
        try:
            connection.channel().queue_declare(unique("q"), exclusive=True, arguments={"x-last-value-key": True})
            return False
        except pika.exceptions.ChannelClosedByBroker:
            return True


def _queue(channel, **arguments):
    name = unique("q")
    channel.queue_declare(name, durable=True, arguments={"x-last-value-key": "stock", "x-expires": 60_000, **arguments})
    return name


def _put(channel, queue, *bodies):
    """The first letter of a body is its key; '.': none."""
    for body in bodies:
        headers = {} if body[0] == "." else {"stock": body[0]}
        channel.basic_publish("", queue, body, pika.BasicProperties(headers=headers, delivery_mode=2))


def _bodies(channel, queue):
    """All that is ready."""
    bodies = []
    while (got := channel.basic_get(queue, auto_ack=True))[0]:
        bodies.append(got[2].decode())
    return bodies


def test_the_last_value_of_each_key_goes_out_in_the_place_of_the_first(bootstrap):
    if not _has_last_values(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        queue = _queue(channel)
        _put(channel, queue, "a1", "b1", "a2", ".1", "a3", ".2", "c1")
        equal(channel.queue_declare(queue, passive=True).method.message_count, 5)
        equal(_bodies(channel, queue), ["a3", "b1", ".1", ".2", "c1"])


def test_a_value_that_is_out_is_not_replaced_and_is_dropped_when_it_is_requeued(bootstrap):
    if not _has_last_values(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        queue = _queue(channel)
        _put(channel, queue, "a1")
        tag = channel.basic_get(queue)[0].delivery_tag
        _put(channel, queue, "a2", "a3")
        channel.basic_nack(tag)
        equal(eventually(lambda: _bodies(channel, queue), "a3"), ["a3"])
        _put(channel, queue, "a4")
        tag = channel.basic_get(queue)[0].delivery_tag
        channel.basic_nack(tag)
        equal(eventually(lambda: _bodies(channel, queue), "a4"), ["a4"])


def test_what_replaces_another_finds_room_in_a_full_queue(bootstrap):
    if not _has_last_values(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        queue = _queue(channel, **{"x-max-length": 2, "x-overflow": "reject-publish"})
        _put(channel, queue, "a1", "b1", "a2", "b2")
        raises(pika.exceptions.NackError, lambda: _put(channel, queue, "c1"))
        equal(_bodies(channel, queue), ["a2", "b2"])


def test_last_values_are_a_queues_from_its_declaration_on(bootstrap):
    if not _has_last_values(bootstrap):
        return
    with opened(bootstrap) as channel:
        queue = _queue(channel)
    for wrong in ({"x-expires": 60_000}, {"x-last-value-key": "other", "x-expires": 60_000}):
        with opened(bootstrap) as channel:
            refused = raises(pika.exceptions.ChannelClosedByBroker, lambda: channel.queue_declare(queue, durable=True, arguments=wrong))
            equal(refused.reply_code, 406)
    for wrong in ({"x-last-value-key": ""}, {"x-last-value-key": "k", "x-max-priority": 2}, {"x-last-value-key": "k", "x-queue-type": "stream"}):
        with opened(bootstrap) as channel:
            refused = raises(pika.exceptions.ChannelClosedByBroker,
                             lambda: channel.queue_declare(unique("q"), durable=True, arguments=wrong))
            equal(refused.reply_code, 406)
