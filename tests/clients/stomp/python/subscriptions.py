"""Subscribing: ack modes, what comes back, prefetch, durable subscriptions, arguments of queues."""

from cases import equal, unique
from peer import connected, in_every_version

SUITE = "stomp.py"


def _queue(word):
    return f"/queue/{unique(word)}"


@in_every_version
def test_client_mode_acknowledges_all_up_to_a_message(bootstrap, version):
    name = _queue("cumulative")
    with connected(bootstrap, version) as peer:
        peer.subscribe(name, ack="client")
        for number in range(4):
            peer.send(name, b"%d" % number)
        got = [peer.receive() for _ in range(4)]
        peer.ack(got[2])
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        message = peer.receive()
        equal((message.body, message.headers["redelivered"]), (b"3", "true"))
        peer.hears_nothing_more()


def test_individual_mode_acknowledges_one_message(bootstrap):
    for version in ("1.1", "1.2"):
        name = _queue("individual")
        with connected(bootstrap, version) as peer:
            peer.subscribe(name, ack="client-individual")
            for number in range(4):
                peer.send(name, b"%d" % number)
            got = [peer.receive() for _ in range(4)]
            peer.ack(got[2])
            peer.ack(got[0])
        with connected(bootstrap, version) as peer:
            peer.subscribe(name)
            equal(peer.bodies(2), [b"1", b"3"])
            peer.hears_nothing_more()


@in_every_version
def test_auto_mode_needs_no_acknowledgement(bootstrap, version):
    name = _queue("auto")
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        peer.send(name, b"1")
        equal("ack" in peer.receive().headers, False)
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        peer.hears_nothing_more()


def test_a_nack_brings_a_message_back_unless_it_says_otherwise(bootstrap):
    for version in ("1.1", "1.2"):
        name = _queue("nack")
        with connected(bootstrap, version) as peer:
            peer.subscribe(name, ack="client-individual")
            peer.send(name, b"1")
            first = peer.receive()
            equal(first.headers["redelivered"], "false")
            peer.ack(first, "nack")
            again = peer.receive()
            equal((again.body, again.headers["redelivered"]), (b"1", "true"))
            peer.ack(again, "nack", requeue="false")
            peer.hears_nothing_more()


def test_prefetch_holds_messages_back(bootstrap):
    name = _queue("prefetch")
    with connected(bootstrap) as slow, connected(bootstrap) as other:
        for number in range(4):
            slow.send(name, b"%d" % number)
        slow.subscribe(name, ack="client-individual", **{"prefetch-count": "1"})
        first = slow.receive()
        equal(first.body, b"0")
        other.subscribe(name)
        equal(other.bodies(3), [b"1", b"2", b"3"])
        slow.ack(first)
        slow.hears_nothing_more()


@in_every_version
def test_nothing_comes_after_unsubscribing(bootstrap, version):
    name = _queue("unsubscribe")
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        peer.send(name, b"1")
        equal(peer.receive().body, b"1")
        peer.unsubscribe()
        peer.send(name, b"2")
        peer.hears_nothing_more()


def test_what_was_not_acknowledged_comes_back_when_the_connection_is_cut(bootstrap):
    name = _queue("cut")
    with connected(bootstrap) as peer:
        peer.subscribe(name, ack="client")
        peer.send(name, b"1")
        equal(peer.receive().body, b"1")
        peer.cut()
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        message = peer.receive()
        equal((message.body, message.headers["redelivered"]), (b"1", "true"))


def test_a_durable_subscription_keeps_messages_for_a_client_that_is_away(bootstrap):
    topic, number = f"/topic/{unique('durable')}", unique("sub")
    options = {"durable": "true", "auto-delete": "false"}
    with connected(bootstrap) as peer:
        peer.subscribe(topic, number, **options)
    with connected(bootstrap) as sender:
        for body in (b"1", b"2"):
            sender.send(topic, body, persistent="true")
    with connected(bootstrap) as peer:
        peer.subscribe(topic, number, **options)
        equal(peer.bodies(2), [b"1", b"2"])
        peer.unsubscribe(number, durable="true", destination=topic)
    with connected(bootstrap) as peer:
        peer.send(topic, b"3")
        peer.subscribe(topic, number, **options)
        peer.hears_nothing_more()
        peer.unsubscribe(number, durable="true", destination=topic)


def test_a_subscription_to_a_topic_ends_with_its_connection(bootstrap):
    topic = f"/topic/{unique('transient')}"
    with connected(bootstrap) as peer:
        peer.subscribe(topic)
    with connected(bootstrap) as peer:
        peer.send(topic, b"1")
        peer.subscribe(topic)
        peer.hears_nothing_more()


def test_the_queue_of_a_subscription_may_be_named(bootstrap):
    topic, name = f"/topic/{unique('named')}", unique("mine")
    with connected(bootstrap) as one, connected(bootstrap) as two:
        one.subscribe(topic, **{"x-queue-name": name, "durable": "true", "auto-delete": "false", "exclusive": "false"})
        two.send(topic, b"1")
        equal(one.receive().body, b"1")
        one.unsubscribe()
        two.send(topic, b"2")
        two.subscribe(f"/amq/queue/{name}")
        equal(two.receive().body, b"2")
        one.receipt_of(one.connection.subscribe, topic, id="9", headers={"x-queue-name": name, "durable": "true",
                                                                         "auto-delete": "false", "exclusive": "false"})
        one.unsubscribe("9", durable="true", destination=topic, **{"x-queue-name": name})


def test_a_queue_is_declared_with_its_arguments(bootstrap):
    name = _queue("arguments")
    with connected(bootstrap) as peer:
        peer.subscribe(name, "1", "client", **{"x-max-length": "2", "prefetch-count": "1"})
        for number in range(5):
            peer.send(name, b"%d" % number, **{"x-max-length": "2"})
        first = peer.receive()
        equal(first.body, b"0")
        peer.ack(first)
        second = peer.receive()
        equal(second.body, b"3")
        peer.ack(second)
        equal(peer.receive().body, b"4")


def test_dead_letters_go_where_the_queue_says(bootstrap):
    name, dead = unique("dying"), unique("dead")
    with connected(bootstrap) as peer:
        peer.subscribe(f"/queue/{dead}", "dead")
        peer.subscribe(f"/queue/{name}", "1", "client-individual",
                       **{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
        peer.connection.send(f"/queue/{name}", "1", headers={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
        peer.ack(peer.receive(), "nack", requeue="false")
        message = peer.receive()
        equal((message.headers["subscription"], message.body), ("dead", b"1"))
