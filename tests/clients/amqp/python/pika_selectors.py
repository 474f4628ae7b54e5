"""Consumers with `x-selector`, which only Wharf has: RabbitMQ passes the argument over and delivers everything."""

import decimal

import pika

from cases import equal, raises, unique
from connection import connected, opened

SUITE = "pika"


def _has_selectors(bootstrap):
    """A server without them takes what is none."""
    with connected(bootstrap) as connection:
        channel = connection.channel()
        queue = unique("q")
        channel.queue_declare(queue, exclusive=True)
        try:
            channel.basic_consume(queue, lambda *_: None, arguments={"x-selector": "= ="})
            return False
        except pika.exceptions.ChannelClosedByBroker:
            return True


def _queue(channel, **arguments):
    name = unique("q")
    channel.queue_declare(name, exclusive=True, arguments={key.replace("_", "-"): value for key, value in arguments.items()})
    return name


def _publish(channel, queue, body, headers=None, **properties):
    channel.basic_publish("", queue, body, pika.BasicProperties(headers=headers, **properties))


def _consumer(channel, queue, selector):
    """The bodies that it gets, which it does not acknowledge; and the deliveries."""
    got = []
    channel.basic_consume(queue, lambda _, method, properties, body: got.append((body, method)), arguments={"x-selector": selector})
    return got


def _wait(channel, until, what):
    """A minute at most."""
    def late():
        raise AssertionError(f"no {what}")

    timer = channel.connection.call_later(60, late)
    while not until():
        channel.connection.process_data_events(time_limit=None)
    channel.connection.remove_timeout(timer)


def test_a_match_is_found_behind_a_hundred_thousand_that_are_not(bootstrap):
    if not _has_selectors(bootstrap):
        return
    with opened(bootstrap) as channel:
        queue = _queue(channel)
        common = pika.BasicProperties(headers={"region": "us", "weight": 2})
        for _ in range(100_000):
            channel.basic_publish("", queue, b"common", common)
        _publish(channel, queue, b"rare", {"region": "eu", "weight": 7})
        got = _consumer(channel, queue, "region = 'eu' AND weight > 5")
        _wait(channel, lambda: got, "match")
        _publish(channel, queue, b"later", {"region": "eu", "weight": decimal.Decimal("8.5")})
        _wait(channel, lambda: len(got) == 2, "later match")
        equal([body for body, _ in got], [b"rare", b"later"])
        equal([method.redelivered for _, method in got], [False, False])
        equal(channel.queue_declare(queue, passive=True).method.message_count, 100_000)


def test_selectors_ask_for_headers_of_every_type_and_standard_properties(bootstrap):
    if not _has_selectors(bootstrap):
        return
    conditions = {
        "JMSPriority = 7": {"priority": 7},
        "JMSType LIKE 'order.%'": {"type": "order.paid"},
        "JMSMessageID = 'm-1'": {"message_id": "m-1"},
        "JMSCorrelationID IN ('c-1', 'c-2')": {"correlation_id": "c-2"},
        "JMSDeliveryMode = 'PERSISTENT'": {"delivery_mode": 2},
        "JMSTimestamp = 1700000000000": {"timestamp": 1700000000},
        "flag": {"headers": {"flag": True}},
        '"x-count" BETWEEN 3 AND 5': {"headers": {"x-count": 4}},
        "NOT (ratio >= 0.5) AND none IS NULL": {"headers": {"ratio": decimal.Decimal("0.25")}},
    }
    with opened(bootstrap) as channel:
        queue = _queue(channel)
        for condition, properties in conditions.items():
            channel.basic_publish("", queue, condition.encode(), pika.BasicProperties(**properties))
        got = [(condition, _consumer(channel, queue, condition)) for condition in conditions]
        _wait(channel, lambda: all(bodies for _, bodies in got), "match of each")
        equal([[body for body, _ in bodies] for _, bodies in got], [[condition.encode()] for condition in conditions])


def test_what_is_requeued_goes_to_whom_it_matches_and_the_rest_to_anybody(bootstrap):
    if not _has_selectors(bootstrap):
        return
    with connected(bootstrap) as connection:
        first, second = connection.channel(), connection.channel()
        queue = _queue(first)
        for body, kind in ((b"1", "a"), (b"2", "b"), (b"3", "a")):
            _publish(first, queue, body, {"kind": kind})
        got = _consumer(first, queue, "kind = 'a'")
        _wait(first, lambda: len(got) == 2, "matches")
        first.basic_nack(got[0][1].delivery_tag, requeue=True)
        _wait(first, lambda: len(got) == 3, "match again")
        equal([(body, method.redelivered) for body, method in got], [(b"1", False), (b"3", False), (b"1", True)])
        anything = []
        second.basic_consume(queue, lambda _, method, properties, body: anything.append(body), auto_ack=True)
        _wait(second, lambda: anything, "the rest")
        first.close()
        _wait(second, lambda: len(anything) == 3, "what the closed channel held")
        equal(anything, [b"2", b"1", b"3"])


def test_what_is_no_selector_is_refused_with_the_place(bootstrap):
    if not _has_selectors(bootstrap):
        return
    for selector, said in (("kind = 'a", "at position 8"), ("kind > 'a'", "has no order"), (5, "unacceptable_type")):
        with opened(bootstrap) as channel:
            queue = _queue(channel)
            refusal = raises(pika.exceptions.ChannelClosedByBroker, lambda: _consumer(channel, queue, selector))
            equal((refusal.reply_code, said in refusal.reply_text), (406, True), refusal.reply_text)


def test_streams_have_no_selectors(bootstrap):
    if not _has_selectors(bootstrap):
        return
    with connected(bootstrap) as connection:
        name = unique("s")
        channel = connection.channel()
        channel.queue_declare(name, durable=True, arguments={"x-queue-type": "stream"})
        channel.basic_qos(prefetch_count=10)
        refusal = raises(pika.exceptions.ChannelClosedByBroker, lambda: _consumer(channel, name, "a = 1"))
        equal(refusal.reply_code, 406)
        connection.channel().queue_delete(name)
