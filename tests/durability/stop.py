"""A stop does not wait for what clients wait for: long polls and members of groups end with their connections, and what was written
before is there after the next start."""

import tempfile
import time

from confluent_kafka import Consumer

from broker import Broker
from workload import Writer, create_topic, eventually, verify

TOPIC = "kept"


def main():
    with tempfile.TemporaryDirectory(prefix="wharf-stop-") as folder, Broker(f"{folder}/data") as broker:
        broker.start()
        create_topic(broker.bootstrap, TOPIC, 1)
        writer = Writer(broker.bootstrap, TOPIC, 1, "writer")
        writer.wait_for_acknowledgements(100)
        writer.finish()
        # Waits a minute for records that never come.
        waiting = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "waiting", "fetch.wait.max.ms": 60000, "socket.timeout.ms": 120000,
                            "log_level": 0})
        waiting.subscribe([TOPIC])
        eventually(lambda: waiting.poll(0.1) or waiting.assignment(), "an assignment")
        waiting.poll(1)
        begin = time.monotonic()
        broker.stop()
        seconds = time.monotonic() - begin
        print(f"stopped in {seconds:.2f} s with a fetch of a minute open")
        if seconds > 5:
            raise AssertionError("the stop waited for a client's long poll")
        waiting.close()
        broker.start()
        verify(broker.bootstrap, TOPIC, 1, [writer])
        broker.stop()


if __name__ == "__main__":
    main()
