"""A consumer without a limit that reads all there is and acknowledges none of it: what it holds is its own trouble."""

import pika

import management
from bystander import Bystander
from cases import equal, eventually, unique
from connection import opened
from reads_nothing import counts, resident_bytes
from wire import Connection, consume, open_channel

SUITE = "never acks"

MESSAGES = 100_000
ROUND_TRIPS = 2_000
MOST_BYTES_EACH = 512  # that a message costs in memory while it is held: its numbers, and not its body
BODY = bytes(2_000)


if management.IS_THERE:
    def test_a_consumer_that_never_acks_costs_little_memory_and_nobody_elses_time(bootstrap):
        queue = unique("held")
        with opened(bootstrap) as channel, Bystander(bootstrap) as bystander:
            channel.queue_declare(queue, durable=True)
            for number in range(MESSAGES):
                channel.basic_publish("", queue, b"%08d" % number + BODY, pika.BasicProperties(delivery_mode=2))
            eventually(lambda: counts(queue) == (MESSAGES, 0), "all have come")
            quiet = bystander.lap(ROUND_TRIPS)
            before = resident_bytes()
            with Connection(bootstrap) as hoarder:
                hoarder.send(open_channel(1) + consume(1, queue))
                for _ in range(MESSAGES):
                    hoarder.next_body()
                equal(counts(queue), (0, MESSAGES))
                loaded = bystander.lap(ROUND_TRIPS)
                each = (resident_bytes() - before) / MESSAGES
                print(f"     {MESSAGES} messages held: {each:.0f} bytes of RAM each", flush=True)
                assert each < MOST_BYTES_EACH, f"{each:.0f} bytes for each message that is held"
                loaded.stays_near(quiet)
            eventually(lambda: counts(queue) == (MESSAGES, 0), "all are back")
            equal(channel.basic_get(queue, auto_ack=True)[2][:8], b"00000000")
            channel.queue_delete(queue)
