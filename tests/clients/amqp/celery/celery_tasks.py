"""A Celery program moves here by the name of its host."""

import base64
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from cases import equal, eventually, raises, unique
from celery import Celery, group

SUITE = "celery"
HERE = pathlib.Path(__file__).resolve().parent


class Jobs:
    """A queue of its own, the program that sends to it, and its workers."""

    def __init__(self, bootstrap, folder, **more):
        self.queue = unique("jobs")
        self.folder = pathlib.Path(folder)
        self.broker = f"amqp://guest:guest@{bootstrap}//"
        self.environment = os.environ | {"BROKER": self.broker, "QUEUE": self.queue, "FOLDER": folder} | more
        self.app = Celery("jobs", broker=self.broker, backend="rpc://")
        self.app.conf.task_default_queue = self.queue
        self.app.conf.task_default_queue_type = more.get("QUEUE_TYPE", "classic")
        if "PRIORITIES" in more:
            self.app.conf.task_queue_max_priority = 10
        self.workers = []
        self.names = []

    def work(self):
        """A worker, once it answers."""
        name = unique("worker") + "@here"
        command = [sys.executable, "-m", "celery", "-A", "jobs", "worker", "-P", "solo", "-n", name, "--loglevel", "WARNING", "-E"]
        log = open(self.folder / f"{name}.log", "wb")
        worker = subprocess.Popen(command, cwd=HERE, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        self.workers.append(worker)
        self.names.append(name)
        eventually(lambda: self.app.control.ping(destination=[name], timeout=1), f"an answer of {name}")
        return worker

    def send(self, task, *arguments, **options):
        return self.app.signature(f"jobs.{task}", args=arguments, options=options).apply_async()

    def story(self):
        path = self.folder / "story"
        return path.read_text().splitlines() if path.exists() else []

    def end(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait()
        with self.app.connection() as connection, connection.channel() as channel:
            channel.queue_delete(self.queue)


@contextlib.contextmanager
def _jobs(bootstrap, **more):
    with tempfile.TemporaryDirectory() as folder:
        jobs = Jobs(bootstrap, folder, **more)
        try:
            yield jobs
        except BaseException:
            for log in jobs.folder.glob("*.log"):
                print(log.read_text(), file=sys.stderr)
            raise
        finally:
            jobs.end()


def test_results_of_tasks_come_back(bootstrap):
    with _jobs(bootstrap) as jobs:
        jobs.work()
        equal(jobs.send("add", 2, 3).get(timeout=20), 5)
        sums = group(jobs.app.signature("jobs.add", args=(n, n)) for n in range(50)).apply_async()
        equal(sums.get(timeout=20), [2 * n for n in range(50)])


def test_a_task_that_fails_is_tried_again(bootstrap):
    with _jobs(bootstrap) as jobs:
        jobs.work()
        equal(jobs.send("flaky", 2).get(timeout=30), 2)
        equal(jobs.story(), ["try 0", "try 1", "try 2"])
        raises(Exception, jobs.send("flaky", 9).get, timeout=30)


def test_what_a_killed_worker_had_begun_goes_to_another(bootstrap):
    with _jobs(bootstrap) as jobs:
        lost = jobs.work()
        result = jobs.send("long")
        eventually(lambda: jobs.story() == ["begun redelivered=False"], "the task has begun")
        lost.send_signal(signal.SIGKILL)
        jobs.work()
        equal(result.get(timeout=30), "done")
        equal(jobs.story(), ["begun redelivered=False", "begun redelivered=True"])


def test_urgent_tasks_overtake_others(bootstrap):
    with _jobs(bootstrap, PRIORITIES="1") as jobs:
        for n, priority in enumerate((0, 9, 5, 9)):
            jobs.send("told", str(n), priority=priority)
        jobs.work()
        eventually(lambda: len(jobs.story()) == 4, "all four")
        equal(jobs.story(), ["1", "3", "2", "0"])


def test_tasks_on_a_quorum_queue(bootstrap):
    with _jobs(bootstrap, QUEUE_TYPE="quorum") as jobs:
        jobs.work()
        equal(jobs.send("add", 20, 22).get(timeout=20), 42)
        equal(jobs.send("flaky", 1).get(timeout=20), 1)


def _hold_until_eta(queue):
    policy = {"pattern": f"^{queue}$", "apply-to": "queues", "definition": {"hold-until": "eta"}}
    request = urllib.request.Request(f"http://{os.environ['WHARF_ADMIN']}/api/policies/%2F/{queue}", json.dumps(policy).encode(), method="PUT",
                                     headers={"Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()})
    urllib.request.urlopen(request, timeout=20).close()


def _ready(jobs):
    with jobs.app.connection() as connection, connection.channel() as channel:
        return channel.queue_declare(jobs.queue, passive=True).message_count


def test_tasks_with_an_eta_wait_in_the_broker_where_a_policy_says_so(bootstrap):
    """celery/celery#9207: a worker takes tasks that are due tomorrow, and holds them until then."""
    if "WHARF_ADMIN" not in os.environ:
        return
    with _jobs(bootstrap) as jobs:
        jobs.work()
        _hold_until_eta(jobs.queue)
        begun = time.monotonic()
        later = [jobs.send("add", n, n, countdown=4) for n in range(20)]
        never = jobs.send("add", 0, 0, countdown=86_400)
        equal(jobs.send("add", 20, 22).get(timeout=20), 42, "what has no time goes before them")
        (reserved,) = jobs.app.control.inspect(destination=jobs.names, timeout=20).scheduled().values()
        equal(reserved, [], "a worker holds none")
        equal(_ready(jobs), 0)
        equal([one.get(timeout=30) for one in later], [2 * n for n in range(20)])
        equal(time.monotonic() - begun >= 4, True, "not before their time")
        equal(never.ready(), False)


@contextlib.contextmanager
def _claiming(version):
    """The address of a broker of the case's own that says it is this RabbitMQ."""
    command = [os.environ["WHARF"], "serve", "--memory", "--free-ports", "--set", f"amqp.server.version={version}"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WHARF_")}  # they are settings to it
    broker = subprocess.Popen(command, env=clean, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield json.loads(broker.stdout.readline())["listeners"]["amqp"]
    finally:
        broker.kill()
        broker.wait()


def test_a_broker_that_claims_to_be_newer_is_asked_in_another_way_and_does_as_well(bootstrap):
    """celery/kombu#2481: from 4.0 on kombu leaves the channel-wide prefetch out."""
    if "WHARF" not in os.environ:
        return
    with _claiming("4.2.0") as newer:
        for kind in ("classic", "quorum"):
            with _jobs(newer, QUEUE_TYPE=kind) as jobs:
                jobs.work()
                later = jobs.send("add", 1, 2, countdown=0.5)
                equal(jobs.send("add", 20, 22).get(timeout=20), 42, kind)
                equal(later.get(timeout=20), 3, kind)
                equal(jobs.send("flaky", 1).get(timeout=20), 1, kind)


def test_workers_are_asked_what_they_do(bootstrap):
    with _jobs(bootstrap) as jobs:
        jobs.work()
        inspected = jobs.app.control.inspect(destination=jobs.names, timeout=20)
        (tasks,) = inspected.registered().values()
        equal("jobs.flaky" in tasks, True, "registered")
        (queues,) = inspected.active_queues().values()
        equal([queue["name"] for queue in queues], [jobs.queue], "active queues")
