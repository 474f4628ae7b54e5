"""Kill -9 under confirmed load with acknowledgements and redeliveries, again and again: every confirmed message is delivered at least
once, an acknowledged one does not come back (but for the last moment's, flagged), each publisher's come in order (queue_workload.py). What queues that end
with the broker leave on disk is gone after the next start. Beside them large messages go to three queues each: two with a consumer, and one
that keeps all of them.
WHARF_KILLS says how often (default 10), WHARF_SEED repeats the moments of an earlier run."""

import os
import random
import tempfile
import time

from broker import Broker, own_address
from drawn_faults import faults_and_seed
from queue_workload import Consumer, FanoutPublisher, Ledger, Publisher, connect, drain, pause


FIRST_TRANSIENT = 1074790400


def wait_for(ledger, more, deadline_s=60):
    """Until so many messages more are confirmed."""
    target, end = len(ledger.confirmed) + more, time.monotonic() + deadline_s
    while len(ledger.confirmed) < target:
        if time.monotonic() > end:
            raise AssertionError(f"not {more} confirms within {deadline_s} s")
        pause.wait(0.01)


def kill(broker, ledgers):
    for one in ledgers:
        one.killed.append(time.monotonic())
    broker.kill()


def leave_behind(address, number):
    """A transient and an exclusive queue with messages; the connection is to end with the broker."""
    connection = connect(address)
    channel = connection.channel()
    channel.confirm_delivery()
    for queue, exclusive in ((f"transient-{number}", False), (f"exclusive-{number}", True)):
        channel.queue_declare(queue, exclusive=exclusive)
        for _ in range(20):
            channel.basic_publish("", queue, b"x" * 1000)
    return connection


def left_behind(data):
    """Folders of such queues' logs (docs/formats.md)."""
    return [name for name in os.listdir(f"{data}/logs") if int(name.split("-")[1].split(".")[0]) >= FIRST_TRANSIENT]


def main():
    kills, seed = faults_and_seed()
    draw = random.Random(seed)
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-queue-kill-") as folder, Broker(f"{folder}/data", **{"amqp.listen": address}) as broker:
        broker.start()
        connection = connect(address)
        channel = connection.channel()
        channel.queue_declare("jobs", durable=True)
        copies = {f"copy-{i}": Ledger() for i in range(3)}
        for queue in copies:
            channel.queue_declare(queue, durable=True)
            channel.queue_bind(queue, "amq.fanout")
        connection.close()
        ledger = Ledger()
        workers = [Publisher(address, "jobs", ledger, f"p{i}", seed + i) for i in range(3)]
        workers += [Consumer(address, "jobs", ledger, f"c{i}", seed + 10 + i) for i in range(3)]
        workers += [Consumer(address, f"copy-{i}", copies[f"copy-{i}"], f"c{3 + i}", seed + 20 + i, alone=True) for i in range(2)]
        workers.append(FanoutPublisher(address, "", list(copies.values()), "p3", seed + 30))
        left = []
        for number in range(kills):
            left.append(leave_behind(address, number))
            wait_for(ledger, draw.randrange(50, 1500))
            kill(broker, [ledger, *copies.values()])
            assert len(left_behind(broker.data)) == 2, left_behind(broker.data)
            broker.start()
            for one in (ledger, *copies.values()):
                one.check()
        wait_for(ledger, 100)
        kill(broker, [ledger, *copies.values()])  # what consumers have then is back without their word
        for worker in workers:
            worker.stopping.set()
        broker.start()
        for worker in workers:
            worker.finish()
        for queue, one in {"jobs": ledger, **copies}.items():
            drain(address, queue, one)
            print(f"{kills + 1} kills: {queue}: {len(one.confirmed)} confirmed, {len(one.acknowledged)} acknowledged, all as promised", flush=True)
        broker.stop()
        assert not left_behind(broker.data), left_behind(broker.data)


if __name__ == "__main__":
    main()
