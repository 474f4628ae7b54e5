"""Publishers with confirms and consumers with acknowledgements on one durable queue, for as long as they are told to, through a
broker that dies and comes back; a ledger of what was promised, and what is compared with it.

A body is "<publisher> <number>", with or without much behind it; a publisher's numbers rise by one and are never sent twice, so a message that comes again is the
broker's doing: flagged, and never one whose acknowledgement the broker has had for a second.

A publisher's messages are in order in the queue, over all its connections, as each waits for the confirm of the one before; what comes back is
put where it was. So in order come, whatever died in between: the first deliveries to one consumer, in all its lives; everything that
a queue's only consumer gets from a new connection until it returns something; and what is left once nobody has anything any more.
"""

import random
import threading
import time

import pika
import pika.exceptions

# An acknowledgement is on disk before what is published so much later: a hundred times what the broker takes. By the wall alone nothing
# can be told, as a busy disk may take seconds for anything.
SETTLED_S = 1.0
pause = threading.Event()  # never set
LOST = (pika.exceptions.AMQPError, OSError)


def connect(address, deadline_s=60):
    """Tries until the broker is back."""
    host, port = address.rsplit(":", 1)
    end = time.monotonic() + deadline_s
    while True:
        try:
            return pika.BlockingConnection(pika.ConnectionParameters(host, int(port), heartbeat=30))
        except (*LOST, ValueError):  # pika's word for a connection that was reset as soon as it was made
            if time.monotonic() > end:
                raise
            pause.wait(0.05)


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.confirmed = set()
        self.delivered = set()
        self.acknowledged = {}  # body -> when, and on a connection since when
        self.killed = []        # when
        self.written = []       # when it was published, when it was confirmed
        self.wrong = []

    def confirm(self, body, published):
        with self.lock:
            self.confirmed.add(body)
            self.written.append((published, time.monotonic()))

    def deliver(self, body, redelivered):
        with self.lock:
            if body in self.delivered and not redelivered:
                self.wrong.append(f"{body} came again without a flag")
            acknowledged = self.acknowledged.get(body)
            if acknowledged is not None:
                sent, connected = acknowledged
                # The connection's end: what a client says afterwards, before it notices, is heard by nobody.
                end = next((end for end in self.killed if end > connected), time.monotonic())
                if self.was_written_between(sent + SETTLED_S, end):
                    self.wrong.append(f"{body} came again; its acknowledgement had {end - sent:.2f} s to reach the disk, as others did")
            self.delivered.add(body)

    def was_written_between(self, first, last):
        return any(published >= first and confirmed < last for published, confirmed in reversed(self.written))

    def acknowledge(self, body, connected):
        with self.lock:
            self.acknowledged[body] = time.monotonic(), connected

    def check(self):
        with self.lock:
            if self.wrong:
                raise AssertionError("; ".join(self.wrong[:5]))


class InOrder:
    """Each publisher's messages, as they come."""

    def __init__(self):
        self.last = {}

    def take(self, body, redelivered):
        publisher, number = body.split()
        last = self.last.get(publisher, -1)
        if int(number) <= last:
            raise AssertionError(f"{body}{', redelivered,' if redelivered else ''} came after {last}")
        self.last[publisher] = int(number)


class Worker:
    """A thread that works on connection after connection until it is told to stop."""

    def __init__(self, address, queue, ledger, name, seed):
        self.address, self.queue, self.ledger, self.name = address, queue, ledger, name
        self.draw = random.Random(seed)
        self.stopping = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while not self.stopping.is_set():
                try:
                    self.connected = time.monotonic()
                    connection = connect(self.address)
                    self.work(connection)
                    connection.close()
                except LOST:
                    continue
        except Exception as failure:  # told to whoever waits for the thread
            self.failure = failure

    def finish(self):
        self.stopping.set()
        self.thread.join(120)
        if self.failure is not None:
            raise self.failure
        if self.thread.is_alive():
            raise AssertionError(f"{self.name} does not end")


class Publisher(Worker):
    number = 0

    def work(self, connection):
        channel = connection.channel()
        channel.confirm_delivery()
        while not self.stopping.is_set():
            self.publish_next(channel)

    def publish_next(self, channel):
        body = f"{self.name} {self.number}"
        self.number += 1
        published = time.monotonic()
        self.publish(channel, body)
        self.confirm(body, published)

    def publish(self, channel, body):
        channel.basic_publish("", self.queue, body.encode(), pika.BasicProperties(delivery_mode=2))

    def confirm(self, body, published):
        self.ledger.confirm(body, published)


def large(body):
    """The message of this name that goes to several queues."""
    return f"{body} ".encode().ljust(5_000 + 97 * (int(body.split()[1]) % 300), b"x")


def name_in(raw):
    body = b" ".join(raw.split()[:2]).decode()
    if len(raw) > 100 and raw != large(body):
        raise AssertionError(f"{body} has another body")
    return body


class FanoutPublisher(Publisher):
    """Large messages through amq.fanout; of one ledger for each queue bound to it."""

    def publish(self, channel, body):
        channel.basic_publish("amq.fanout", "", large(body), pika.BasicProperties(delivery_mode=2))

    def confirm(self, body, published):
        for ledger in self.ledger:
            ledger.confirm(body, published)


class Consumer(Worker):
    acknowledges, returns = 0.85, 0.10  # of what comes

    def __init__(self, address, queue, ledger, name, seed, alone=False):
        self.alone = alone  # of its queue
        self.first_deliveries = InOrder()
        super().__init__(address, queue, ledger, name, seed)

    def work(self, connection):
        channel = connection.channel()
        channel.basic_qos(prefetch_count=50)
        everything = InOrder() if self.alone else None
        for method, _, raw in channel.consume(self.queue, inactivity_timeout=0.2):
            if self.stopping.is_set():
                break
            if method is None:
                continue
            body = name_in(raw)
            self.ledger.deliver(body, method.redelivered)
            if not method.redelivered:
                self.first_deliveries.take(body, False)
            if everything:
                everything.take(body, method.redelivered)
            fate = self.draw.random()
            if fate < self.acknowledges:
                self.ledger.acknowledge(body, self.connected)
                channel.basic_ack(method.delivery_tag)
            elif fate < self.acknowledges + self.returns:
                channel.basic_nack(method.delivery_tag)
                everything = None
            # the rest is held until the connection ends


def drain(address, queue, ledger):
    """Takes what is left: nobody else has anything of it."""
    connection = connect(address)
    channel = connection.channel()
    everything = InOrder()
    while True:
        method, _, raw = channel.basic_get(queue, auto_ack=True)
        if method is None:
            break
        body = name_in(raw)
        ledger.deliver(body, method.redelivered)
        everything.take(body, method.redelivered)
    connection.close()
    ledger.check()
    lost = ledger.confirmed - ledger.delivered
    if lost:
        raise AssertionError(f"{len(lost)} confirmed messages are gone, such as {sorted(lost)[:5]}")
