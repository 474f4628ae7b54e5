"""A log topic is Kafka's topic and AMQP's stream: pika and confluent-kafka publish and read the same one."""

import pika
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

import management
from cases import equal, eventually, unique
from dialects import fetched, opened

SUITE = "pika and confluent-kafka"


def _stream(channel):
    name = unique("stream")
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": "stream"})
    return name


def _streamed(channel, stream, count, offset="first"):
    """(x-stream-offset, headers, properties, body) of the next messages."""
    seen = []
    channel.basic_qos(prefetch_count=10)

    def deliver(_channel, method, properties, body):
        seen.append((properties.headers["x-stream-offset"], properties, body))
        channel.basic_ack(method.delivery_tag)

    tag = channel.basic_consume(stream, deliver, arguments={"x-stream-offset": offset})

    def enough():
        channel.connection.process_data_events(0.05)
        return len(seen) >= count

    eventually(enough, f"{count} messages in {stream}")
    channel.basic_cancel(tag)
    return seen


def _produce(bootstrap, topic, values, **settings):
    producer = Producer({"bootstrap.servers": bootstrap, **settings})
    for n, value in enumerate(values):
        producer.produce(topic, value, key=b"key-%d" % n, headers=[("kind", b"event"), ("content-type", b"text/plain")])
    equal(producer.flush(30), 0, "not delivered")


def test_a_kafka_consumer_reads_what_an_amqp_client_published_to_a_stream(bootstrap):
    with opened() as channel:
        stream = _stream(channel)
        exchange = unique("x")
        channel.exchange_declare(exchange, "topic")
        channel.queue_bind(stream, exchange, "order.#")
        channel.basic_publish("", stream, b"direct", pika.BasicProperties(headers={"n": 1, "who": "amqp"}))
        channel.basic_publish(exchange, "order.new", b"bound")
        records = fetched(bootstrap, stream, 2)
        equal([(record.offset(), record.value()) for record in records], [(0, b"direct"), (1, b"bound")])
        headers = dict(records[0].headers())
        equal((headers["n"], headers["who"]), (b"1", b"amqp"))
        channel.exchange_delete(exchange)
        channel.queue_delete(stream)


def test_an_amqp_consumer_reads_what_kafka_producers_wrote_packed_or_not(bootstrap):
    with opened() as channel:
        stream = _stream(channel)
        values = []
        for packing in ("none", "gzip", "lz4", "zstd", "snappy"):
            packed = [b"%s-%d" % (packing.encode(), n) for n in range(20)]
            _produce(bootstrap, stream, packed, **{"compression.type": packing, "linger.ms": 20})
            values += packed
        seen = _streamed(channel, stream, 100)
        equal([(offset, body) for offset, _, body in seen], list(enumerate(values)))
        _, properties, _ = seen[0]
        equal((properties.content_type, properties.headers["kind"]), ("text/plain", "event"))
        channel.queue_delete(stream)


def test_a_topic_that_a_kafka_client_made_is_a_stream(bootstrap):
    topic = unique("topic")
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        future.result()
    with opened() as channel:
        _produce(bootstrap, topic, [b"a", b"b"])
        equal(channel.queue_declare(topic, passive=True).method.message_count, 2)
        channel.basic_publish("", topic, b"c")
        equal([body for _, _, body in _streamed(channel, topic, 2, offset=1)], [b"b", b"c"])
        equal([record.value() for record in fetched(bootstrap, topic, 3)], [b"a", b"b", b"c"])


def test_what_a_stream_is_declared_with_is_the_topics_configuration(bootstrap):
    from confluent_kafka.admin import ConfigResource
    with opened() as channel:
        stream = unique("stream")
        channel.queue_declare(stream, durable=True, arguments={"x-queue-type": "stream", "x-max-age": "2h", "x-max-length-bytes": 5_000_000})
        admin = AdminClient({"bootstrap.servers": bootstrap})
        (future,) = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, stream)]).values()
        config = future.result()
        equal((config["retention.ms"].value, config["retention.bytes"].value), ("7200000", "5000000"))
        equal(len(admin.list_topics(stream).topics[stream].partitions), 1)
        for future in admin.delete_topics([stream]).values():
            future.result()
        error = None
        try:
            channel.queue_declare(stream, passive=True)
        except pika.exceptions.ChannelClosedByBroker as closed:
            error = closed.reply_code
        equal(error, 404)


if management.IS_THERE:
    def test_kafka_clients_see_and_reach_no_stream_of_another_virtual_host(bootstrap):
        vhost, stream = unique("v"), unique("stream")
        management.make_vhost(vhost)
        admin = AdminClient({"bootstrap.servers": bootstrap})
        with opened(virtual_host=vhost) as channel:
            channel.queue_declare(stream, durable=True, arguments={"x-queue-type": "stream"})
            channel.basic_publish("", stream, b"amqp")
            equal(stream in admin.list_topics().topics, False)
            for future in admin.create_topics([NewTopic(stream, 1, 1)]).values():
                future.result()
            _produce(bootstrap, stream, [b"kafka"])
            equal([record.value() for record in fetched(bootstrap, stream, 1)], [b"kafka"])
            equal([body for _, _, body in _streamed(channel, stream, 1)], [b"amqp"])
            equal(channel.queue_declare(stream, passive=True).method.message_count, 1)
            for future in admin.delete_topics([stream]).values():
                future.result()
            equal(channel.queue_declare(stream, passive=True).method.message_count, 1)
        management.ask("DELETE", f"vhosts/{vhost}")
