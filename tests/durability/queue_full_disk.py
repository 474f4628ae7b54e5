"""The disk fills up while publishers send to a queue: they are told that they are blocked, those that consume go on, and once there is room again, made by
them, the publishers are told so and go on. Nothing that was confirmed is lost, not by a kill on top of it."""

import tempfile
import urllib.request

import pika
import pika.exceptions

from broker import Broker
from mount import Mount
from queue_workload import Consumer, Ledger, Publisher, connect, drain, large, pause
from waiting import eventually

QUEUE = "kept"
PUBLISHERS = 2
AFTERWARDS = 500


class BlockedPublisher(Publisher):
    """Of large messages; hears when it is blocked, and when no more."""

    def work(self, connection):
        self.heard = []
        connection.add_on_connection_blocked_callback(lambda *_: self.heard.append("blocked"))
        connection.add_on_connection_unblocked_callback(lambda *_: self.heard.append("unblocked"))
        super().work(connection)

    def publish_next(self, channel):
        try:
            super().publish_next(channel)
        except pika.exceptions.NackError:  # it was full before it was low
            pause.wait(0.05)
        channel.connection.process_data_events(0)

    def publish(self, channel, body):
        channel.basic_publish("", self.queue, large(body), pika.BasicProperties(delivery_mode=2))


class SettlingConsumer(Consumer):
    acknowledges = 1


def is_low(broker):
    with urllib.request.urlopen(f"http://{broker.admin}/metrics", timeout=10) as answer:
        return b'wharf_alarm{resource="disk"} 1' in answer.read()


def main():
    with (tempfile.TemporaryDirectory(prefix="wharf-full-") as folder, Mount(folder, 1024) as disk,
          Broker(f"{disk.path}/data", log=f"{folder}/log", **{"log.wal.bytes": str(32 << 20)}) as broker):
        broker.start()
        address = broker.listeners["amqp"]
        connection = connect(address)
        connection.channel().queue_declare(QUEUE, durable=True)
        connection.close()
        disk.fill(400)
        ledger = Ledger()
        publishers = [BlockedPublisher(address, QUEUE, ledger, f"publisher-{number}", number) for number in range(PUBLISHERS)]
        eventually(lambda: is_low(broker), "a disk that is low", 120)
        blocked_at = len(ledger.confirmed)
        print(f"low after {blocked_at} confirmed messages, {disk.free_bytes()} bytes free")
        disk.take_the_rest()
        consumer = SettlingConsumer(address, QUEUE, ledger, "consumer", 7, alone=True)
        eventually(lambda: len(ledger.acknowledged) > blocked_at // 2, "consumers that go on", 120)
        eventually(lambda: not is_low(broker), "room again", 120)
        begin = len(ledger.confirmed)
        eventually(lambda: len(ledger.confirmed) > begin + AFTERWARDS, "publishers that go on", 120)
        for worker in [*publishers, consumer]:
            worker.finish()
        for publisher in publishers:
            print(f"{publisher.name}: {publisher.number} messages, heard {publisher.heard}")
            pairs = ["blocked", "unblocked"] * len(publisher.heard)  # the disk may be low again when it ends
            if len(publisher.heard) < 2 or publisher.heard != pairs[:len(publisher.heard)]:
                raise AssertionError("not told, or not in pairs")
        broker.kill()
        broker.start()
        drain(broker.listeners["amqp"], QUEUE, ledger)
        print(f"{len(ledger.confirmed)} confirmed, none of them gone")
        broker.stop()


if __name__ == "__main__":
    main()
