"""Clients that are there and do nothing, or do not read: nobody else is served less for them."""

import contextlib
import os
import resource
import statistics
import time

from broker import NONE, Topic, append, fetch, fetch_request
from cases import equal
from records import split
from wire import Connection

SUITE = "many"
IDLE = 10_000
MOST_BYTES_OF_AN_IDLE_ONE = 10 << 10


def _resident_bytes():
    with open(f"/proc/{os.environ['WHARF_PID']}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _round_trip(bootstrap, topic, times=200):
    """The median of a record's way in and out again, in seconds."""
    took = []
    with Connection(bootstrap) as wire:
        for _ in range(times):
            begin = time.monotonic()
            offset = append(wire, topic, b"v")
            equal(split(fetch(wire, topic, offset)["records"])[0][0], offset)
            took.append(time.monotonic() - begin)
    return statistics.median(took)


def test_beside_ten_thousand_idle_connections_everybody_is_served(bootstrap):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    topic = Topic(bootstrap)
    alone = _round_trip(bootstrap, topic)
    before = _resident_bytes()
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(Connection(bootstrap)) for _ in range(IDLE)]
        for wire in idle:
            equal(wire.ask("ApiVersions", 0, {})["error_code"], NONE)
        each = (_resident_bytes() - before) / IDLE
        assert each < MOST_BYTES_OF_AN_IDLE_ONE, f"{each:.0f} bytes of memory for each idle connection"
        beside = _round_trip(bootstrap, topic)
        assert beside < 3 * alone, f"a round trip takes {beside * 1e3:.2f} ms, {alone * 1e3:.2f} ms without them"
        for wire in idle[::100]:
            equal(wire.ask("ApiVersions", 0, {})["error_code"], NONE)


def test_a_client_that_does_not_read_holds_nobody_up_and_takes_little(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as deaf:
        for _ in range(20):
            append(deaf, topic, b"v" * 1_000_000)
        alone = _round_trip(bootstrap, Topic(bootstrap))
        before = _resident_bytes()
        deaf.socket.settimeout(0.5)
        sent = []
        with contextlib.suppress(TimeoutError):  # from then on it is not read from either
            while len(sent) < 100_000:
                sent.append(deaf.send("Fetch", 12, fetch_request(12, topic, 0, partition_max_bytes=1 << 24)))
        assert 0 < len(sent) < 100_000, f"{len(sent)} requests were taken of a client that reads no answer"
        beside = _round_trip(bootstrap, Topic(bootstrap))
        assert beside < 3 * alone, f"a round trip takes {beside * 1e3:.2f} ms, {alone * 1e3:.2f} ms without it"
        more = _resident_bytes() - before
        assert more < 100 << 20, f"{more >> 20} MB of memory for one client that does not read"
        deaf.socket.settimeout(20)
        for correlation in sent[:5]:
            part = deaf.receive("Fetch", 12, correlation)["responses"][0]["partitions"][0]
            equal((part["error_code"], split(part["records"])[0][0]), (NONE, 0))
