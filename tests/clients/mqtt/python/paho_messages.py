"""Publishing and subscribing: who gets what, at which QoS, with which properties."""

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from cases import equal, eventually, unique
from peer import DEADLINE_S, Peer, connected, in_every_version, properties

SUITE = "paho"
V5 = mqtt.MQTTv5


@in_every_version
def test_a_message_of_each_qos_arrives_in_order(bootstrap, version):
    for qos in (0, 1, 2):
        topic = unique("order")
        with connected(bootstrap, version) as subscriber, connected(bootstrap, version) as publisher:
            equal(subscriber.subscribe(topic, qos), [qos])
            for number in range(50):
                publisher.publish(topic, str(number), qos)
            for number in range(50):
                message = subscriber.receive()
                equal((message.topic, message.payload, message.qos, message.retain), (topic, b"%d" % number, qos, False))


@in_every_version
def test_delivery_is_at_the_lower_of_both_qos(bootstrap, version):
    topic = unique("lower")
    with connected(bootstrap, version) as peer:
        for granted in (0, 1, 2):
            peer.subscribe(topic, granted)
            for published in (0, 1, 2):
                peer.publish(topic, b"x", published)
                equal(peer.receive().qos, min(granted, published))


@in_every_version
def test_wildcards_stand_for_levels(bootstrap, version):
    root = unique("wild")
    wanted = {f"{root}/+/x": ["a/x", "/x"], f"{root}/#": ["a/x", "/x", "a", "", "a/b/c"], f"{root}/a.b/*": ["a.b/*"]}
    for topic_filter, matching in wanted.items():
        with connected(bootstrap, version) as subscriber, connected(bootstrap, version) as publisher:
            subscriber.subscribe(topic_filter, 1)
            for level in ("a/x", "/x", "a", "", "a/b/c", "a.b/*", "a.b/c"):
                publisher.publish(f"{root}/{level}", b"1", 1)
            if "#" in topic_filter:
                matching = matching + ["a.b/*", "a.b/c"]
            seen = sorted(subscriber.receive().topic for _ in matching)
            equal(seen, sorted(f"{root}/{level}" for level in matching), topic_filter)
            subscriber.hears_nothing_more()


@in_every_version
def test_topics_that_begin_with_a_dollar_are_not_matched_by_a_leading_wildcard(bootstrap, version):
    word = unique("sys")
    with connected(bootstrap, version) as subscriber, connected(bootstrap, version) as publisher:
        subscriber.subscribe(f"+/{word}", 1)
        publisher.publish(f"$hidden/{word}", b"1", 1)
        subscriber.hears_nothing_more()
        subscriber.subscribe(f"$hidden/{word}", 1)
        publisher.publish(f"$hidden/{word}", b"2", 1)
        equal(subscriber.receive().payload, b"2")


@in_every_version
def test_every_character_of_a_topic_comes_back(bootstrap, version):
    root = unique("bytes")
    names = [f"{root}/{text}" for text in ("a.b", "a b", "$x", "*", "a*b", "\u00e4/\u00f6", "\U0001F69A", "..", "//", "~!@%^&()=")]
    with connected(bootstrap, version) as peer:
        peer.subscribe(f"{root}/#", 1)
        for name in names:
            peer.publish(name, name.encode(), 1)
            message = peer.receive()
            equal((message.topic, message.payload), (name, name.encode()))
        for name in names:  # and by itself
            peer.unsubscribe(f"{root}/#")
            peer.subscribe(name, 1)
            peer.publish(name, b"alone", 1)
            equal(peer.receive().topic, name)
            peer.unsubscribe(name)


@in_every_version
def test_nothing_comes_after_unsubscribing(bootstrap, version):
    topic = unique("gone")
    with connected(bootstrap, version) as peer:
        peer.subscribe([(topic, 0), (topic + "/b", 1)])
        peer.unsubscribe(topic, topic + "/b")
        peer.publish(topic, b"1", 1)
        peer.publish(topic + "/b", b"1", 1)
        peer.hears_nothing_more()


@in_every_version
def test_a_large_message_arrives_whole(bootstrap, version):
    topic, body = unique("large"), bytes(range(256)) * 8192
    with connected(bootstrap, version) as peer:
        peer.subscribe(topic, 1)
        peer.publish(topic, body, 1)
        equal(peer.receive().payload == body, True)


def test_a_message_above_the_limit_is_refused_and_why_is_heard(bootstrap):
    peer = Peer(bootstrap, mqtt.MQTTv5)
    peer.connect()
    peer.client.publish(unique("huge"), bytes(17 << 20), 1)  # all of it is sent before the answer is looked at
    equal(peer.disconnects.get(timeout=DEADLINE_S).value, 0x95)
    peer.close()


@in_every_version
def test_bad_filters_are_refused_and_the_connection_goes_on(bootstrap, version):
    topic = unique("bad")
    with connected(bootstrap, version) as peer:
        # paho looks at filters itself: these get past it.
        codes = peer.subscribe([("$share/g", 1), (topic, 1)])
        equal(codes, [0x8F if version == V5 else 0x80, 1])
        peer.publish(topic, b"1", 1)
        equal(peer.receive().payload, b"1")


def test_properties_arrive_as_they_were_published(bootstrap):
    topic = unique("properties")
    sent = properties("PUBLISH", PayloadFormatIndicator=1, ContentType="text/plain", ResponseTopic="answers/here",
                      CorrelationData=b"\x00\xffid", UserProperty=[("k", "1"), ("k", "2"), ("", ""), ("a/b", "\u00e4")])
    with connected(bootstrap) as peer:
        peer.subscribe(topic, 1)
        peer.publish(topic, b"text", 1, props=sent)
        got = peer.receive().properties
        equal(got.PayloadFormatIndicator, 1)
        equal((got.ContentType, got.ResponseTopic, got.CorrelationData), ("text/plain", "answers/here", b"\x00\xffid"))
        equal(got.UserProperty, [("k", "1"), ("k", "2"), ("", ""), ("a/b", "\u00e4")])


def test_the_time_that_is_left_is_sent(bootstrap):
    topic = unique("expiry")
    with connected(bootstrap) as peer:
        peer.subscribe(topic, 1)
        peer.publish(topic, b"1", 1, props=properties("PUBLISH", MessageExpiryInterval=100))
        left = peer.receive().properties.MessageExpiryInterval
        equal(95 <= left <= 100, True, f"{left} seconds left")


def test_subscription_identifiers_come_with_the_message(bootstrap):
    root = unique("ids")
    with connected(bootstrap) as peer:
        peer.client.subscribe(f"{root}/#", options=SubscribeOptions(qos=1), properties=properties("SUBSCRIBE", SubscriptionIdentifier=7))
        peer.subacks.get(timeout=20)
        peer.client.subscribe(f"{root}/+", options=SubscribeOptions(qos=1),
                              properties=properties("SUBSCRIBE", SubscriptionIdentifier=268_435_455))
        peer.subacks.get(timeout=20)
        peer.publish(f"{root}/a", b"1", 1)
        seen = list(peer.receive().properties.SubscriptionIdentifier)
        if len(seen) == 1:  # a copy for each is as good
            seen += list(peer.receive().properties.SubscriptionIdentifier)
        equal(sorted(seen), [7, 268_435_455])


def test_no_local_keeps_a_clients_own_messages_from_it(bootstrap):
    topic = unique("local")
    with connected(bootstrap) as peer, connected(bootstrap) as other:
        for qos in (0, 1):
            peer.subscribe(topic, options=SubscribeOptions(qos=qos, noLocal=True))
            peer.publish(topic, b"own", 1)
            other.publish(topic, b"other", 1)
            equal(peer.receive().payload, b"other")
            peer.hears_nothing_more()


def test_aliases_of_both_directions_stand_for_their_topics(bootstrap):
    topics = [unique("alias") for _ in range(3)]
    with connected(bootstrap, connect_properties=properties("CONNECT", TopicAliasMaximum=2)) as peer:
        for topic in topics:
            peer.subscribe(topic, 1)
        for number in range(3):
            for alias, topic in enumerate(topics, 1):
                name = topic if number == 0 else ""
                peer.client.publish(name or topic, b"%d" % number, 1, properties=properties("PUBLISH", TopicAlias=alias))
        known, seen = {}, {topic: [] for topic in topics}
        for _ in range(9):
            message = peer.receive()
            alias = getattr(message.properties, "TopicAlias", None)  # paho leaves what it stands for to its user
            if message.topic and alias:
                known[alias] = message.topic
            seen[message.topic or known[alias]].append(message.payload)
        equal(list(seen.values()), [[b"0", b"1", b"2"]] * 3)
        equal(len(known), 2)


def test_members_of_a_group_share_its_messages(bootstrap):
    topic, group = unique("shared"), unique("group")
    with connected(bootstrap) as one, connected(bootstrap) as two, connected(bootstrap) as publisher:
        for member in (one, two):
            equal(member.subscribe(f"$share/{group}/{topic}/+", 1), [1])
        for number in range(200):
            publisher.publish(f"{topic}/x", b"%d" % number, 1)
        eventually(lambda: one.messages.qsize() + two.messages.qsize() >= 200, "all messages came")
        seen = [int(member.messages.get().payload) for member in (one, two) for _ in range(member.messages.qsize())]
        equal(sorted(seen), list(range(200)))


def test_publishing_where_nobody_listens_says_so(bootstrap):
    with connected(bootstrap) as peer:
        reasons = []
        peer.client.on_publish = lambda c, u, mid, reason, props: reasons.append(reason.value)
        peer.publish(unique("nobody"), b"1", 1)
        equal(reasons, [0x10])
