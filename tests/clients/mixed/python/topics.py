"""The topic space: what MQTT calls a/b is a.b on amq.topic and Kafka's topic a.b. paho, pika and confluent-kafka meet there."""

import contextlib
import os
import queue

import paho.mqtt.client as mqtt
import pika
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from cases import equal, eventually, unique
from dialects import fetched, opened

SUITE = "paho, pika and confluent-kafka"
DEADLINE_S = 20


class _Device:
    """A client of MQTT 5."""

    def __init__(self, name="", expiry=None, will=None):
        self.messages, self.subscribed, self.connected = queue.Queue(), queue.Queue(), queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
        self.client.on_message = lambda c, u, message: self.messages.put(message)
        self.client.on_subscribe = lambda c, u, mid, reasons, props: self.subscribed.put(reasons)
        self.client.on_connect = lambda c, u, flags, reason, props: self.connected.put(reason)
        if will:
            self.client.will_set(*will)
        props = None
        if expiry:
            props = Properties(PacketTypes.CONNECT)
            props.SessionExpiryInterval = expiry
        host, _, port = os.environ["WHARF_MQTT"].rpartition(":")
        self.client.connect(host, int(port), clean_start=expiry is None, properties=props)
        self.client.loop_start()
        equal(self.connected.get(timeout=DEADLINE_S).value, 0)

    def subscribe(self, topic, qos=1):
        self.client.subscribe(topic, qos)
        equal([reason.value for reason in self.subscribed.get(timeout=DEADLINE_S)], [qos])

    def publish(self, topic, body, qos=1, retain=False, **values):
        props = Properties(PacketTypes.PUBLISH)
        for name, value in values.items():
            setattr(props, name, value)
        self.client.publish(topic, body, qos, retain, props).wait_for_publish(DEADLINE_S)

    def receive(self):
        return self.messages.get(timeout=DEADLINE_S)

    def cut(self):
        self.client.loop_stop()
        self.client._sock_close()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@contextlib.contextmanager
def _device(**options):
    device = _Device(**options)
    try:
        yield device
    finally:
        device.close()


def _bound(channel, key):
    name = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(name, "amq.topic", key)
    return name


def _got(channel, name):
    """The next message of a queue: method, properties, body."""
    return eventually(lambda: (lambda found: found if found[0] else None)(channel.basic_get(name, auto_ack=True)), f"a message in {name}")


def _topic(bootstrap, name):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(DEADLINE_S)
    return name


def _produced(bootstrap, topic, value, **settings):
    producer = Producer({"bootstrap.servers": bootstrap, **settings})
    producer.produce(topic, value, key=b"key", headers=[("kind", b"event"), ("content-type", b"text/plain")])
    equal(producer.flush(30), 0, "not delivered")


def test_a_device_publishes_and_a_kafka_consumer_and_an_amqp_queue_read(bootstrap):
    word = unique("plant")
    _topic(bootstrap, f"{word}.7.temp")
    with _device() as sensor, opened() as channel:
        name = _bound(channel, f"{word}.*.temp")
        sensor.publish(f"{word}/7/temp", b"21.5", ContentType="text/plain", CorrelationData=b"id-1", ResponseTopic="answers",
                       UserProperty=[("unit", "C"), ("unit", "K")])
        method, properties, body = _got(channel, name)
        equal((method.exchange, method.routing_key, body), ("amq.topic", f"{word}.7.temp", b"21.5"))
        equal((properties.content_type, properties.correlation_id, properties.reply_to, properties.delivery_mode),
              ("text/plain", "id-1", "answers", 2))
        equal("unit" in properties.headers, True)
        record = fetched(bootstrap, f"{word}.7.temp", 1)[0]
        equal(record.value(), b"21.5")
        equal([header for header in record.headers() if header[0] == "unit"], [("unit", b"C"), ("unit", b"K")])


def test_what_amqp_publishes_on_the_topic_exchange_reaches_devices_and_kafka(bootstrap):
    word = unique("jobs")
    _topic(bootstrap, f"{word}.new")
    with _device() as device, opened() as channel:
        device.subscribe(f"{word}/+", 2)
        channel.basic_publish("amq.topic", f"{word}.new", b"1", pika.BasicProperties(
            delivery_mode=2, content_type="text/plain", correlation_id="c", headers={"tries": 3, "who": "me"}))
        message = device.receive()
        equal((message.topic, message.payload, message.qos), (f"{word}/new", b"1", 1))
        equal((message.properties.ContentType, message.properties.CorrelationData), ("text/plain", b"c"))
        equal(message.properties.UserProperty, [("tries", "3"), ("who", "me")])
        channel.basic_publish("amq.topic", f"{word}.new", b"2")
        equal(device.receive().qos, 0)
        equal([record.value() for record in fetched(bootstrap, f"{word}.new", 2)], [b"1", b"2"])


def test_what_kafka_produces_reaches_devices_and_amqp_queues(bootstrap):
    word = unique("events")
    topic = _topic(bootstrap, f"{word}.door")
    with _device() as device, opened() as channel:
        device.subscribe(f"{word}/#", 1)
        name = _bound(channel, f"{word}.#")
        for compression in ("none", "zstd"):
            _produced(bootstrap, topic, b"open", **{"compression.type": compression})
            message = device.receive()
            equal((message.topic, message.payload, message.qos), (f"{word}/door", b"open", 1))
            equal(message.properties.ContentType, "text/plain")
            equal(("kind", "event") in message.properties.UserProperty, True)
            method, properties, body = _got(channel, name)
            equal((method.routing_key, body, properties.headers["kind"]), (topic, b"open", "event"))
        equal(len(fetched(bootstrap, topic, 2)), 2)


def test_what_kafka_produces_waits_for_a_device_that_is_away(bootstrap):
    word, name = unique("away"), unique("device")
    topic = _topic(bootstrap, f"{word}.x")
    with _device(name=name, expiry=600) as device:
        device.subscribe(f"{word}/x", 1)
    _produced(bootstrap, topic, b"waited")
    with _device(name=name, expiry=600) as device:
        equal(device.receive().payload, b"waited")


def test_names_keep_every_character_between_the_systems(bootstrap):
    root = unique("names")
    with _device() as device, opened() as channel:
        device.subscribe(f"{root}/#", 1)
        name = _bound(channel, f"{root}.#")
        for level in ("a.b/c", "a b", "\u00e4", "$x", "*", "..//"):
            device.publish(f"{root}/{level}", b"1")
            equal(device.receive().topic, f"{root}/{level}")
            key = f"{root}/{level}".translate(str.maketrans("./", "/."))
            equal(_got(channel, name)[0].routing_key, key)
            channel.basic_publish("amq.topic", key, b"2")
            equal((device.receive().topic, _got(channel, name)[0].routing_key), (f"{root}/{level}", key))


def test_wills_and_retained_messages_are_seen_by_all(bootstrap):
    word = unique("last")
    _topic(bootstrap, f"{word}.will")
    with opened() as channel:
        name = _bound(channel, f"{word}.#")
        device = _Device(will=(f"{word}/will", b"gone", 1, True))
        device.publish(f"{word}/state", b"on", retain=True)
        equal(_got(channel, name)[2], b"on")
        device.cut()
        equal(_got(channel, name)[2], b"gone")
        equal(fetched(bootstrap, f"{word}.will", 1)[0].value(), b"gone")
        with _device() as later:
            later.subscribe(f"{word}/#", 1)
            equal(sorted((message.topic, message.payload, message.retain) for message in (later.receive(), later.receive())),
                  [(f"{word}/state", b"on", True), (f"{word}/will", b"gone", True)])


def test_an_amqp_client_asks_and_a_device_answers(bootstrap):
    word = unique("ask")
    with _device() as device, opened() as channel:
        device.subscribe(f"{word}/question")
        answers = _bound(channel, f"{word}.answer")
        channel.basic_publish("amq.topic", f"{word}.question", b"well?", pika.BasicProperties(reply_to=f"{word}/answer", correlation_id="7"))
        question = device.receive()
        device.publish(question.properties.ResponseTopic, b"well", CorrelationData=question.properties.CorrelationData)
        _, properties, body = _got(channel, answers)
        equal((properties.correlation_id, body), ("7", b"well"))
