"""A broker of this suite's own: started on one data folder again and again, on the same port, and ended in every way."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

READY_DEADLINE_S = 60


def own_address():
    """One that is free over all lives of a broker, at a loopback host that is this process's alone: a port that is free at 127.0.0.1 is, while
    the broker is down, anybody's who connects to something there."""
    pid = os.getpid()
    host = f"127.{1 + (pid >> 16)}.{pid >> 8 & 255}.{pid & 255}"
    with socket.socket() as probe:
        probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"


class Broker:
    """In a `with`: killed at its end, its last words printed when that was an error."""

    def __init__(self, data, log=None, descriptors=None, **settings):
        self.program = os.environ.get("WHARF", "build/dev/wharf")
        self.data, self.settings = data, settings
        self.limits = [] if descriptors is None else ["prlimit", f"--nofile={descriptors}"]
        self.bootstrap = own_address()  # the same over all its lives: clients find it again
        self.process = None
        self.log_path = log or f"{data}.log"
        self.log = None
        self.listeners = self.admin = None

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error is not None:
            print(f"the broker's last words:\n{self.last_words()}", file=sys.stderr)
        self.kill()

    def start(self):
        settings = {"kafka.listen": self.bootstrap, **self.settings}
        arguments = ["--free-ports", *(word for key, value in settings.items() for word in ("--set", f"{key}={value}"))]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WHARF")}
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([*self.limits, self.program, "serve", "--data", self.data, *arguments], stdout=subprocess.PIPE,
                                        stderr=self.log, env=environment)
        readable, _, _ = select.select([self.process.stdout], [], [], READY_DEADLINE_S)
        line = self.process.stdout.readline() if readable else b""
        ready = json.loads(line) if line else {"ready": False}
        if not ready["ready"]:
            self.kill()
            raise AssertionError(f"the broker did not become ready; its last words:\n{self.last_words()}")
        self.listeners = ready["listeners"]
        self.admin = self.listeners["admin"]

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self, clean=True):
        """With clean=False the end may be one that says it could not write everything to its place."""
        code = self._end(signal.SIGTERM)
        if code != 0 and (clean or code != 1):
            raise AssertionError(f"the broker stopped with {code}; its last words:\n{self.last_words()}")

    def readiness(self):
        """The status of /readyz."""
        try:
            with urllib.request.urlopen(f"http://{self.admin}/readyz", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def last_words(self):
        with open(self.log_path, "rb") as log:
            return log.read()[-4000:].decode(errors="replace")

    def _end(self, number):
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired as hung:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the broker did not end; its last words:\n{self.last_words()}") from hung
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return code
