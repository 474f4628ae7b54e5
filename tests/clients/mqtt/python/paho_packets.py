"""Packets as a client would never send them: each gets the specification's answer, and only its connection ends."""

import socket

from cases import equal, unique
from peer import connected

SUITE = "packets"

CONNECT_311 = bytes([0x10, 14, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 2]) + b"ab"
CONNECT_5 = bytes([0x10, 13, 0, 4]) + b"MQTT" + bytes([5, 2, 0, 60, 0, 0, 0])


def spoken(bootstrap, sent):
    """All that the broker says until it closes."""
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(sent)
        heard = b""
        while True:
            try:
                more = connection.recv(4096)
            except ConnectionResetError:
                return heard
            if not more:
                return heard
            heard += more


def disconnected_with(bootstrap, sent):
    """The reason code of the DISCONNECT that a client of MQTT 5 gets."""
    heard = spoken(bootstrap, CONNECT_5 + sent)
    equal(heard[0], 0x20)
    while heard and heard[0] != 0xE0:
        heard = heard[2 + heard[1]:]
    return heard[2] if heard else None


class Device:
    """A client of MQTT 3.1.1 with a session that lasts, packet by packet."""

    def __init__(self, bootstrap, name):
        host, _, port = bootstrap.rpartition(":")
        self.connection = socket.create_connection((host, int(port)), timeout=20)
        body = bytes([0, 4]) + b"MQTT" + bytes([4, 0, 0, 60]) + len(name).to_bytes(2, "big") + name.encode()
        self.send(0x10, body)
        equal(self.read()[0], 0x20)

    def send(self, first, body):
        self.connection.sendall(bytes([first, len(body)]) + body)

    def read(self):
        """The next packet's first byte and body; all are short here."""
        header = self.connection.recv(2, socket.MSG_WAITALL)
        return header[0], self.connection.recv(header[1], socket.MSG_WAITALL)

    def subscribe(self, topic, qos):
        self.send(0x82, bytes([0, 1]) + len(topic).to_bytes(2, "big") + topic.encode() + bytes([qos]))
        equal(self.read(), (0x90, bytes([0, 1, qos])))

    def publish(self):
        """The next PUBLISH: its duplicate flag, identifier and payload."""
        first, body = self.read()
        equal(first & 0xF6, 0x34, f"QoS 2, heard {first:x}")
        after = 2 + int.from_bytes(body[:2], "big")
        return first & 8 != 0, int.from_bytes(body[after:after + 2], "big"), body[after + 2:]


def test_a_session_takes_up_qos_2_where_it_was_cut_off(bootstrap):
    topic, name = unique("resume"), unique("c")
    device = Device(bootstrap, name)
    device.subscribe(topic, 2)
    with connected(bootstrap) as publisher:
        for body in (b"one", b"two", b"three"):
            publisher.publish(topic, body, 2)
    came = [device.publish() for _ in range(3)]
    equal([(dup, body) for dup, _, body in came], [(False, b"one"), (False, b"two"), (False, b"three")])
    ids = [number.to_bytes(2, "big") for _, number, _ in came]
    device.send(0x50, ids[0])
    equal(device.read(), (0x62, ids[0]))
    device.connection.close()

    device = Device(bootstrap, name)  # the first is the device's; its release comes again, the others themselves
    equal(device.read(), (0x62, ids[0]))
    equal([device.publish() for _ in range(2)], [(True, came[1][1], b"two"), (True, came[2][1], b"three")])
    for number in ids[1:]:
        device.send(0x50, number)
        equal(device.read(), (0x62, number))
    for number in ids:
        device.send(0x70, number)
    device.send(0xC0, b"")
    equal(device.read(), (0xD0, b""))
    device.connection.close()

    device = Device(bootstrap, name)
    device.send(0xC0, b"")
    equal(device.read(), (0xD0, b""))
    device.connection.close()


def test_a_publish_of_qos_2_that_comes_again_is_the_same_message(bootstrap):
    topic, name = unique("again"), unique("c")
    packet = len(topic).to_bytes(2, "big") + topic.encode() + bytes([0, 7]) + b"once"
    with connected(bootstrap) as subscriber:
        subscriber.subscribe(topic, 2)
        for first in (0x34, 0x3C, 0x3C):
            device = Device(bootstrap, name)
            device.send(first, packet)
            equal(device.read(), (0x50, bytes([0, 7])))
            device.connection.close()
        equal(subscriber.receive().payload, b"once")
        subscriber.hears_nothing_more()
        device = Device(bootstrap, name)
        device.send(0x62, bytes([0, 7]))
        equal(device.read(), (0x70, bytes([0, 7])))
        device.send(0x34, packet)  # the identifier is free: a new message
        equal(device.read(), (0x50, bytes([0, 7])))
        equal(subscriber.receive().payload, b"once")
        device.connection.close()


def test_an_unknown_protocol_level_is_told_so(bootstrap):
    equal(spoken(bootstrap, bytes([0x10, 14, 0, 4]) + b"MQTT" + bytes([2, 2, 0, 60, 0, 2]) + b"ab"), bytes([0x20, 2, 0, 1]))
    heard = spoken(bootstrap, bytes([0x10, 14, 0, 4]) + b"MQTT" + bytes([9, 2, 0, 60, 0, 2]) + b"ab")
    equal((heard[0], heard[3]), (0x20, 0x84))


def test_an_empty_client_id_without_a_clean_session_is_refused(bootstrap):
    equal(spoken(bootstrap, bytes([0x10, 12, 0, 4]) + b"MQTT" + bytes([4, 0, 0, 60, 0, 0])), bytes([0x20, 2, 0, 2]))


def test_a_wrong_password_is_refused(bootstrap):
    body = bytes([0, 4]) + b"MQTT" + bytes([4, 0xC2, 0, 60, 0, 2]) + b"ab" + b"\0\5guest" + b"\0\5wrong"
    equal(spoken(bootstrap, bytes([0x10, len(body)]) + body), bytes([0x20, 2, 0, 4]))


def test_a_virtual_host_stands_before_the_user(bootstrap):
    for user, answer in ((b"/:guest", 0), (b"nope:guest", 4)):
        body = bytes([0, 4]) + b"MQTT" + bytes([4, 0xC2, 0, 60, 0, 0]) + len(user).to_bytes(2, "big") + user + b"\0\5guest"
        equal(spoken(bootstrap, bytes([0x10, len(body)]) + body + bytes([0xE0, 0])), bytes([0x20, 2, 0, answer]))


def test_what_is_no_connect_first_is_closed_without_a_word(bootstrap):
    for packet in (bytes([0xC0, 0]), bytes([0x30, 3, 0, 1, 65]), bytes([0x82, 6, 0, 1, 0, 1, 65, 0])):
        equal(spoken(bootstrap, packet), b"")


def test_malformed_packets_close_only_their_connection(bootstrap):
    with connected(bootstrap) as bystander:
        cases = {
            "a second CONNECT": (CONNECT_5, 0x82),
            "reserved flags": (bytes([0xC1, 0]), 0x81),
            "packet type 0": (bytes([0x00, 0]), 0x81),
            "a length of five bytes": (bytes([0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1]), 0x81),
            "QoS 3": (bytes([0x36, 6, 0, 1, 65, 0, 1, 0]), 0x81),
            "packet identifier 0": (bytes([0x32, 6, 0, 1, 65, 0, 0, 0]), 0x82),
            "a wildcard in a topic name": (bytes([0x30, 4, 0, 1, 0x23, 0]), 0x90),
            "no topic and no alias": (bytes([0x30, 3, 0, 0, 0]), 0x82),
            "topic alias 0": (bytes([0x30, 7, 0, 1, 65, 3, 0x23, 0, 0]), 0x94),
            "a topic alias above the maximum": (bytes([0x30, 7, 0, 1, 65, 3, 0x23, 0xFF, 0xFF]), 0x94),
            "a subscription identifier in PUBLISH": (bytes([0x30, 6, 0, 1, 65, 2, 0x0B, 1]), 0x82),
            "SUBSCRIBE without a filter": (bytes([0x82, 3, 0, 1, 0]), 0x82),
            "subscription options that there are not": (bytes([0x82, 7, 0, 1, 0, 0, 1, 65, 0xC0]), 0x81),
            "no local on a shared subscription": (bytes([0x82, 17, 0, 1, 0, 0, 11]) + b"$share/g/ab" [:11] + bytes([4]), 0x82),
            "a packet that only servers send": (bytes([0x20, 3, 0, 0, 0]), 0x82),
            "AUTH that was not agreed": (bytes([0xF0, 0]), 0x82),
            "text that is no UTF-8": (bytes([0x30, 4, 0, 1, 0xFF, 0]), 0x81),
            "a session that cannot be kept": (bytes([0xE0, 7, 0, 5, 0x11, 0, 0, 0, 9]), 0x82),
        }
        for name, (packet, reason) in cases.items():
            equal(disconnected_with(bootstrap, packet), reason, name)
        topic = unique("bystander")
        bystander.subscribe(topic, 1)
        bystander.publish(topic, b"1", 1)
        equal(bystander.receive().payload, b"1")


def test_a_packet_above_the_limit_is_refused_by_its_length(bootstrap):
    equal(disconnected_with(bootstrap, bytes([0x30, 0xFF, 0xFF, 0xFF, 0x7F])), 0x95)


def test_answers_to_what_is_not_there_say_so(bootstrap):
    heard = spoken(bootstrap, CONNECT_5 + bytes([0x62, 2, 0, 9, 0x50, 2, 0, 9, 0xE0, 0]))
    rest = heard[2 + heard[1]:]
    equal(rest, bytes([0x70, 3, 0, 9, 0x92, 0x62, 3, 0, 9, 0x92]))


def test_more_than_the_receive_maximum_ends_the_connection(bootstrap):
    publishes = b"".join(bytes([0x34, 6, 0, 1, 65]) + number.to_bytes(2, "big") + b"\0" for number in range(1, 1200))
    equal(disconnected_with(bootstrap, publishes), 0x93)
