"""A connection by its bytes: many methods in one write, and nothing read that is not asked for."""

import socket
import struct

CHANNEL_MAX, FRAME_MAX = 2047, 131_072


def short(text):
    return bytes([len(text)]) + text.encode()


def long(data):
    return struct.pack(">I", len(data)) + data


def frame(kind, channel, payload):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def method(channel, class_id, method_id, arguments=b""):
    return frame(1, channel, struct.pack(">HH", class_id, method_id) + arguments)


def open_channel(channel):
    return method(channel, 20, 10, b"\0")


def declare(channel, queue, exclusive=False, auto_delete=False):
    return method(channel, 50, 10, b"\0\0" + short(queue) + bytes([exclusive << 2 | auto_delete << 3]) + long(b""))


def consume(channel, queue, tag=""):
    return method(channel, 60, 20, b"\0\0" + short(queue) + short(tag) + b"\0" + long(b""))


def publish(channel, queue, body):
    return (method(channel, 60, 40, b"\0\0" + short("") + short(queue) + b"\0")
            + frame(2, channel, struct.pack(">HHQH", 60, 0, len(body), 0)) + frame(3, channel, body))


def acknowledge(channel, delivery_tag):
    return method(channel, 60, 80, struct.pack(">QB", delivery_tag, 0))


class Connection:
    """Open, without channels."""

    def __init__(self, address, receive_bytes=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(50)
        self.socket.connect((host, int(port)))
        self.stream = self.socket.makefile("rb", buffering=1 << 16)
        self.send(b"AMQP\x00\x00\x09\x01")
        self.expect(0, 10, 10)
        self.send(method(0, 10, 11, long(b"") + short("PLAIN") + long(b"\0guest\0guest") + short("en_US")))
        self.expect(0, 10, 30)
        self.send(method(0, 10, 31, struct.pack(">HIH", CHANNEL_MAX, FRAME_MAX, 0)) + method(0, 10, 40, short("/") + b"\0\0"))
        self.expect(0, 10, 41)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def cut(self):
        self.stream.close()  # which has the socket, too
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def next_frame(self):
        """Type, channel, payload."""
        head = self.stream.read(7)
        assert len(head) == 7, "the broker has closed the connection"
        kind, channel, size = struct.unpack(">BHI", head)
        payload = self.stream.read(size)
        assert self.stream.read(1) == b"\xce"
        return kind, channel, payload

    def next_body(self):
        """Of a message that fits into one frame; what comes before it is passed over."""
        while True:
            kind, _, payload = self.next_frame()
            if kind == 3:
                return payload

    def next_method(self):
        """Its channel, class, number and arguments; contents are passed over."""
        while True:
            kind, channel, payload = self.next_frame()
            if kind == 1:
                return channel, *struct.unpack(">HH", payload[:4]), payload[4:]

    def expect(self, channel, class_id, method_id):
        """The arguments of the next method, which is to be this one."""
        *heard, arguments = self.next_method()
        assert heard == [channel, class_id, method_id], f"expected {(channel, class_id, method_id)}, heard {heard}: {arguments}"
        return arguments

    def expect_anywhere(self, class_id, method_id):
        """As expect(), on whatever channel."""
        channel, *heard, arguments = self.next_method()
        assert heard == [class_id, method_id], f"expected {(class_id, method_id)}, heard {heard} on channel {channel}: {arguments}"

    def close(self):
        self.send(method(0, 10, 50, struct.pack(">H", 200) + short("bye") + b"\0\0\0\0"))
        self.expect(0, 10, 51)
        self.cut()
