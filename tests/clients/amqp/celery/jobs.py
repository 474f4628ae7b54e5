"""What the workers of the cases can do. BROKER and QUEUE name what they work for; FOLDER is where they leave marks."""

import os
import pathlib
import threading

from celery import Celery

QUEUE = os.environ["QUEUE"]
FOLDER = pathlib.Path(os.environ["FOLDER"])

app = Celery("jobs", broker=os.environ["BROKER"], backend="rpc://")
app.conf.update(
    task_default_queue=QUEUE,
    task_queue_max_priority=10 if os.environ.get("PRIORITIES") else None,
    task_default_queue_type=os.environ.get("QUEUE_TYPE", "classic"),
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


def mark(word):
    """One line more in the story of this run."""
    with open(FOLDER / "story", "a", encoding="utf-8") as story:
        story.write(word + "\n")


@app.task
def add(x, y):
    return x + y


@app.task
def told(word):
    mark(word)


@app.task(bind=True, max_retries=3)
def flaky(self, fails):
    """Fails so often, and then succeeds."""
    mark(f"try {self.request.retries}")
    if self.request.retries < fails:
        raise self.retry(countdown=0.1)
    return self.request.retries


@app.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def long(self):
    """Only a worker that got the message again comes to its end."""
    again = self.request.delivery_info["redelivered"]
    mark(f"begun redelivered={again}")
    if not again:
        threading.Event().wait()  # until the worker is killed
    return "done"
