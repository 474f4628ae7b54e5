"""Streams: queues of type stream, which every consumer reads from where it likes."""

import pika
from pika.exceptions import ChannelClosedByBroker, ConnectionClosedByBroker

from cases import equal, eventually, raises, unique
from connection import connected, opened

SUITE = "pika"


def _stream(channel, **arguments):
    name = unique("stream")
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": "stream", **{key.replace("_", "-"): value for key, value in arguments.items()}})
    return name


def publish(channel, stream, *bodies):
    channel.confirm_delivery()
    for body in bodies:
        channel.basic_publish("", stream, body)


def consume_stream(channel, stream, offset, settle=True):
    """What is delivered gathers in the list: (x-stream-offset, body)."""
    seen = []

    def deliver(_channel, method, properties, body):
        seen.append((properties.headers["x-stream-offset"], body))
        if settle:
            channel.basic_ack(method.delivery_tag)

    channel.basic_consume(stream, deliver, arguments={"x-stream-offset": offset})
    return seen


def await_messages(channel, seen, count):
    def enough():
        channel.connection.process_data_events(0.05)
        return len(seen) >= count

    eventually(enough, f"{count} messages, {len(seen)} came")


def test_every_consumer_of_a_stream_sees_all_of_it_from_where_it_begins(bootstrap):
    with opened(bootstrap) as channel:
        stream = _stream(channel)
        publish(channel, stream, b"0", b"1", b"2")
        channel.basic_qos(prefetch_count=10)
        everything = [(0, b"0"), (1, b"1"), (2, b"2"), (3, b"3")]
        starts = {"first": 0, "last": 2, "next": 3, "1h": 0, 1: 1, 3: 3}
        seen = {start: consume_stream(channel, stream, start) for start in starts}
        publish(channel, stream, b"3")
        for start, first in starts.items():
            await_messages(channel, seen[start], 4 - first)
            equal(seen[start], everything[first:], start)
        channel.queue_delete(stream)


def test_acknowledgements_of_a_stream_give_room_only(bootstrap):
    with opened(bootstrap) as channel:
        stream = _stream(channel)
        publish(channel, stream, b"0", b"1", b"2", b"3")
        channel.basic_qos(prefetch_count=2)
        seen = consume_stream(channel, stream, "first", settle=False)
        await_messages(channel, seen, 2)
        channel.connection.process_data_events(0.2)
        equal([body for _, body in seen], [b"0", b"1"])
        channel.basic_nack(2, multiple=True, requeue=True)
        await_messages(channel, seen, 4)
        equal([body for _, body in seen], [b"0", b"1", b"2", b"3"])
        channel.queue_delete(stream)


def test_a_streams_consumer_is_told_that_it_is_deleted(bootstrap):
    with opened(bootstrap) as channel, opened(bootstrap) as other:
        stream = _stream(channel)
        publish(other, stream, b"0", b"1")
        channel.basic_qos(prefetch_count=1)
        cancelled = []
        channel.add_on_cancel_callback(cancelled.append)
        await_messages(channel, consume_stream(channel, stream, "first", settle=False), 1)
        other.queue_delete(stream)
        await_messages(channel, cancelled, 1)


def test_a_stream_is_declared_again_as_it_is_only(bootstrap):
    with connected(bootstrap) as connection:
        stream = _stream(connection.channel(), x_max_age="7D", x_max_length_bytes=1_000_000)

        def declared(arguments, **settings):
            connection.channel().queue_declare(stream, arguments={"x-queue-type": "stream", **arguments}, **{"durable": True, **settings})

        same = {"x-max-age": "7D", "x-max-length-bytes": 1_000_000}
        declared(same)
        for arguments, settings, why in (
                ({**same, "x-max-age": "8D"}, {}, "inequivalent arg 'x-max-age' for queue '{}' in vhost '/': received '8D' but current is '7D'"),
                ({"x-max-age": "7D"}, {}, "inequivalent arg 'x-max-length-bytes' for queue '{}' in vhost '/': "
                                          "received none but current is the value '1000000' of type "),
                (same, {"durable": False}, "inequivalent arg 'durable' for queue '{}' in vhost '/': received 'false' but current is 'true'")):
            error = raises(ChannelClosedByBroker, declared, arguments, **settings)
            equal(error.reply_code, 406)
            if why.format(stream) not in error.reply_text:
                raise AssertionError(error.reply_text)
        connection.channel().queue_delete(stream)


def test_what_a_stream_cannot_be_is_refused_in_rabbitmqs_words(bootstrap):
    with connected(bootstrap) as connection:
        name = unique("stream")

        def refused(text, arguments, **settings):
            error = raises(ChannelClosedByBroker, connection.channel().queue_declare, name,
                           arguments={"x-queue-type": "stream", **arguments}, **{"durable": True, **settings})
            equal((error.reply_code, error.reply_text), (406, "PRECONDITION_FAILED - " + text.format(f"queue '{name}' in vhost '/'")))

        refused("invalid property 'non-durable' for {}", {}, durable=False)
        refused("invalid property 'exclusive-owner' for {}", {}, exclusive=True)
        refused("invalid property 'auto-delete' for {}", {}, auto_delete=True)
        refused("invalid arg 'x-max-length' for {} of queue type rabbit_stream_queue", {"x-max-length": 5})
        refused("invalid arg 'x-max-age' for {}: invalid_max_age", {"x-max-age": "7Q"})


def test_what_a_stream_cannot_do_is_refused_in_rabbitmqs_words(bootstrap):
    with opened(bootstrap) as channel:
        stream = _stream(channel)

        def refused(ask):
            with connected(bootstrap) as connection:
                error = raises((ChannelClosedByBroker, ConnectionClosedByBroker), ask, connection.channel())
                return error.reply_code, error.reply_text.replace(stream, "s")

        def consume_at_once(other, prefetch, **settings):
            other.basic_qos(prefetch_count=prefetch)
            other.basic_consume(stream, lambda *_: None, **settings)

        equal(refused(lambda other: other.basic_get(stream)),
              (540, "NOT_IMPLEMENTED - basic.get not supported by stream queues queue 's' in vhost '/'"))
        equal(refused(lambda other: other.queue_purge(stream)),
              (540, "NOT_IMPLEMENTED - queue.purge not supported by stream queues queue 's' in vhost '/'"))
        equal(refused(lambda other: consume_at_once(other, 0)),
              (406, "PRECONDITION_FAILED - consumer prefetch count is not set for stream queue 's' in vhost '/'"))
        equal(refused(lambda other: consume_at_once(other, 1, auto_ack=True)),
              (540, "NOT_IMPLEMENTED - automatic acknowledgement not supported by stream queue 's' in vhost '/'"))
        equal(refused(lambda other: consume_at_once(other, 1, arguments={"x-stream-offset": "10x"})),
              (406, "PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 's' in vhost '/': "
                    "{invalid_stream_offset_arg,{longstr,<<\"10x\">>}}"))
        channel.queue_delete(stream)
