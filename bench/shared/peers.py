"""Two kinds of node that a comparison has: a broker that a program of the reader's runs, and Wharf as it comes with one dialect's port."""

import os
import pathlib
import shlex
import socket
import subprocess
import sys

from brokers import Broker, Wharf, free_ports


def greeted(port, greeting, answer_bytes):
    """What a broker answers first to a greeting; nothing where it does not answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            connection.sendall(greeting)
            return connection.recv(answer_bytes, socket.MSG_WAITALL)
    except OSError:
        return b""


class Peer(Broker):
    """One node, by the program that the environment names, as that configures it: `start --port P --dir D` returns once it serves; `pid` and
    `stop`, with the same options, name the broker's process and end it."""

    def __init__(self, name, variable, ports, door=0):
        """`ports`: what a node may take from its first one on. `door`: which of them is spoken to."""
        if not os.environ.get(variable):
            here = pathlib.Path(sys.argv[0]).parent.name
            raise SystemExit(f"bench: set {variable} to a program that runs a node of {name} (see bench/{here}/run), or say --only wharf")
        super().__init__(name)
        self.program = shlex.split(os.environ[variable])
        self.first_port = free_ports(ports)
        self.port = self.first_port + door
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.environment = dict(os.environ)

    def asked(self, command):
        return [*self.program, command, "--port", str(self.first_port), "--dir", f"{self.folder}/node"]

    def start(self):
        self.launch(self.asked("start"), self.environment)
        if self.process.wait() != 0:
            raise SystemExit(f"{self.name} did not start; see {self.folder}/log")
        self.pid = int(subprocess.run(self.asked("pid"), check=True, capture_output=True, text=True).stdout)

    def stop(self):
        subprocess.run(self.asked("stop"), check=True, stdout=self.log, stderr=self.log)
        self.log.close()


class Node(Wharf):
    """Wharf as it comes (flush = sync): the ports alone are chosen."""

    def __init__(self, listener):
        super().__init__("sync")
        self.name = "wharf"
        self.listen = {listener: self.bootstrap}

    def start(self):
        self.serve(self.listen)
