"""pika at a broker that runs low on memory, and has it again."""

import pathlib
import sys

clients = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(clients / "kafka" / "harness"))
sys.path.insert(0, str(clients / "amqp" / "python"))

import cases
import pika_unblocked

if __name__ == "__main__":
    cases.main(pika_unblocked)
