"""A connection that declares queue after queue, and takes them all along when it goes."""

import time

from bystander import Bystander
from cases import unique
from wire import Connection, declare, open_channel

SUITE = "many queues"

QUEUES, AT_ONCE = 50_000, 500


def test_50000_exclusive_and_auto_delete_queues_come_and_go_and_a_bystander_does_not_notice(bootstrap):
    name = unique("one-of-many")
    with Bystander(bootstrap) as bystander:
        quiet = bystander.lap()
        begin = time.monotonic()
        with Connection(bootstrap) as client:
            client.send(open_channel(1))
            client.expect(1, 20, 11)
            for first in range(0, QUEUES, AT_ONCE):
                client.send(b"".join(declare(1, f"{name}-{number}", exclusive=True, auto_delete=number % 2 == 1)
                                     for number in range(first, first + AT_ONCE)))
                for _ in range(AT_ONCE):
                    client.expect(1, 50, 11)
            declared = time.monotonic()
            declaring = bystander.lap()
            client.close()  # answered when they are gone
            gone = time.monotonic()
        deleting = bystander.lap()
        print(f"     {QUEUES} queues: declared in {declared - begin:.1f} s, gone in {gone - declared:.1f} s", flush=True)
        declaring.stays_near(quiet)
        deleting.stays_near(quiet)
