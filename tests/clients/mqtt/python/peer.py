"""A client of paho's that waits: connected, subscribed, published, received, each in one call."""

import contextlib
import queue
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from cases import unique

DEADLINE_S = 20
VERSIONS = (mqtt.MQTTv31, mqtt.MQTTv311, mqtt.MQTTv5)


def properties(packet, **values):
    """Of a packet by its name, as paho names them: properties("PUBLISH", MessageExpiryInterval=5)."""
    made = Properties(getattr(PacketTypes, packet))
    for name, value in values.items():
        setattr(made, name, value)
    return made


class Peer:
    """Everything that came is in queues, in its order."""

    def __init__(self, address, version, client_id="", clean=True, connect_properties=None, will=None, user=None,
                 manual_ack=False, keepalive=60):
        self.host, _, self.port = address.rpartition(":")
        self.version, self.clean, self.keepalive = version, clean, keepalive
        self.connect_properties = connect_properties
        self.connacks, self.messages, self.subacks, self.unsubacks = queue.Queue(), queue.Queue(), queue.Queue(), queue.Queue()
        self.disconnects = queue.Queue()
        options = {} if version == mqtt.MQTTv5 else {"clean_session": clean}
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=version, manual_ack=manual_ack,
                                  reconnect_on_failure=False, **options)
        if user:
            self.client.username_pw_set(*user)
        if will:
            self.client.will_set(*will[:4], *([will[4]] if len(will) > 4 else []))
        self.client.on_connect = lambda c, u, flags, reason, props: self.connacks.put((flags, reason, props))
        self.client.on_message = lambda c, u, message: self.messages.put(message)
        self.client.on_subscribe = lambda c, u, mid, reasons, props: self.subacks.put(reasons)
        self.client.on_unsubscribe = lambda c, u, mid, reasons, props: self.unsubacks.put(reasons)
        self.client.on_disconnect = lambda c, u, flags, reason, props: self.disconnects.put(reason)

    def connect(self):
        """What CONNACK said: flags, reason, properties."""
        options = {}
        if self.version == mqtt.MQTTv5:
            options = {"clean_start": self.clean, "properties": self.connect_properties}
        self.client.connect(self.host, int(self.port), self.keepalive, **options)
        self.client.loop_start()
        return self.connacks.get(timeout=DEADLINE_S)

    def subscribe(self, *arguments, **named):
        self.client.subscribe(*arguments, **named)
        return [reason.value for reason in self.subacks.get(timeout=DEADLINE_S)]

    def unsubscribe(self, *topics):
        self.client.unsubscribe(list(topics))
        return [reason.value for reason in self.unsubacks.get(timeout=DEADLINE_S)]

    def publish(self, topic, payload=b"", qos=0, retain=False, props=None):
        info = self.client.publish(topic, payload, qos, retain, props)
        info.wait_for_publish(DEADLINE_S)
        if not info.is_published():
            raise AssertionError(f"{topic} was not published within {DEADLINE_S} s")

    def receive(self):
        return self.messages.get(timeout=DEADLINE_S)

    def bodies(self, count):
        return [self.receive().payload for _ in range(count)]

    def hears_nothing_more(self, topic=None):
        """Nothing is on its way: what this client sends to itself now is what comes next."""
        topic = topic or unique("fence")
        self.subscribe(topic, 1)
        self.publish(topic, b"fence", 1)
        message = self.receive()
        if message.payload != b"fence":
            raise AssertionError(f"came too: {message.topic} {message.payload!r:.100}")

    def cut(self):
        """As a client whose machine has gone."""
        self.client.loop_stop()
        self.client._sock_close()

    def close(self, *arguments):
        self.client.disconnect(*arguments)
        self.client.loop_stop()


@contextlib.contextmanager
def connected(address, version=mqtt.MQTTv5, **options):
    peer = Peer(address, version, **options)
    flags, reason, _ = peer.connect()
    if reason.is_failure:
        raise AssertionError(f"not connected: {reason}")
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
