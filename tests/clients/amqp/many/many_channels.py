"""A connection with as many channels as it may have, all of them at work."""

import struct
import time

from bystander import Bystander
from cases import equal, unique
from wire import CHANNEL_MAX, Connection, acknowledge, consume, declare, open_channel, publish

SUITE = "many channels"

CHANNELS = range(1, CHANNEL_MAX + 1)


def test_each_of_2047_channels_publishes_consumes_and_acknowledges_and_a_bystander_does_not_notice(bootstrap):
    queue = unique("of-all")
    with Bystander(bootstrap) as bystander:
        quiet = bystander.lap()
        begin = time.monotonic()
        with Connection(bootstrap) as client:
            client.send(b"".join(map(open_channel, CHANNELS)))
            for _ in CHANNELS:
                client.expect_anywhere(20, 11)
            opened = time.monotonic()
            # Each has a queue of its own: what it publishes is what it gets.
            client.send(b"".join(declare(channel, f"{queue}-{channel}", exclusive=True) + consume(channel, f"{queue}-{channel}")
                                 + publish(channel, f"{queue}-{channel}", b"x" * 100) for channel in CHANNELS))
            tags = deliveries(client)
            client.send(b"".join(acknowledge(channel, tag) for channel, tag in tags.items()))
            client.close()  # behind the acknowledgements
        loaded = bystander.lap()
        print(f"     {CHANNEL_MAX} channels: open in {opened - begin:.2f} s, done in {time.monotonic() - begin:.2f} s", flush=True)
        loaded.stays_near(quiet)


def deliveries(client):
    """The tag of the one that each channel gets; the queues and consumers are there before it."""
    tags = {}
    while len(tags) < CHANNEL_MAX:
        channel, class_id, method_id, arguments = client.next_method()
        if (class_id, method_id) != (60, 60):
            assert (class_id, method_id) in ((50, 11), (60, 21)), f"channel {channel} heard {(class_id, method_id)}: {arguments}"
            continue
        assert channel not in tags, f"channel {channel} got a second message"
        behind_consumer = 1 + arguments[0]
        tags[channel], = struct.unpack(">Q", arguments[behind_consumer:behind_consumer + 8])
    equal(sorted(tags), list(CHANNELS))
    return tags
