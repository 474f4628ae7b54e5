"""Retained messages: the last of each topic, for whoever subscribes later."""

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from cases import equal, unique
from peer import Peer, connected, in_every_version, properties

SUITE = "paho retained"
V5 = mqtt.MQTTv5


def _told(message):
    return message.topic, message.payload, message.qos, message.retain


@in_every_version
def test_the_last_message_of_a_topic_waits_for_subscribers(bootstrap, version):
    topic = unique("kept")
    with connected(bootstrap, version) as publisher:
        publisher.publish(topic, b"old", 1, retain=True)
        publisher.publish(topic, b"new", 1, retain=True)
        publisher.publish(topic, b"passing", 1)
        for qos in (0, 1, 2):
            with connected(bootstrap, version) as subscriber:
                subscriber.subscribe(topic, qos)
                equal(_told(subscriber.receive()), (topic, b"new", min(qos, 1), True))
                publisher.publish(topic, b"live", 1, retain=False)
                equal(_told(subscriber.receive()), (topic, b"live", min(qos, 1), False))


@in_every_version
def test_a_retained_message_reaches_who_is_there_as_any_other(bootstrap, version):
    topic = unique("there")
    with connected(bootstrap, version) as peer:
        peer.subscribe(topic, 1)
        peer.publish(topic, b"1", 1, retain=True)
        equal(_told(peer.receive()), (topic, b"1", 1, False))
        peer.publish(topic, b"", 1, retain=True)
        equal(_told(peer.receive()), (topic, b"", 1, False))


@in_every_version
def test_an_empty_message_takes_the_topics_last_one_away(bootstrap, version):
    topic = unique("taken")
    with connected(bootstrap, version) as peer:
        peer.publish(topic, b"1", 1, retain=True)
        peer.publish(topic, b"", 1, retain=True)
        peer.subscribe(topic, 1)
        peer.hears_nothing_more()


@in_every_version
def test_wildcards_find_all_that_is_retained(bootstrap, version):
    root = unique("many")
    with connected(bootstrap, version) as peer:
        names = [f"{root}/{floor}/{room}" for floor in range(10) for room in ("light", "heat", "door")]
        for name in names + [root, f"{root}x"]:
            peer.publish(name, name.encode(), 1, retain=True)
        for topic_filter, wanted in ((f"{root}/#", names + [root]), (f"{root}/+/heat", [n for n in names if n.endswith("heat")])):
            with connected(bootstrap, version) as subscriber:
                subscriber.subscribe(topic_filter, 1)
                came = [subscriber.receive() for _ in wanted]
                equal(sorted(message.topic for message in came), sorted(wanted), topic_filter)
                equal({message.retain for message in came}, {True})
                subscriber.hears_nothing_more()


@in_every_version
def test_a_subscription_that_is_made_again_gets_them_again(bootstrap, version):
    topic = unique("again")
    with connected(bootstrap, version) as peer:
        peer.publish(topic, b"1", 1, retain=True)
        for _ in range(2):
            peer.subscribe(topic, 1)
            equal(peer.receive().payload, b"1")


def test_retain_handling_says_when_they_are_wanted(bootstrap):
    topic = unique("handling")
    with connected(bootstrap) as peer:
        peer.publish(topic, b"1", 1, retain=True)
        peer.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=2))
        peer.hears_nothing_more()
        peer.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=1))
        peer.hears_nothing_more()
        peer.unsubscribe(topic)
        peer.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=1))
        equal(peer.receive().payload, b"1")


def test_retain_as_published_keeps_the_flag(bootstrap):
    topic = unique("flag")
    with connected(bootstrap) as peer:
        for qos in (0, 1):
            peer.subscribe(topic, options=SubscribeOptions(qos=qos, retainAsPublished=True, retainHandling=2))
            peer.publish(topic, b"1", 1, retain=True)
            equal(peer.receive().retain, True)
            peer.publish(topic, b"2", 1)
            equal(peer.receive().retain, False)


def test_a_shared_subscription_gets_none(bootstrap):
    topic = unique("shared")
    with connected(bootstrap) as peer:
        peer.publish(topic, b"1", 1, retain=True)
        peer.subscribe(f"$share/{unique('g')}/{topic}", 1)
        peer.hears_nothing_more()


def test_properties_and_the_identifier_of_the_subscription_come_with_them(bootstrap):
    topic = unique("with")
    sent = properties("PUBLISH", ContentType="text/plain", UserProperty=[("k", "v")], MessageExpiryInterval=100)
    with connected(bootstrap) as peer:
        peer.publish(topic, b"1", 1, retain=True, props=sent)
        peer.client.subscribe(topic, options=SubscribeOptions(qos=1), properties=properties("SUBSCRIBE", SubscriptionIdentifier=9))
        got = peer.receive().properties
        equal((got.ContentType, got.UserProperty, got.SubscriptionIdentifier), ("text/plain", [("k", "v")], [9]))
        equal(95 <= got.MessageExpiryInterval <= 100, True)


@in_every_version
def test_a_will_may_be_retained(bootstrap, version):
    topic = unique("will")
    with connected(bootstrap, version) as watcher:
        watcher.subscribe(topic, 1)
        peer = Peer(bootstrap, version, will=(topic, b"gone", 1, True), client_id=unique("c"))
        peer.connect()
        peer.cut()
        equal(watcher.receive().payload, b"gone")
        with connected(bootstrap, version) as later:
            later.subscribe(topic, 1)
            equal(_told(later.receive()), (topic, b"gone", 1, True))
