"""RabbitMQ and Wharf as AMQP 0-9-1 nodes."""

from brokers import free_ports
from peers import Node, Peer, greeted

PORTS = 10  # what a RabbitMQ node may take above its first port


def answers(port):
    """Whether a broker answers the protocol header with a frame of connection.start (class 10, method 10)."""
    start = greeted(port, b"AMQP\x00\x00\x09\x01", 11)
    return start[:1] == b"\x01" and start[7:] == b"\x00\x0a\x00\x0a"


class RabbitMQ(Peer):
    def __init__(self):
        super().__init__("rabbitmq", "RABBITMQ", PORTS)

    def answers(self):
        return answers(self.port)


class WharfNode(Node):
    def __init__(self):
        super().__init__("amqp.listen")

    def answers(self):
        return answers(self.port)


class WatchedWharf(WharfNode):
    """Wharf with its API and its metrics, for a Watcher."""

    def __init__(self):
        super().__init__()
        self.admin_listen = self.listen["admin.listen"] = f"127.0.0.1:{free_ports(1)}"
