"""STOMP beside the others: /topic/a.b is amq.topic's a.b, MQTT's a/b and Kafka's topic a.b; /queue/n is AMQP's queue n. stomp.py, paho, pika
and confluent-kafka meet there."""

import contextlib
import os
import queue

import pika
import stomp

from cases import equal, eventually, unique
from dialects import fetched, opened
from topics import DEADLINE_S, _bound, _device, _got, _produced, _topic

SUITE = "stomp.py with paho, pika and confluent-kafka"


class _Script(stomp.ConnectionListener):
    """A client of STOMP 1.2."""

    def __init__(self):
        self.messages, self.receipts = queue.Queue(), queue.Queue()
        host, _, port = os.environ["WHARF_STOMP"].rpartition(":")
        self.connection = stomp.StompConnection12([(host, int(port))], vhost="/", auto_decode=False)
        self.connection.set_listener("script", self)
        self.connection.connect("guest", "guest", wait=True)

    def on_message(self, frame):
        self.messages.put(frame)

    def on_receipt(self, frame):
        self.receipts.put(frame)

    def subscribe(self, destination, **headers):
        self.connection.subscribe(destination, id=unique("id"), headers={**headers, "receipt": "r"})
        self.receipts.get(timeout=DEADLINE_S)

    def send(self, destination, body, **headers):
        self.connection.send(destination, body, headers={**headers, "receipt": "r"})
        self.receipts.get(timeout=DEADLINE_S)

    def receive(self):
        return self.messages.get(timeout=DEADLINE_S)


@contextlib.contextmanager
def _script():
    script = _Script()
    try:
        yield script
    finally:
        script.connection.disconnect()


def test_what_a_script_sends_to_a_topic_reaches_all_the_others(bootstrap):
    word = unique("script")
    _topic(bootstrap, f"{word}.new")
    with _script() as script, _device() as device, opened() as channel:
        name = _bound(channel, f"{word}.#")
        device.subscribe(f"{word}/+", 1)
        script.send(f"/topic/{word}.new", b"1", **{"persistent": "true", "content-type": "text/plain", "correlation-id": "c", "kind": "x"})
        method, properties, body = _got(channel, name)
        equal((method.routing_key, body, properties.content_type, properties.correlation_id, properties.delivery_mode, properties.headers),
              (f"{word}.new", b"1", "text/plain", "c", 2, {"kind": "x"}))
        message = device.receive()
        equal((message.topic, message.payload, message.qos, message.properties.UserProperty), (f"{word}/new", b"1", 1, [("kind", "x")]))
        record = fetched(bootstrap, f"{word}.new", 1)[0]
        equal((record.value(), [header for header in record.headers() if header[0] == "kind"]), (b"1", [("kind", b"x")]))


def test_what_the_others_publish_reaches_a_script_that_listens_to_the_topic(bootstrap):
    word = unique("listen")
    topic = _topic(bootstrap, f"{word}.door")
    with _script() as script, _device() as device, opened() as channel:
        script.subscribe(f"/topic/{word}.*")
        channel.basic_publish("amq.topic", topic, b"amqp", pika.BasicProperties(
            delivery_mode=2, content_type="text/plain", correlation_id="c", priority=3, headers={"tries": 3, "who": "me"}))
        message = script.receive()
        equal({key: message.headers.get(key) for key in ("destination", "content-type", "correlation-id", "priority", "persistent", "tries", "who")},
              {"destination": f"/topic/{topic}", "content-type": "text/plain", "correlation-id": "c", "priority": "3", "persistent": "true",
               "tries": "3", "who": "me"})
        device.publish(f"{word}/door", b"mqtt", ContentType="text/plain", CorrelationData=b"id", UserProperty=[("unit", "C")])
        message = script.receive()
        equal((message.body, message.headers["destination"], message.headers["correlation-id"], message.headers["unit"]),
              (b"mqtt", f"/topic/{topic}", "id", "C"))
        _produced(bootstrap, topic, b"kafka")
        message = script.receive()
        equal((message.body, message.headers["destination"], message.headers["kind"], message.headers["content-type"]),
              (b"kafka", f"/topic/{topic}", "event", "text/plain"))


def test_a_queue_is_one_for_scripts_and_amqp_clients(bootstrap):
    name = unique("shared")
    with _script() as script, opened() as channel:
        script.send(f"/queue/{name}", b"1", persistent="true", priority="2", expiration="60000", type="t", **{"reply-to": "/queue/x"})
        _, properties, body = _got(channel, name)
        equal((body, properties.delivery_mode, properties.priority, properties.expiration, properties.type, properties.reply_to),
              (b"1", 2, 2, "60000", "t", "/queue/x"))
        channel.basic_publish("", name, bytes(range(256)), pika.BasicProperties(app_id="a", message_id="m", timestamp=7))
        script.subscribe(f"/queue/{name}")
        message = script.receive()
        equal((message.body, message.headers["app-id"], message.headers["amqp-message-id"], message.headers["timestamp"]),
              (bytes(range(256)), "a", "m", "7"))


def test_a_script_asks_and_an_amqp_client_answers_and_the_other_way_round(bootstrap):
    question = unique("question")
    with _script() as script, opened() as channel:
        script.send(f"/queue/{question}", b"?", **{"reply-to": "/temp-queue/mine", "correlation-id": "7"})
        _, properties, _ = _got(channel, question)
        channel.basic_publish("", properties.reply_to, b"!", pika.BasicProperties(correlation_id=properties.correlation_id))
        answer = script.receive()
        equal((answer.body, answer.headers["subscription"], answer.headers["correlation-id"]), (b"!", "/temp-queue/mine", "7"))

        answers = []
        channel.basic_consume("amq.rabbitmq.reply-to", lambda *arguments: answers.append(arguments[3]), auto_ack=True)
        channel.basic_publish("", question, b"?", pika.BasicProperties(reply_to="amq.rabbitmq.reply-to"))
        script.subscribe(f"/queue/{question}")
        script.send(script.receive().headers["reply-to"], b"direct")

        def came():
            channel.connection.process_data_events(0.05)
            return answers
        equal(eventually(came, "an answer"), [b"direct"])
