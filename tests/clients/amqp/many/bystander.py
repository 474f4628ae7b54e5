"""A client that publishes a message and waits until it has come, again and again, in a process of its own, so that what it measures is
the broker and not the interpreter of whoever loads it.

    with Bystander(address) as bystander:   # it has its round trips from here on
        quiet = bystander.lap()
        ...
        loaded = bystander.lap()            # since the last lap, and of as many round trips as it takes
        loaded.stays_near(quiet)
"""

import multiprocessing
import time

import pika

AT_LEAST = 200  # round trips of a lap, unless told otherwise

# Near: what shares two cores with the load and the broker may take so much longer in the middle, and so long at worst. A broker that does
# its work in one go, or serves one connection after the other, takes seconds.
SLOWER, SLOWEST_S = 20, 0.5
QUICK_S = 0.005  # faster than this is near enough, whatever it was


class Lap:
    def __init__(self, seconds):
        self.seconds = sorted(seconds)

    @property
    def median(self):
        return self.seconds[len(self.seconds) // 2]

    def __str__(self):
        return f"{len(self.seconds)} round trips, median {self.median * 1000:.1f} ms, slowest {self.seconds[-1] * 1000:.0f} ms"

    def stays_near(self, quiet):
        print(f"     quiet: {quiet}; beside the load: {self}", flush=True)
        assert self.median <= max(SLOWER * quiet.median, QUICK_S), f"the middle one: {self}; before: {quiet}"
        assert self.seconds[-1] <= SLOWEST_S, f"the slowest: {self}; before: {quiet}"


def _go_round(address, pipe):
    """It tells what it measured once it has as many as it is asked for, and goes on; 0 is the end."""
    host, port = address.rsplit(":", 1)
    connection = pika.BlockingConnection(pika.ConnectionParameters(host, int(port)))
    channel = connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    deliveries = channel.consume(queue, auto_ack=True)
    seconds, wanted = [], None
    while True:
        begin = time.perf_counter()
        channel.basic_publish("", queue, b"ping")
        next(deliveries)
        seconds.append(time.perf_counter() - begin)
        if wanted is None and pipe.poll():
            wanted = pipe.recv()
        if wanted == 0:
            break
        if wanted is not None and len(seconds) >= wanted:
            pipe.send(seconds)
            seconds, wanted = [], None
    connection.close()


class Bystander:
    def __init__(self, address):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_go_round, args=(address, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def __enter__(self):
        self.lap()  # with what a first time costs
        return self

    def lap(self, at_least=AT_LEAST):
        """What was measured since the last one."""
        self.pipe.send(at_least)
        return Lap(self.pipe.recv())

    def __exit__(self, *_):
        try:
            self.pipe.send(0)
        except OSError:
            pass  # it has failed, and the lap has told
        self.process.join(20)
        if self.process.is_alive():
            self.process.terminate()
