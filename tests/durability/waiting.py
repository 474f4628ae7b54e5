"""Waits for what must come."""

import threading
import time

_pause = threading.Event()  # never set


def eventually(condition, what, deadline_s=60):
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        _pause.wait(0.02)
