"""What clients of ActiveMQ rely on, which RabbitMQ does not have."""

import time

from cases import equal, unique
from peer import connected

SUITE = "stomp.py, ActiveMQ's way"


def test_a_selector_takes_what_matches(bootstrap):
    name = f"/queue/{unique('selector')}"
    with connected(bootstrap) as peer:
        for number in range(6):
            peer.send(name, b"%d" % number, color="red" if number % 2 else "blue", weight=str(number))
        peer.subscribe(name, "red", selector="color = 'red'")
        equal(peer.bodies(3), [b"1", b"3", b"5"])
        peer.subscribe(name, "rest")
        equal(peer.bodies(3), [b"0", b"2", b"4"])


def test_a_selector_on_a_topic_drops_what_does_not_match(bootstrap):
    topic = f"/topic/{unique('selector')}"
    with connected(bootstrap) as peer:
        peer.subscribe(topic, "1", "client", selector="color = 'red'", **{"activemq.prefetchSize": "2"})
        for number in range(10):
            peer.send(topic, b"%d" % number, color="red" if number % 5 == 4 else "blue")
        first = peer.receive()
        second = peer.receive()
        equal([first.body, second.body], [b"4", b"9"])
        peer.ack(second)
        peer.hears_nothing_more()


def test_a_durable_subscription_is_named_by_client_and_name(bootstrap):
    topic, client, name = f"/topic/{unique('durable')}", unique("client"), unique("name")
    options = {"activemq.subscriptionName": name}
    with connected(bootstrap, connect_headers={"client-id": client}) as peer:
        peer.subscribe(topic, **options)
    with connected(bootstrap) as sender:
        sender.send(topic, b"1", persistent="true")
    with connected(bootstrap, connect_headers={"client-id": client}) as peer:
        peer.subscribe(topic, "other", **options)
        equal(peer.receive().body, b"1")
        peer.unsubscribe("other", **options)
    with connected(bootstrap, connect_headers={"client-id": client}) as peer:
        peer.send(topic, b"2")
        peer.subscribe(topic, **options)
        peer.hears_nothing_more()


def test_the_last_wildcard_takes_all_below(bootstrap):
    word = unique("below")
    with connected(bootstrap) as peer:
        peer.subscribe(f"/topic/{word}.>")
        peer.send(f"/topic/{word}.a.b", b"1")
        equal(peer.receive().body, b"1")


def test_a_temporary_queue_is_subscribed_to_and_answered_to(bootstrap):
    question = f"/queue/{unique('question')}"
    with connected(bootstrap) as asker, connected(bootstrap) as answerer:
        answerer.subscribe(question)
        asker.subscribe("/temp-queue/mine", "answers", "client")
        asker.send(question, b"?", **{"reply-to": "/temp-queue/mine"})
        answerer.send(answerer.receive().headers["reply-to"], b"!")
        answer = asker.receive()
        equal((answer.headers["subscription"], answer.headers["destination"], answer.body), ("answers", "/temp-queue/mine", b"!"))
        asker.ack(answer)


def test_priority_prefetch_and_options_of_a_destination_are_read(bootstrap):
    name = f"/queue/{unique('options')}"
    with connected(bootstrap) as first, connected(bootstrap) as second:
        first.subscribe(f"{name}?consumer.prefetchSize=1", ack="client-individual")
        second.subscribe(name, ack="client-individual", **{"activemq.priority": "10"})
        first.send(name, b"1")
        message = second.receive()
        second.send(name, b"2")
        second.ack(message)
        second.ack(second.receive())
        first.hears_nothing_more()


def test_a_message_that_is_delayed_comes_later(bootstrap):
    name = f"/queue/{unique('delay')}"
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        begun = time.monotonic()
        peer.send(name, b"later", AMQ_SCHEDULED_DELAY="300", persistent="true")
        peer.send(name, b"now")
        equal(peer.bodies(2), [b"now", b"later"])
        equal(time.monotonic() - begun >= 0.3, True)


def test_expires_and_timestamp_are_milliseconds(bootstrap):
    name = f"/queue/{unique('expires')}"
    with connected(bootstrap) as peer:
        now = int(time.time() * 1000)
        peer.subscribe(name)
        peer.send(name, b"1", expires=str(now + 60_000))
        headers = peer.receive().headers
        equal(abs(int(headers["expires"]) - now - 60_000) < 10_000, True)
        equal(abs(int(headers["timestamp"]) - now) < 10_000, True)


def test_what_is_not_served_is_an_error(bootstrap):
    name = f"/queue/{unique('refused')}"
    for headers in ({"activemq.exclusive": "true"}, {"activemq.retroactive": "true"}, {"transformation": "jms-map-json"},
                    {"activemq.prefetchSize": "0"}):
        with connected(bootstrap) as peer:
            peer.connection.subscribe(name, id="1", headers=headers)
            equal(peer.error().headers["message"], "Not served")
    with connected(bootstrap) as peer:
        peer.connection.send(name, "1", headers={"AMQ_SCHEDULED_CRON": "* * * * *"})
        equal(peer.error().headers["message"], "Not served")


def test_a_client_may_name_the_machine_in_place_of_a_virtual_host(bootstrap):
    for host in ("localhost", "127.0.0.1"):
        with connected(bootstrap, vhost=host) as peer:
            peer.send(f"/queue/{unique('host')}", b"1")
