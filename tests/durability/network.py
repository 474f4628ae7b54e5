"""A network of this suite's own: a machine behind a cable, as a network namespace, in a `with`. Needs root."""

import os
import subprocess

NEAR, FAR = "10.213.77.1", "10.213.77.2"


class FarMachine:
    """`NEAR` is this machine's address as seen from there."""

    def __init__(self):
        self.name = f"wharf-far-{os.getpid()}"
        self.near_end, self.far_end = f"wn{os.getpid()}", f"wf{os.getpid()}"

    def __enter__(self):
        try:
            _run("ip", "netns", "add", self.name)
            _run("ip", "link", "add", self.near_end, "type", "veth", "peer", "name", self.far_end, "netns", self.name)
            _run("ip", "address", "add", f"{NEAR}/30", "dev", self.near_end)
            _run("ip", "link", "set", self.near_end, "up")
            self._there("ip", "address", "add", f"{FAR}/30", "dev", self.far_end)
            for end in ("lo", self.far_end):
                self._there("ip", "link", "set", end, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "link", "delete", self.near_end], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)

    def start(self, *command):
        """A program over there, with what it prints."""
        return subprocess.Popen(["ip", "netns", "exec", self.name, *command], stdout=subprocess.PIPE, text=True)

    def pull_the_cable(self):
        """Nothing arrives any more, and nobody is told."""
        self._there("ip", "link", "set", self.far_end, "down")

    def _there(self, *command):
        _run("ip", "netns", "exec", self.name, *command)


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr.strip()}")
