"""A burst raises the alarm; once it is consumed the alarm ends, and who waited goes on."""

import pika

from cases import equal, eventually, unique
from connection import connected, parameters

SUITE = "pika"
BODY = b"x" * 4000
MOST = 200_000  # messages of a burst: eight times the watermark


def _burst(connection, channel, queue, blocked):
    """Publishes until the broker says that it is enough; how many."""
    for number in range(1, MOST):
        channel.basic_publish("", queue, BODY, pika.BasicProperties(delivery_mode=2))
        if number % 100 == 0:
            connection.process_data_events(0)
        if blocked:
            return number
    raise AssertionError(f"{MOST} messages of {len(BODY)} bytes, and nobody said that memory is low")


def _drain(bootstrap, queue, count):
    """Takes so many, or what there is when the publisher's last ones are not read any more."""
    with connected(bootstrap) as connection:
        channel = connection.channel()
        taken = 0
        for method, _, _ in channel.consume(queue, auto_ack=True, inactivity_timeout=2):
            if method is None or taken == count:
                break
            taken += 1
        channel.cancel()
    return taken


def test_an_alarm_ends_when_its_burst_is_consumed_and_the_next_one_does_too(bootstrap):
    connection = pika.BlockingConnection(parameters(bootstrap, heartbeat=0))
    blocked = []
    connection.add_on_connection_blocked_callback(lambda _, frame: blocked.append(frame.method.reason))
    connection.add_on_connection_unblocked_callback(lambda *_: blocked.clear())
    channel = connection.channel()
    queue = channel.queue_declare(unique("q"), durable=True).method.queue
    for _ in range(2):
        sent = _burst(connection, channel, queue, blocked)
        equal(blocked, ["low on memory"])
        _drain(bootstrap, queue, sent)
        eventually(lambda: connection.process_data_events(0.05) or not blocked, "connection.unblocked")
    _drain(bootstrap, queue, MOST)
    equal(channel.queue_delete(queue).method.message_count, 0)
    connection.close()
