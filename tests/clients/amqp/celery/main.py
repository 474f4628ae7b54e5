"""Celery, a task queue that lives on kombu and amqp, and aio-pika, which speaks AMQP of its own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import aio_pika_messages
import cases
import celery_tasks

if __name__ == "__main__":
    cases.main(celery_tasks, aio_pika_messages)
