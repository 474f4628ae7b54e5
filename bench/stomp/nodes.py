"""RabbitMQ's STOMP plugin and Wharf, spoken to in STOMP 1.2."""

from peers import Node, Peer, greeted

CONNECT = b"CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\x00"
PORTS = 10  # what a RabbitMQ node may take from its first port on
STOMP = 2  # which of them is STOMP's


def answers(port):
    return greeted(port, CONNECT, 10) == b"CONNECTED\n"


class RabbitMQ(Peer):
    def __init__(self):
        super().__init__("rabbitmq", "RABBITMQ", PORTS, STOMP)

    def answers(self):
        return answers(self.port)


class WharfNode(Node):
    def __init__(self):
        super().__init__("stomp.listen")

    def answers(self):
        return answers(self.port)
