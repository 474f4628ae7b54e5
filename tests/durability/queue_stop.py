"""A stop does not wait for a client that does not read, and what was in line for it is still in its queue."""

import tempfile
import time

from broker import Broker, own_address
from queue_workload import connect

MESSAGES, BYTES, CONSUMERS = 200, 256 << 10, 20  # more than sockets take on their way


def drained(address, queue):
    """How many messages there are."""
    connection = connect(address)
    channel = connection.channel()
    count = 0
    while channel.basic_get(queue, auto_ack=True)[0]:
        count += 1
    connection.close()
    return count


def main():
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-queue-stop-") as folder, Broker(f"{folder}/data", **{"amqp.listen": address}) as broker:
        broker.start()
        publishing = connect(address)
        channel = publishing.channel()
        channel.queue_declare("jobs", durable=True)
        channel.confirm_delivery()
        for _ in range(MESSAGES):
            channel.basic_publish("", "jobs", b"x" * BYTES)
        publishing.close()
        deaf = connect(address)  # nobody turns its loop from here on
        consuming = deaf.channel()
        for _ in range(CONSUMERS):
            consuming.basic_consume("jobs", lambda *_: None)
        begin = time.monotonic()
        broker.stop()
        seconds = time.monotonic() - begin
        print(f"stopped in {seconds:.2f} s with a client that does not read")
        if seconds > 15:
            raise AssertionError("the stop waited for a client that does not read")
        broker.start()
        left = drained(address, "jobs")
        if left != MESSAGES:
            raise AssertionError(f"{left} of {MESSAGES} messages are there after the stop")
        broker.stop()


if __name__ == "__main__":
    main()
