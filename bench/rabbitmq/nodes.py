"""RabbitMQ and Wharf as AMQP 0-9-1 nodes: bench/kafka's brokers, spoken to by AMQP's header."""

import os
import shlex
import socket
import subprocess

from brokers import Broker, Wharf, free_port

PORTS = 10  # what a RabbitMQ node may take above its first port


def answers(port):
    """Whether a broker answers the protocol header with a frame of connection.start (class 10, method 10)."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            start = connection.recv(11, socket.MSG_WAITALL)
            return start[:1] == b"\x01" and start[7:] == b"\x00\x0a\x00\x0a"
    except OSError:
        return False


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports():
    """The first of PORTS free ports in a row."""
    while True:
        first = free_port()
        if first + PORTS < 65536 and all(is_free(first + more) for more in range(PORTS)):
            return first


class RabbitMQ(Broker):
    """One node, by the program that RABBITMQ names, as that configures it."""

    def __init__(self):
        if not os.environ.get("RABBITMQ"):
            raise SystemExit("bench: set RABBITMQ to a program that runs a RabbitMQ node (see bench/rabbitmq/run), or say --only wharf")
        super().__init__("rabbitmq")
        self.program = shlex.split(os.environ["RABBITMQ"])
        self.port = free_ports()
        self.bootstrap = f"127.0.0.1:{self.port}"

    def answers(self):
        return answers(self.port)

    def asked(self, command):
        return [*self.program, command, "--port", str(self.port), "--dir", f"{self.folder}/node"]

    def start(self):
        self.launch(self.asked("start"), dict(os.environ))
        if self.process.wait() != 0:
            raise SystemExit(f"{self.name} did not start; see {self.folder}/log")
        self.pid = int(subprocess.run(self.asked("pid"), check=True, capture_output=True, text=True).stdout)

    def stop(self):
        subprocess.run(self.asked("stop"), check=True, stdout=self.log, stderr=self.log)
        self.log.close()


class WharfNode(Wharf):
    """Wharf as it comes (flush = sync): the ports alone are chosen."""

    def __init__(self, admin_listen=""):
        super().__init__("sync")
        self.name = "wharf"
        self.admin_listen = admin_listen

    def answers(self):
        return answers(self.port)

    def start(self):
        self.launch([self.program(), "serve", "--data", f"{self.folder}/data", "--set", f"amqp.listen={self.bootstrap}", "--set",
                     f"kafka.listen=127.0.0.1:{free_port()}", "--set", "mqtt.listen=", "--set", "stomp.listen=", "--set", "stomp.ws_listen=", "--set", "mqtt.ws_listen=", "--set",
                     f"admin.listen={self.admin_listen}"])


class WatchedWharf(WharfNode):
    """Wharf with its API and its metrics, for a Watcher."""

    def __init__(self):
        super().__init__(f"127.0.0.1:{free_port()}")
