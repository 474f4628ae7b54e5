"""pika at a broker that is low on memory."""

import pathlib
import sys

clients = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(clients / "kafka" / "harness"))
sys.path.insert(0, str(clients / "amqp" / "python"))

import cases
import http_refused
import pika_blocked

if __name__ == "__main__":
    cases.main(pika_blocked, http_refused)
