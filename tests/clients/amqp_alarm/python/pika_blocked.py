"""Who publishes is told and waits, who does not goes on."""

import pika

from cases import equal, eventually, unique
from connection import connected, parameters

SUITE = "pika"


def _publisher(bootstrap, queue, told, **settings):
    """A connection that has published one message. It is not closed: nobody would hear that."""
    connection = pika.BlockingConnection(parameters(bootstrap, **settings))
    connection.add_on_connection_blocked_callback(lambda _, frame: told.append(frame.method.reason))
    connection.channel().basic_publish("", queue, b"x")
    return connection


def test_a_publisher_is_told_why_it_waits_and_is_not_cut_for_its_silence(bootstrap):
    with connected(bootstrap) as other:
        channel = other.channel()
        queue = channel.queue_declare(unique("q"), auto_delete=True).method.queue
        told = []
        connection = _publisher(bootstrap, queue, told, heartbeat=1)
        eventually(lambda: connection.process_data_events(0.05) or told, "connection.blocked")
        equal(told, ["low on memory"])
        connection.process_data_events(5)
        equal(connection.is_open, True)
        equal(channel.queue_declare(queue, passive=True).method.message_count, 0)
        channel.queue_delete(queue)


def test_who_does_not_publish_goes_on(bootstrap):
    with connected(bootstrap) as connection:
        told = []
        connection.add_on_connection_blocked_callback(lambda _, frame: told.append(frame.method.reason))
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        tag = channel.basic_consume(queue, print)
        equal(channel.queue_declare(queue, passive=True).method.consumer_count, 1)
        channel.basic_cancel(tag)
        equal(channel.basic_get(queue)[0], None)
        equal(told, [])
