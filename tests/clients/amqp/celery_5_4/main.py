"""The cases of Celery, by other versions of it."""

import pathlib
import sys

CLIENTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CLIENTS / "kafka" / "harness"), str(CLIENTS / "amqp" / "celery")]

import cases  # noqa: E402
import celery_tasks  # noqa: E402

if __name__ == "__main__":
    cases.main(celery_tasks)
