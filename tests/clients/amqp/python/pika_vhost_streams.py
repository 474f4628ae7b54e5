"""Streams of virtual hosts: each has its own. Virtual hosts are made by the management API; without its address there are no cases."""

import contextlib

from pika.exceptions import ChannelClosedByBroker

import management
from cases import equal, raises, unique
from connection import opened
from management import ask, make_vhost
from pika_streams import await_messages, consume_stream, publish

SUITE = "pika"
STREAM = {"x-queue-type": "stream"}


@contextlib.contextmanager
def _vhost():
    name = unique("v")
    make_vhost(name)
    try:
        yield name
    finally:
        ask("DELETE", f"vhosts/{name}")


def _bodies(channel, stream, count):
    channel.basic_qos(prefetch_count=10)
    seen = consume_stream(channel, stream, "first")
    await_messages(channel, seen, count)
    channel.connection.process_data_events(0.2)
    return [body for _, body in seen]


if management.IS_THERE:
    def test_a_stream_of_another_virtual_host_is_declared_published_to_and_consumed(bootstrap):
        with _vhost() as vhost, opened(bootstrap, virtual_host=vhost) as channel:
            channel.queue_declare("s", durable=True, arguments=STREAM)
            equal(channel.queue_declare("s", passive=True).method.message_count, 0)
            channel.exchange_declare("x", "topic")
            channel.queue_bind("s", "x", "a.#")
            publish(channel, "s", b"0", b"1")
            channel.basic_publish("x", "a.b", b"2", mandatory=True)
            equal(_bodies(channel, "s", 3), [b"0", b"1", b"2"])
            equal(channel.queue_declare("s", durable=True, arguments=STREAM).method.message_count, 3)
            with opened(bootstrap, virtual_host=vhost) as other:
                error = raises(ChannelClosedByBroker, other.queue_declare, "s", durable=True,
                               arguments={**STREAM, "x-max-age": "1h"})
                assert f"inequivalent arg 'x-max-age' for queue 's' in vhost '{vhost}'" in error.reply_text, error.reply_text
            channel.queue_delete("s")
            error = raises(ChannelClosedByBroker, channel.queue_declare, "s", passive=True)
            equal(error.reply_code, 404)

    def test_one_name_in_two_virtual_hosts_is_two_streams(bootstrap):
        name = unique("stream")
        with _vhost() as one, _vhost() as two, opened(bootstrap) as default:
            with opened(bootstrap, virtual_host=one) as first, opened(bootstrap, virtual_host=two) as second:
                channels = {b"default": default, b"first": first, b"second": second}
                for body, channel in channels.items():
                    channel.queue_declare(name, durable=True, arguments=STREAM)
                    publish(channel, name, body)
                for body, channel in channels.items():
                    equal(_bodies(channel, name, 1), [body])
                first.queue_delete(name)
                equal(second.queue_declare(name, passive=True).method.message_count, 1)
                equal(default.queue_declare(name, passive=True).method.message_count, 1)
                default.queue_delete(name)

    def test_a_queue_and_a_stream_of_one_name_are_in_two_virtual_hosts_and_not_in_one(bootstrap):
        name = unique("q")
        with _vhost() as vhost, opened(bootstrap) as default, opened(bootstrap, virtual_host=vhost) as channel:
            default.queue_declare(name, durable=True)
            channel.queue_declare(name, durable=True, arguments=STREAM)
            publish(channel, name, b"streamed")
            equal(default.queue_declare(name, passive=True).method.message_count, 0)
            error = raises(ChannelClosedByBroker, channel.queue_declare, name, durable=True, arguments={"x-queue-type": "classic"})
            assert f"inequivalent arg 'x-queue-type' for queue '{name}' in vhost '{vhost}'" in error.reply_text, error.reply_text
            default.queue_delete(name)

    def test_a_virtual_host_takes_its_streams_along_and_a_new_one_of_its_name_is_empty(bootstrap):
        with _vhost() as vhost:
            for _ in range(2):
                with opened(bootstrap, virtual_host=vhost) as channel:
                    equal(channel.queue_declare("s", durable=True, arguments=STREAM).method.message_count, 0)
                    publish(channel, "s", b"old")
                ask("DELETE", f"vhosts/{vhost}")
                make_vhost(vhost)
                with opened(bootstrap, virtual_host=vhost) as channel:
                    error = raises(ChannelClosedByBroker, channel.queue_declare, "s", passive=True)
                    equal(error.reply_code, 404)

    def test_a_stream_is_the_default_queue_type_of_any_virtual_host(bootstrap):
        with _vhost() as vhost:
            ask("PUT", f"vhosts/{vhost}", {"default_queue_type": "stream"})
            with opened(bootstrap, virtual_host=vhost) as channel:
                channel.queue_declare("s", durable=True)
                publish(channel, "s", b"0")
                equal([_bodies(channel, "s", 1) for _ in range(2)], [[b"0"], [b"0"]])
