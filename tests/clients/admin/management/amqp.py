"""As much of an AMQP 0-9-1 client as it takes to be seen by an operator. Only the standard library."""

import socket
import struct

import api

PLAIN = b"PLAIN"


def port():
    listeners = api.get("/api/overview")["listeners"]
    return next(one["port"] for one in listeners if one["protocol"] == "amqp")


def short(text):
    return bytes([len(text)]) + text.encode()


def long(data):
    return struct.pack(">I", len(data)) + data


def table(**texts):
    return long(b"".join(short(name) + b"S" + long(text.encode()) for name, text in texts.items()))


class Client:
    """One connection with channel 1 open."""

    def __init__(self, name, user="guest", password="guest", vhost="/"):
        self.socket = socket.create_connection(("127.0.0.1", port()), timeout=20)
        self.stream = self.socket.makefile("rb")
        self.socket.sendall(b"AMQP\x00\x00\x09\x01")
        self.expect(10, 10)
        self.send(0, 10, 11, table(connection_name=name, product="management suite") + short("PLAIN")
                  + long(f"\0{user}\0{password}".encode()) + short("en_US"))
        tune = self.expect(10, 30)
        self.send(0, 10, 31, tune[4:10] + struct.pack(">H", 60))
        self.send(0, 10, 40, short(vhost) + b"\0\0")
        self.expect(10, 41)
        self.send(1, 20, 10, b"\0")
        self.expect(20, 11)

    def send(self, channel, class_id, method_id, arguments):
        self.frame(1, channel, struct.pack(">HH", class_id, method_id) + arguments)

    def frame(self, kind, channel, payload):
        self.socket.sendall(struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce")

    def receive(self):
        kind, channel, size = struct.unpack(">BHI", self.stream.read(7))
        payload = self.stream.read(size)
        assert self.stream.read(1) == b"\xce"
        return kind, channel, payload

    def expect(self, class_id, method_id):
        """The method's payload; what else comes before it is passed over."""
        while True:
            kind, _, payload = self.receive()
            if kind == 1 and struct.unpack(">HH", payload[:4]) == (class_id, method_id):
                return payload

    def confirm(self):
        self.send(1, 85, 10, b"\0")
        self.expect(85, 11)

    def declare(self, queue, durable=False):
        self.send(1, 50, 10, b"\0\0" + short(queue) + bytes([durable << 1]) + table())
        self.expect(50, 11)

    def publish(self, exchange, key, body=b"hello", mandatory=False):
        self.send(1, 60, 40, b"\0\0" + short(exchange) + short(key) + bytes([mandatory]))
        self.frame(2, 1, struct.pack(">HHQH", 60, 0, len(body), 0))
        self.frame(3, 1, body)

    def consume(self, queue, tag, no_ack=False, exclusive=False):
        self.send(1, 60, 20, b"\0\0" + short(queue) + short(tag) + bytes([no_ack << 1 | exclusive << 2]) + table())
        self.expect(60, 21)

    def acknowledge(self, delivery):
        self.send(1, 60, 80, struct.pack(">QB", delivery, 0))

    def close(self):
        self.send(0, 10, 50, struct.pack(">H", 200) + short("bye") + b"\0\0\0\0")
        self.expect(10, 51)
        self.socket.close()
