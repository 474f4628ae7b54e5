"""A client of stomp.py's that waits: connected, subscribed, sent, received, each in one call."""

import contextlib
import os
import queue

import stomp

from cases import unique

DEADLINE_S = 20
VERSIONS = ("1.0", "1.1", "1.2")
OF_VERSION = {"1.0": stomp.StompConnection10, "1.1": stomp.StompConnection11, "1.2": stomp.StompConnection12}
IS_RABBITMQ = os.environ.get("WHARF_AGAINST") == "rabbitmq"


class Peer(stomp.ConnectionListener):
    """Everything that came is in queues, in its order."""

    def __init__(self, address, version="1.2", vhost="/", user=("guest", "guest"), heartbeats=None, connect_headers=None, **options):
        host, _, port = address.rpartition(":")
        self.version = version
        self.messages, self.receipts, self.errors = queue.Queue(), queue.Queue(), queue.Queue()
        self.connects, self.ends = queue.Queue(), queue.Queue()
        self.beats = 0
        if version != "1.0":
            options["vhost"] = vhost
            options["heartbeats"] = heartbeats or (0, 0)
        self.connection = OF_VERSION[version]([(host, int(port))], reconnect_attempts_max=1, auto_decode=False, **options)
        self.connection.set_listener("peer", self)
        login = {"username": user[0], "passcode": user[1]} if user else {}
        self.connection.connect(wait=False, headers=connect_headers or {}, **login)

    def on_connected(self, frame):
        self.connects.put(frame)

    def on_message(self, frame):
        self.messages.put(frame)

    def on_receipt(self, frame):
        self.receipts.put(frame.headers["receipt-id"])

    def on_error(self, frame):
        self.errors.put(frame)

    def on_heartbeat(self):
        self.beats += 1

    def on_disconnected(self):
        self.ends.put(True)

    def receipt_of(self, action, *arguments, **named):
        """The action's frame asks for a receipt, which is waited for."""
        name = unique("receipt")
        headers = {**named.pop("headers", {}), "receipt": name}
        action(*arguments, headers=headers, **named)
        seen = self.receipts.get(timeout=DEADLINE_S)
        if seen != name:
            raise AssertionError(f"expected receipt {name}, got {seen}")

    def subscribe(self, destination, number="1", ack="auto", **headers):
        self.receipt_of(self.connection.subscribe, destination, id=number, ack=ack, headers=headers)

    def unsubscribe(self, number="1", **headers):
        self.receipt_of(self.connection.unsubscribe, id=number, headers=headers)

    def send(self, destination, body=b"", **headers):
        self.receipt_of(self.connection.send, destination, body, headers=headers)

    def receive(self):
        return self.messages.get(timeout=DEADLINE_S)

    def bodies(self, count):
        return [self.receive().body for _ in range(count)]

    def error(self):
        return self.errors.get(timeout=DEADLINE_S)

    def ack(self, message, verb="ack", **headers):
        name = unique("receipt")
        of_version = {"1.0": ("message-id",), "1.1": ("message-id", "subscription"), "1.2": ("ack",)}[self.version]
        getattr(self.connection, verb)(*(message.headers[header] for header in of_version), receipt=name, **headers)
        seen = self.receipts.get(timeout=DEADLINE_S)
        if seen != name:
            raise AssertionError(f"expected receipt {name}, got {seen}")

    def hears_nothing_more(self):
        """Nothing is on its way: what this client sends to itself now is what comes next."""
        fence = f"/queue/{unique('fence')}"
        self.subscribe(fence, unique("fence"))
        self.send(fence, b"fence")
        message = self.receive()
        if message.body != b"fence":
            raise AssertionError(f"came too: {message.headers} {message.body!r:.100}")

    def cut(self):
        """As a client whose machine has gone."""
        self.connection.transport.disconnect_socket()

    def close(self):
        with contextlib.suppress(stomp.exception.NotConnectedException):
            self.connection.disconnect(receipt=unique("bye"))


@contextlib.contextmanager
def connected(address, version="1.2", **options):
    peer = Peer(address, version, **options)
    peer.connects.get(timeout=DEADLINE_S)
    try:
        yield peer
    finally:
        peer.close()


def in_every_version(case):
    """The case runs once with each version of the protocol, as its second argument."""
    def run(bootstrap):
        for version in VERSIONS:
            case(bootstrap, version)
    run.__name__, run.__module__ = case.__name__, case.__module__
    return run
