"""A subscriber that does not read: bounded, and seen in the metrics."""

import os
import re
import socket
import urllib.request

from cases import eventually, unique
from paho_packets import Device
from peer import connected

SUITE = "slow subscribers"

MESSAGES, MESSAGE_BYTES = 30_000, 1_000
MOST_WAITING = 10_000  # mqtt.qos0.queue.length


def deaf(bootstrap, client_id, topic):
    """Subscribed at QoS 0, and from here on nobody reads."""
    device = Device(bootstrap, client_id)
    device.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    device.subscribe(topic, 0)
    return device.connection


def dropped(query=""):
    """By /metrics: of all queues, or of those of the query."""
    with urllib.request.urlopen(f"http://{os.environ['WHARF_ADMIN']}/metrics{query}", timeout=20) as answer:
        page = answer.read().decode()
    return sum(int(number) for number in re.findall(r'^wharf_queue_undelivered_messages_total{.*reason="dropped"} (\d+)', page, re.M))


def test_what_a_subscriber_of_qos_0_does_not_take_is_dropped_and_counted(bootstrap):
    client_id, topic = unique("deaf"), unique("fast")
    own = f"?queue=^mqtt-subscription-{client_id}qos0$"
    before = dropped()
    slow = deaf(bootstrap, client_id, topic)
    with slow, connected(bootstrap) as publisher:
        for _ in range(MESSAGES):
            publisher.client.publish(topic, b"x" * MESSAGE_BYTES)
        publisher.publish(topic, b"last", 1)
        eventually(lambda: 0 < dropped(own) <= MESSAGES - MOST_WAITING, "the drops of its queue")
        lost = dropped(own)
    eventually(lambda: dropped(own) == 0, "its queue is gone")
    assert dropped() >= before + lost, "what it has counted is not"
