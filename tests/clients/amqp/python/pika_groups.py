"""Message groups (`x-message-groups`), which only Wharf has: RabbitMQ passes the argument over."""

import pika

from cases import equal, eventually, raises, unique
from connection import connected, opened

SUITE = "pika"


def _has_groups(bootstrap):
    """A server without them takes what is none."""
    with connected(bootstrap) as connection:
        try:
            connection.channel().queue_declare(unique("q"), exclusive=True, arguments={"x-message-groups": "yes"})
            return False
        except pika.exceptions.ChannelClosedByBroker:
            return True


def _queue(channel, **arguments):
    name = unique("q")
    channel.queue_declare(name, arguments={"x-message-groups": True, "x-expires": 60_000, **arguments})
    return name


def _publish(channel, queue, *bodies, **headers):
    """The first letter of a body is its group; '.': none."""
    for body in bodies:
        group = {} if body[0] == "." else {"JMSXGroupID": body[0]}
        channel.basic_publish("", queue, body, pika.BasicProperties(headers={**group, **headers}, delivery_mode=2))


def _consumer(channel, queue, prefetch, priority=0):
    """What it gets, unsettled: (body, delivery tag, redelivered)."""
    got = []

    def take(_, method, __, body):
        got.append((body.decode(), method.delivery_tag, method.redelivered))

    channel.basic_qos(prefetch_count=prefetch)
    channel.basic_consume(queue, take, arguments={"x-priority": priority})
    return got


def _wait(channel, got, count):
    """A minute at most."""
    def late():
        raise AssertionError(f"{count} messages, has {got}")

    timer = channel.connection.call_later(60, late)
    while len(got) < count:
        channel.connection.process_data_events(time_limit=None)
    channel.connection.remove_timeout(timer)
    return [body for body, _, _ in got]


def test_a_group_is_with_one_consumer_and_holds_up_nobody(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as one, opened(bootstrap) as other:
        one.confirm_delivery()
        queue = _queue(one)
        first = _consumer(one, queue, 1)
        _publish(one, queue, "a1")
        equal(_wait(one, first, 1), ["a1"])
        second = _consumer(other, queue, 10)
        _publish(one, queue, "a2", "b1", ".1", "a3", "b2")
        equal(_wait(other, second, 3), ["b1", ".1", "b2"])
        for count in (2, 3):
            one.basic_ack(first[-1][1])
            _wait(one, first, count)
        equal([body for body, _, _ in first], ["a1", "a2", "a3"])
        equal(len(second), 3)


def test_who_takes_a_group_over_gets_first_what_was_out(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as other:
        other.confirm_delivery()
        queue = _queue(other)
        with opened(bootstrap) as one:
            first = _consumer(one, queue, 2)
            _publish(other, queue, "a1", "a2", "a3", "a4")
            equal(_wait(one, first, 2), ["a1", "a2"])
            second = _consumer(other, queue, 0)
            _publish(other, queue, "b1")
            equal(_wait(other, second, 1), ["b1"])
        equal(_wait(other, second, 5), ["b1", "a1", "a2", "a3", "a4"])
        equal([again for _, _, again in second], [False, True, True, False, False])


def test_a_message_that_is_requeued_comes_again_before_the_rest_of_its_group(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as channel, opened(bootstrap) as other:
        channel.confirm_delivery()
        queue = _queue(channel)
        got = _consumer(channel, queue, 1)
        _publish(channel, queue, "a1", "a2")
        _wait(channel, got, 1)
        _consumer(other, queue, 1)
        channel.basic_nack(got[0][1])
        _wait(channel, got, 2)
        channel.basic_ack(got[1][1])
        equal(_wait(channel, got, 3), ["a1", "a1", "a2"])


def test_a_closed_group_goes_on_with_whose_turn_it_is(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as one, opened(bootstrap) as other:
        one.confirm_delivery()
        queue = _queue(one)
        first = _consumer(one, queue, 2)
        _publish(one, queue, "a1")
        _publish(one, queue, "a2", JMSXGroupSeq=-1)
        equal(_wait(one, first, 2), ["a1", "a2"])
        second = _consumer(other, queue, 2, priority=5)
        _publish(one, queue, "a3", "b1")
        equal(_wait(other, second, 1), ["b1"])
        one.basic_ack(first[1][1], multiple=True)
        equal(_wait(other, second, 2), ["b1", "a3"])


def test_single_messages_are_got_of_groups_that_nobody_has(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as channel:
        channel.confirm_delivery()
        queue = _queue(channel)
        _publish(channel, queue, "a1", "a2", "b1")
        equal([channel.basic_get(queue)[2] for _ in range(3)], [b"a1", b"b1", None])
        channel.basic_ack(1)
        equal(eventually(lambda: channel.basic_get(queue)[2], "a2"), b"a2")


def test_groups_are_a_queues_from_its_declaration_on(bootstrap):
    if not _has_groups(bootstrap):
        return
    with opened(bootstrap) as channel:
        queue = _queue(channel)
        channel.queue_declare(queue, arguments={"x-message-groups": True, "x-expires": 60_000})
    for wrong in ({"x-expires": 60_000}, {"x-message-groups": True, "x-expires": 60_000, "x-group-rebalance": True}):
        with opened(bootstrap) as channel:
            equal(raises(pika.exceptions.ChannelClosedByBroker, lambda: channel.queue_declare(queue, arguments=wrong)).reply_code, 406)
    for wrong in ({"x-message-groups": 1}, {"x-group-rebalance": True}, {"x-message-groups": True, "x-queue-type": "stream"}):
        with opened(bootstrap) as channel:
            refused = raises(pika.exceptions.ChannelClosedByBroker,
                             lambda: channel.queue_declare(unique("q"), durable=True, arguments=wrong))
            equal(refused.reply_code, 406)
