"""A consumer without a limit that never reads its socket, with more ready for it than memory should be given for."""

import os
import re
import urllib.request

import pika

import management
from bystander import Bystander
from cases import equal, eventually, unique
from connection import opened
from wire import Connection, consume, open_channel

SUITE = "reads nothing"

MESSAGES, BYTES = 200, 1 << 20
ROUND_TRIPS = 5_000  # beside it: time enough to hand all of them to the socket
MOST_MEMORY_BYTES = 48 << 20  # that it may cost beyond what the messages do: a quarter of them


def resident_bytes():
    with urllib.request.urlopen(f"http://{os.environ['WHARF_ADMIN']}/metrics", timeout=20) as answer:
        return int(re.search(r"^process_resident_memory_bytes (\d+)", answer.read().decode(), re.M)[1])


def counts(queue):
    """Ready, and with the consumer."""
    shown = management.ask("GET", f"queues/%2F/{queue}")
    return shown["messages_ready"], shown["messages_unacknowledged"]


if management.IS_THERE:
    def test_a_consumer_that_reads_nothing_costs_little_memory_and_nobody_elses_time(bootstrap):
        queue = unique("for-nobody")
        with opened(bootstrap) as channel, Bystander(bootstrap) as bystander:
            channel.queue_declare(queue)
            channel.confirm_delivery()
            for number in range(MESSAGES):
                channel.basic_publish("", queue, b"%08d" % number + bytes(BYTES - 8), pika.BasicProperties(delivery_mode=2))
            quiet = bystander.lap()
            before = resident_bytes()
            with Connection(bootstrap, receive_bytes=16 << 10) as deaf:
                deaf.send(open_channel(1) + consume(1, queue))
                eventually(lambda: counts(queue)[1] > 0, "something is on its way to it")
                loaded = bystander.lap(ROUND_TRIPS)
                grown = resident_bytes() - before
                ready, held = counts(queue)
                print(f"     {MESSAGES} messages of {BYTES >> 20} MiB: {held} on their way, {grown / (1 << 20):.1f} MiB more in RAM", flush=True)
                equal(ready + held, MESSAGES)
                assert grown < MOST_MEMORY_BYTES, f"{grown >> 20} MiB for who reads nothing"
                loaded.stays_near(quiet)
            eventually(lambda: counts(queue) == (MESSAGES, 0), "all are back")
            equal(channel.basic_get(queue, auto_ack=True)[2][:8], b"00000000")
            channel.queue_delete(queue)
