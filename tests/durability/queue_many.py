"""50,000 durable queues: made in one import, there after a stop and after a kill, each with the message that it was given; what operators
ask each second is answered within a second, and memory is bounded."""

import tempfile
import time

from broker import Broker, own_address
from operator_view import api, resident_mb, seconds_of
from queue_workload import connect

QUEUES = 50_000
PROBED = range(0, QUEUES, 997)
START_S, LOOK_S = 60, 1.0
MB_A_QUEUE = 0.02  # 10 KB as measured, twice that


def definitions():
    return {"queues": [{"name": f"q-{n}", "vhost": "/", "durable": True, "auto_delete": False, "arguments": {}} for n in range(QUEUES)]}


def give_each_probed_one(address):
    connection = connect(address)
    channel = connection.channel()
    channel.confirm_delivery()
    for n in PROBED:
        channel.basic_publish("", f"q-{n}", str(n).encode(), mandatory=True)
    connection.close()


def check_there(address):
    """Every probed queue has its message, and none but them exists."""
    connection = connect(address)
    channel = connection.channel()
    for n in PROBED:
        _, _, body = channel.basic_get(f"q-{n}")
        if body != str(n).encode():
            raise AssertionError(f"q-{n} gave {body}")
    connection.close()  # what was taken goes back


def look(broker, idle_mb):
    counted = api(broker, "overview")["object_totals"]["queues"]
    if counted != QUEUES:
        raise AssertionError(f"{counted} queues")
    for path in ("metrics", "api/queues?page=1&page_size=100&sort=messages", "api/overview", "metrics?top=20"):
        seconds = min(seconds_of(broker, path) for _ in range(3))  # others use the machine, too
        print(f"{path}: {seconds * 1000:.0f} ms", flush=True)
        if seconds > LOOK_S:
            raise AssertionError(f"{path} took {seconds:.2f} s")
    more = resident_mb(broker) - idle_mb
    print(f"{more:.0f} MB over an empty node", flush=True)
    if more > QUEUES * MB_A_QUEUE:
        raise AssertionError(f"{more:.0f} MB for {QUEUES} queues")


def begin(broker):
    started = time.monotonic()
    broker.start()
    seconds = time.monotonic() - started
    print(f"started in {seconds:.2f} s", flush=True)
    if seconds > START_S:
        raise AssertionError(f"the start took {seconds:.0f} s")


def main():
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-many-queues-") as folder, Broker(f"{folder}/data", **{"amqp.listen": address}) as broker:
        begin(broker)
        idle_mb = resident_mb(broker)
        api(broker, "definitions", definitions(), "POST")
        give_each_probed_one(address)
        look(broker, idle_mb)
        for end in (broker.stop, broker.kill):
            end()
            begin(broker)
            check_there(address)
            look(broker, idle_mb)
        broker.stop()


if __name__ == "__main__":
    main()
