"""Mosquitto and Wharf, spoken to in MQTT 3.1.1."""

import time

from brokers import TICKS
from peers import Node, Peer, greeted

CONNECT = b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05bench"  # a clean session, no keep alive
PORTS = 3  # what a Mosquitto may take from its first port on


def answers(port):
    return greeted(port, CONNECT, 4) == b"\x20\x02\x00\x00"


class Mosquitto(Peer):
    """As its program configures it."""

    def __init__(self):
        super().__init__("mosquitto", "MOSQUITTO", PORTS)

    def answers(self):
        return answers(self.port)

    def start(self):
        """Its start is from when the process began: its program takes longer than itself."""
        begin = time.clock_gettime(time.CLOCK_BOOTTIME)
        super().start()
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            began = int(stat.read().rsplit(")", 1)[1].split()[19]) / TICKS
        self.start_s -= began - begin


class PromptMosquitto(Mosquitto):
    """Without Nagle's algorithm, which by default keeps messages of QoS 0 back for milliseconds. It helps the rate: by default it is on."""

    def __init__(self):
        super().__init__()
        self.environment["MOSQUITTO_PEER_CONF"] = self.environment.get("MOSQUITTO_PEER_CONF", "") + "\nset_tcp_nodelay true"


class WharfNode(Node):
    def __init__(self):
        super().__init__("mqtt.listen")

    def answers(self):
        return answers(self.port)
