"""A million messages that wait for years, and a few that are due soon: memory stays bounded, a stop and a kill keep all of them, and what is due
comes once, on time."""

import random
import tempfile
import time

import pika

from broker import Broker, own_address
from operator_view import resident_mb
from queue_workload import connect

WAITING, SOON = 1_000_000, 200
YEAR_MS = 365 * 24 * 3600 * 1000
MB_OVER_IDLE = 300
LATE_S = 2.0
TYPE = "x-delayed-message"


def delayed(channel, body, delay_ms):
    channel.basic_publish("later", "due", body, pika.BasicProperties(headers={"x-delay": delay_ms}, delivery_mode=2))


class Confirms:
    """Publishes without waiting for each confirm, and waits for all at the end: pika's blocking channel would wait for every one."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._confirmed = 0
        self._connection = pika.SelectConnection(pika.ConnectionParameters(host, int(port)), on_open_callback=self._opened)

    def publish(self, count, seed):
        self._count, self._draw = count, random.Random(seed)
        self._is_confirmed, self._all_up_to = bytearray(count + 1), 0
        self._connection.ioloop.start()
        if self._confirmed != count:
            raise AssertionError(f"{self._confirmed} of {count} were confirmed")

    def _opened(self, connection):
        connection.channel(on_open_callback=self._with_channel)

    def _with_channel(self, channel):
        self._channel, self._sent = channel, 0
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._send())

    def _send(self):
        for _ in range(min(1000, self._count - self._sent)):
            delayed(self._channel, b"in years", self._draw.randrange(1, 10) * YEAR_MS)
            self._sent += 1

    def _on_confirm(self, frame):
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            raise AssertionError(f"not confirmed: {frame.method}")
        tag = frame.method.delivery_tag
        for one in range(self._all_up_to + 1 if frame.method.multiple else tag, tag + 1):
            self._confirmed += not self._is_confirmed[one]
            self._is_confirmed[one] = True
        if frame.method.multiple:
            self._all_up_to = max(self._all_up_to, tag)
        if self._confirmed >= self._count:
            self._connection.close()
            self._connection.ioloop.stop()
        elif self._confirmed >= self._sent - 200:
            self._send()


def soon(address, first):
    """Messages due in two to four seconds; body -> when."""
    connection = connect(address)
    channel = connection.channel()
    channel.confirm_delivery()
    due = {}
    for n in range(first, first + SOON):
        delay_ms = 2000 + n % 20 * 100
        due[n] = time.time() + delay_ms / 1000
        delayed(channel, str(n).encode(), delay_ms)
    connection.close()
    return due


def check_comes(address, due):
    """All, each once, none early, and late by no more than LATE_S behind `ready`, when the broker could."""
    ready = time.time()
    connection = connect(address)
    channel = connection.channel()
    seen = []
    for _, _, body in channel.consume("due", auto_ack=True, inactivity_timeout=10):
        if body is None:
            raise AssertionError(f"{len(due) - len(seen)} messages did not come")
        number, now = int(body), time.time()
        if now < due[number] - 0.002:  # both clocks are in whole ms
            raise AssertionError(f"{number} came {due[number] - now:.3f} s early")
        if now > max(due[number], ready) + LATE_S:
            raise AssertionError(f"{number} came {now - due[number]:.3f} s late")
        seen.append(number)
        if len(seen) == len(due):
            break
    channel.cancel()
    if sorted(seen) != sorted(due):
        raise AssertionError("a message came twice")
    if channel.queue_declare("due", passive=True).method.message_count:
        raise AssertionError("more came than was due")
    connection.close()


def main():
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-delays-") as folder, Broker(f"{folder}/data", **{"amqp.listen": address}) as broker:
        broker.start()
        idle_mb = resident_mb(broker)
        connection = connect(address)
        channel = connection.channel()
        channel.exchange_declare("later", TYPE, durable=True, arguments={"x-delayed-type": "direct"})
        channel.queue_declare("due", durable=True)
        channel.queue_bind("due", "later", "due")
        connection.close()
        begin = time.monotonic()
        Confirms(address).publish(WAITING, 7)
        print(f"{WAITING} messages kept in {time.monotonic() - begin:.0f} s, {resident_mb(broker) - idle_mb:.0f} MB over idle", flush=True)
        for end in (lambda: None, broker.stop, broker.kill):
            due = soon(address, 0)
            end()
            if broker.process is None:
                begin = time.monotonic()
                broker.start()
                print(f"started in {time.monotonic() - begin:.2f} s, {resident_mb(broker) - idle_mb:.0f} MB over idle", flush=True)
            check_comes(address, due)
            if resident_mb(broker) - idle_mb > MB_OVER_IDLE:
                raise AssertionError(f"{resident_mb(broker) - idle_mb:.0f} MB over idle")
        broker.stop()


if __name__ == "__main__":
    main()
