"""Runs the test_* functions of some modules side by side and prints one line per case.

A case is a function `test_<the sentence it proves>(bootstrap)`. It passes when it returns, fails when it raises, and
fails when it has not ended within CASE_DEADLINE_S: a broker that hangs fails the case and never hangs the suite.
Only the standard library is used, so that suites without dependencies can run on a bare machine.
"""

import inspect
import os
import queue
import sys
import threading
import time
import traceback
import uuid

CASE_DEADLINE_S = 60
PARALLEL = 8


def unique(word):
    """A name that no other case, run or suite uses: cases share one broker."""
    return f"{word}-{uuid.uuid4().hex[:12]}"


def eventually(condition, what, deadline_s=30, pause_s=0.02):
    """Polls until condition() is true and returns its value; raises when the deadline passes."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(pause_s)


def equal(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r:.300}, got {actual!r:.300}")


def raises(error_type, action, *arguments, **named):
    """Calls action, which must raise error_type; returns the error for a closer look."""
    try:
        value = action(*arguments, **named)
    except error_type as error:
        return error
    raise AssertionError(f"expected {error_type.__name__}, got the value {value!r:.300}")


class _Run:
    def __init__(self, function, suite):
        self.name = f"{suite}: " + function.__name__.removeprefix("test_").replace("_", " ")
        self.function = function
        self.failure = None
        self.seconds = 0.0
        self.begun = None


def _collect(modules, wanted):
    runs = []
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and function.__module__ == module.__name__:
                runs.append(_Run(function, getattr(module, "SUITE", module.__name__)))
    return [run for run in runs if wanted in run.name or wanted.replace("_", " ") in run.name]


def _work(todo, done, bootstrap):
    while True:
        try:
            run = todo.get_nowait()
        except queue.Empty:
            return
        run.begun = time.monotonic()
        try:
            run.function(bootstrap)
        except BaseException:  # a client's thread may raise anything; the case failed all the same
            run.failure = traceback.format_exc(limit=-4)
        run.seconds = time.monotonic() - run.begun
        done.put(run)


def _not_yet():
    """Names of cases that the broker under test is known to fail: WHARF_NOT_YET names the file, a name a line, '#' before
    why. Such a case must fail: one that passes is a failure until its line is gone."""
    path = os.environ.get("WHARF_NOT_YET")
    if not path:
        return set()
    with open(path, encoding="utf-8") as lines:
        return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def _expect_failure(run):
    if run.failure:
        print(f"not yet {run.name} ({run.seconds:.1f} s)", flush=True)
        run.failure = None
        return
    run.failure = "passes now: take its line out of the list of what does not work yet"


def _report(run):
    print(f"{'FAIL' if run.failure else 'ok  '} {run.name} ({run.seconds:.1f} s)", flush=True)
    if run.failure:
        print("     " + run.failure.rstrip().replace("\n", "\n     "), flush=True)


def main(*modules, parallel=PARALLEL):
    bootstrap = os.environ.get("WHARF_BOOTSTRAP")
    if not bootstrap:
        sys.exit("WHARF_BOOTSTRAP=host:port names the broker under test")
    runs = _collect(modules, os.environ.get("WHARF_TEST_FILTER", ""))
    todo, done = queue.Queue(), queue.Queue()
    for run in runs:
        todo.put(run)
    for _ in range(parallel):
        threading.Thread(target=_work, args=(todo, done, bootstrap), daemon=True).start()

    not_yet = _not_yet()
    passed, open_runs = 0, list(runs)
    while open_runs:
        try:
            run = done.get(timeout=0.5)
            if run not in open_runs:
                continue  # it ended after its deadline and is reported already
            open_runs.remove(run)
            if run.name in not_yet:
                _expect_failure(run)
            _report(run)
            passed += run.failure is None
        except queue.Empty:
            pass
        for run in list(open_runs):
            if run.begun and time.monotonic() - run.begun > CASE_DEADLINE_S:
                open_runs.remove(run)
                run.seconds, run.failure = CASE_DEADLINE_S, f"did not end within {CASE_DEADLINE_S} s"
                _report(run)
                threading.Thread(target=_work, args=(todo, done, bootstrap), daemon=True).start()
    print(f"{passed} passed, {len(runs) - passed} failed", flush=True)
    os._exit(0 if passed == len(runs) and runs else 1)  # threads of a hung case must not keep the process
