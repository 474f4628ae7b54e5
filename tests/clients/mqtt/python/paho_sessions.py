"""Sessions: what they keep while nobody is connected, taking over, wills, and how long they live."""

import time

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.packettypes import PacketTypes

from cases import equal, eventually, unique
from peer import Peer, connected, in_every_version, properties

SUITE = "paho sessions"
V5 = mqtt.MQTTv5


def persistent(bootstrap, version, client_id, expiry=600, **options):
    props = properties("CONNECT", SessionExpiryInterval=expiry) if version == V5 else None
    return Peer(bootstrap, version, client_id=client_id, clean=False, connect_properties=props, **options)


@in_every_version
def test_messages_wait_for_a_client_that_is_away(bootstrap, version):
    topic, name = unique("away"), unique("c")
    peer = persistent(bootstrap, version, name)
    flags, _, _ = peer.connect()
    equal(flags.session_present, False)
    peer.subscribe(topic, 2)
    peer.close()
    with connected(bootstrap, version) as publisher:
        for number in range(20):
            publisher.publish(topic, b"%d" % number, 1 + number % 2)
    again = persistent(bootstrap, version, name)
    flags, _, _ = again.connect()
    equal(flags.session_present, version != mqtt.MQTTv31 or flags.session_present)
    came = again.bodies(20)  # in order for each QoS: one of QoS 2 is told later
    equal([came.index(b"%d" % number) for number in range(0, 20, 2)], sorted(came.index(b"%d" % number) for number in range(0, 20, 2)))
    equal([came.index(b"%d" % number) for number in range(1, 20, 2)], sorted(came.index(b"%d" % number) for number in range(1, 20, 2)))
    equal(len(set(came)), 20)
    again.close()
    third = persistent(bootstrap, version, name)
    third.connect()
    third.hears_nothing_more()
    third.close()


@in_every_version
def test_messages_of_a_group_wait_for_members_that_are_away(bootstrap, version):
    topic, group, names = unique("shared"), unique("group"), [unique("c"), unique("c")]
    for name in names:
        peer = persistent(bootstrap, version, name)
        peer.connect()
        equal(peer.subscribe(f"$share/{group}/{topic}", 1), [1])
        peer.close()
    with connected(bootstrap, version) as publisher:
        for number in range(20):
            publisher.publish(topic, b"%d" % number, 1)
    back = persistent(bootstrap, version, names[1])
    back.connect()
    equal(back.bodies(20), [b"%d" % number for number in range(20)])
    back.close()


@in_every_version
def test_a_clean_start_forgets_what_there_was(bootstrap, version):
    topic, name = unique("clean"), unique("c")
    peer = persistent(bootstrap, version, name)
    peer.connect()
    peer.subscribe(topic, 1)
    peer.close()
    with connected(bootstrap, version) as publisher:
        publisher.publish(topic, b"1", 1)
        with connected(bootstrap, version, client_id=name) as clean:
            clean.hears_nothing_more()
        again = persistent(bootstrap, version, name)
        flags, _, _ = again.connect()
        equal(flags.session_present, False)
        publisher.publish(topic, b"2", 1)
        again.hears_nothing_more()
        again.close()


@in_every_version
def test_what_was_not_acknowledged_comes_again_as_a_duplicate(bootstrap, version):
    topic, name = unique("again"), unique("c")
    peer = persistent(bootstrap, version, name, manual_ack=True)
    peer.connect()
    peer.subscribe(topic, 1)
    with connected(bootstrap, version) as publisher:
        for number in range(3):
            publisher.publish(topic, b"%d" % number, 1)
    first = [peer.receive() for _ in range(3)]
    peer.client.ack(first[0].mid, 1)
    eventually(lambda: not peer.client.want_write(), "the acknowledgement is sent")
    peer.cut()
    again = persistent(bootstrap, version, name)
    again.connect()
    came = [again.receive()]
    while came[-1].payload != b"2":
        came.append(again.receive())
    bodies = [message.payload for message in came]
    equal(bodies[-2:], [b"1", b"2"])  # the first one's acknowledgement may have been lost with the connection
    equal([(message.dup, message.mid) for message in came[-2:]], [(True, first[1].mid), (True, first[2].mid)])
    again.close()


@in_every_version
def test_a_second_connection_takes_the_session_over(bootstrap, version):
    name, topic = unique("c"), unique("over")
    with connected(bootstrap, version) as watcher, connected(bootstrap, version) as publisher:
        watcher.subscribe(topic + "/will", 1)
        first = persistent(bootstrap, version, name, will=(topic + "/will", b"gone", 1, False))
        first.connect()
        first.subscribe(topic, 1)
        second = persistent(bootstrap, version, name)
        flags, _, _ = second.connect()
        equal(flags.session_present, True)
        reason = first.disconnects.get(timeout=20)
        if version == V5:
            equal(reason.value, 0x8E)
        equal(watcher.receive().payload, b"gone")
        publisher.publish(topic, b"1", 1)
        equal(second.receive().payload, b"1")
        second.close()
        first.client.loop_stop()


@in_every_version
def test_a_will_is_published_when_a_client_is_cut_off_and_not_when_it_leaves(bootstrap, version):
    topic = unique("will")
    with connected(bootstrap, version) as watcher:
        watcher.subscribe(topic, 2)
        leaving = Peer(bootstrap, version, will=(topic, b"left", 1, False), client_id=unique("c"))
        leaving.connect()
        leaving.close()
        cut = Peer(bootstrap, version, will=(topic, b"cut", 2, False), client_id=unique("c"))
        cut.connect()
        cut.cut()
        message = watcher.receive()
        equal((message.payload, message.qos), (b"cut", 2))


@in_every_version
def test_a_silent_client_is_closed_after_its_keep_alive(bootstrap, version):
    topic = unique("silent")
    with connected(bootstrap, version) as watcher:
        watcher.subscribe(topic, 1)
        peer = Peer(bootstrap, version, will=(topic, b"silent", 1, False), client_id=unique("c"), keepalive=1)
        peer.connect()
        peer.client.loop_stop()
        equal(watcher.receive().payload, b"silent")
        peer.cut()


def test_a_will_waits_for_its_delay_and_is_cancelled_by_coming_back(bootstrap):
    topic, name = unique("delay"), unique("c")
    props = properties("WILLMESSAGE", WillDelayInterval=1)
    with connected(bootstrap) as watcher:
        watcher.subscribe(topic, 1)
        back = persistent(bootstrap, V5, name, will=(topic, b"back", 1, False, props))
        back.connect()
        back.cut()
        again = persistent(bootstrap, V5, name, will=(topic, b"away", 1, False, props))
        again.connect()
        again.cut()
        begun = time.monotonic()
        equal(watcher.receive().payload, b"away")
        equal(time.monotonic() - begun > 0.5, True)
        watcher.hears_nothing_more()


def test_a_disconnect_may_ask_for_the_will(bootstrap):
    topic = unique("asked")
    with connected(bootstrap) as watcher:
        watcher.subscribe(topic, 1)
        peer = Peer(bootstrap, V5, will=(topic, b"asked", 1, False), client_id=unique("c"))
        peer.connect()
        peer.close(ReasonCode(PacketTypes.DISCONNECT, identifier=0x04))
        equal(watcher.receive().payload, b"asked")


def test_a_session_ends_when_its_time_is_over(bootstrap):
    name = unique("c")
    peer = persistent(bootstrap, V5, name, expiry=1)
    peer.connect()
    peer.subscribe(unique("t"), 1)
    peer.close()

    def present():
        again = persistent(bootstrap, V5, name, expiry=1)
        flags, _, _ = again.connect()
        again.close()
        return flags.session_present

    # Each look begins it anew: the next one comes after its time.
    eventually(lambda: not present(), "the session has ended", pause_s=1.5)


def test_a_client_without_a_name_gets_one(bootstrap):
    peer = Peer(bootstrap, V5, client_id="")
    _, _, props = peer.connect()
    equal(props.AssignedClientIdentifier.startswith("auto-"), True)
    peer.close()

