"""Sending and receiving: who gets what, with which headers."""

from cases import equal, eventually, unique
from peer import connected, in_every_version

SUITE = "stomp.py"


@in_every_version
def test_messages_of_a_queue_arrive_in_order(bootstrap, version):
    name = f"/queue/{unique('order')}"
    with connected(bootstrap, version) as sender, connected(bootstrap, version) as receiver:
        for number in range(50):
            sender.connection.send(name, str(number))
        receiver.subscribe(name)
        equal(receiver.bodies(50), [b"%d" % number for number in range(50)])


@in_every_version
def test_bodies_keep_every_byte(bootstrap, version):
    name = f"/queue/{unique('bytes')}"
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        for body in (bytes(range(256)), b"", b"\0", b"\n\n\0\n", b"x" * 300_000):
            peer.send(name, body)
            equal(peer.receive().body, body)


def test_headers_keep_every_character(bootstrap):
    name = f"/queue/{unique('escapes')}"
    sent = {"plain": "x", "colon": "a:b", "back": "a\\b\\n", "lines": "a\nb", "umlaut": "\u00e4", "spaces": "  a  "}
    for version in ("1.1", "1.2"):
        with connected(bootstrap, version) as peer:
            peer.subscribe(name)
            peer.send(name, b"1", **sent)
            got = peer.receive().headers
            equal({key: got.get(key) for key in sent}, sent)


def test_properties_arrive_as_they_were_sent(bootstrap):
    name = f"/queue/{unique('properties')}"
    sent = {"content-type": "text/plain", "content-encoding": "utf-8", "correlation-id": "c-1", "reply-to": "/queue/answers",
            "priority": "4", "persistent": "true", "expiration": "60000", "type": "kind", "app-id": "app", "timestamp": "123",
            "amqp-message-id": "m-1", "user-id": "guest", "own": "1"}
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        peer.send(name, b"1", **sent)
        got = peer.receive().headers
        equal({key: got.get(key) for key in sent}, sent)
        equal((got["destination"], got["subscription"], got["redelivered"]), (name, "1", "false"))
        peer.send(name, b"2")
        equal("persistent" in peer.receive().headers, False)


def test_topics_reach_all_who_listen_and_wildcards_stand_for_words(bootstrap):
    word = unique("topic")
    with connected(bootstrap) as peer, connected(bootstrap) as other:
        peer.subscribe(f"/topic/{word}.*.temp")
        other.subscribe(f"/topic/{word}.#")
        peer.send(f"/topic/{word}.7.temp", b"1")
        peer.send(f"/topic/{word}.7.state", b"2")
        peer.send(f"/topic/{word}.8.temp", b"3")
        got = [peer.receive() for _ in range(2)]
        equal([(one.headers["destination"], one.body) for one in got],
              [(f"/topic/{word}.7.temp", b"1"), (f"/topic/{word}.8.temp", b"3")])
        equal(other.bodies(3), [b"1", b"2", b"3"])
        peer.hears_nothing_more()


def test_an_exchange_is_sent_to_and_listened_to_by_key(bootstrap):
    key = unique("key")
    with connected(bootstrap) as peer:
        peer.subscribe(f"/exchange/amq.direct/{key}")
        peer.send(f"/exchange/amq.direct/{key}", b"1")
        peer.send(f"/exchange/amq.direct/{key}x", b"2")
        message = peer.receive()
        equal((message.body, message.headers["destination"]), (b"1", f"/exchange/amq.direct/{key}"))
        peer.hears_nothing_more()


def test_a_queue_that_is_there_is_used_by_its_name(bootstrap):
    name = unique("there")
    with connected(bootstrap) as peer:
        peer.send(f"/queue/{name}", b"1")
        peer.send(f"/amq/queue/{name}", b"2")
        peer.send(name, b"3")
        peer.subscribe(f"/amq/queue/{name}")
        equal(peer.bodies(3), [b"1", b"2", b"3"])


def test_slashes_in_names_are_escaped(bootstrap):
    name = f"/queue/{unique('a')}%2Fb"
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        peer.send(name, b"1")
        equal(peer.receive().headers["destination"], name)


def test_a_question_finds_its_answer_in_a_temporary_queue(bootstrap):
    question = f"/queue/{unique('question')}"
    with connected(bootstrap) as asker, connected(bootstrap) as answerer:
        answerer.subscribe(question)
        for number in range(3):
            asker.send(question, b"%d" % number, **{"reply-to": "/temp-queue/mine", "correlation-id": str(number)})
            asked = answerer.receive()
            equal(asked.headers["reply-to"].startswith("/reply-queue/"), True)
            answerer.send(asked.headers["reply-to"], asked.body + b"!", **{"correlation-id": asked.headers["correlation-id"]})
            answer = asker.receive()
            equal((answer.body, answer.headers["subscription"], answer.headers["correlation-id"]),
                  (b"%d!" % number, "/temp-queue/mine", str(number)))


def test_a_message_that_expired_is_not_delivered(bootstrap):
    name = f"/queue/{unique('expired')}"
    with connected(bootstrap) as peer:
        peer.send(name, b"1", expiration="1")
        peer.send(name, b"2")
        eventually(lambda: True, "a while")
        peer.subscribe(name)
        while (body := peer.receive().body) == b"1":
            pass  # it came in time
        equal(body, b"2")


def test_a_receipt_follows_a_persistent_message(bootstrap):
    name = f"/queue/{unique('receipt')}"
    with connected(bootstrap) as peer:
        for number in range(20):
            peer.send(name, b"%d" % number, persistent="true")
        peer.subscribe(name)
        equal(peer.bodies(20), [b"%d" % number for number in range(20)])
