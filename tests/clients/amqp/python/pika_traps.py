"""Where real users of RabbitMQ and of its rivals were let down, by the threads that tell of it."""

import os
import socket
import struct
import time

import pika

from cases import equal, eventually, unique
from connection import connected, opened, parameters

SUITE = "pika traps"


def _is_rabbitmq(connection):
    return "Erlang" in str(connection._impl.server_properties.get("platform", ""))


def _got(channel, queue, auto_ack=True):
    """The next message, waited for."""
    return eventually(lambda: (got := channel.basic_get(queue, auto_ack=auto_ack))[0] and got, f"a message in {queue}")


def _declared(channel, durable=True, **arguments):
    name = unique("q")
    channel.queue_declare(name, durable=durable, arguments={key.replace("_", "-"): value for key, value in arguments.items()})
    return name


def _waiting(channel, queue):
    return channel.queue_declare(queue, passive=True).method.message_count


def _break(connection):
    """As a process that dies: no word of AMQP, and no orderly end of the socket."""
    peer = connection._impl._transport._sock
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def test_a_channel_wide_prefetch_holds_on_every_type_of_queue(bootstrap):
    """celery/kombu#2469, #2481: 540 on quorum queues."""
    with connected(bootstrap) as connection:
        for kind in ("classic",) if _is_rabbitmq(connection) else ("classic", "quorum"):
            channel, seen = connection.channel(), []
            queues = [_declared(channel, x_queue_type=kind) for _ in range(2)]
            channel.basic_qos(prefetch_count=2, global_qos=True)
            for queue in queues:
                for _ in range(3):
                    channel.basic_publish("", queue, b"x")
                channel.basic_consume(queue, lambda _c, method, _p, _b, seen=seen: seen.append(method.delivery_tag))
            other = connection.channel()
            eventually(lambda: connection.process_data_events(0.02) or len(seen) == 2, "both")
            equal(sum(_waiting(other, queue) for queue in queues), 4, kind)
            channel.basic_ack(seen[-1], multiple=True)
            eventually(lambda: connection.process_data_events(0.02) or len(seen) == 4, "two more")
            equal(sum(_waiting(other, queue) for queue in queues), 2, kind)
            channel.close()
            for queue in queues:
                other.queue_delete(queue)


def test_the_smallest_frames_and_a_first_one_far_above_them(bootstrap):
    """amqp-node/amqplib#791, rabbitmq/rabbitmq-server#13541: frame_max 4096, and a long token in start-ok."""
    with connected(bootstrap) as connection:
        token = {} if _is_rabbitmq(connection) else {"token": "t" * 12_000}
    with opened(bootstrap, frame_max=4096, client_properties=token) as channel:
        queue = _declared(channel, durable=False)
        channel.basic_publish("", queue, b"b" * 20_000)
        equal(len(_got(channel, queue)[2]), 20_000)
        channel.queue_delete(queue)


def test_the_deaths_of_a_message_count_through_those_who_publish_it_again(bootstrap):
    """rabbitmq/rabbitmq-server#10709, spring-cloud/spring-cloud-stream#2939: retry loops without an end."""
    with connected(bootstrap) as connection:
        if _is_rabbitmq(connection):
            return  # from 3.13 on the count stays 1
        channel = connection.channel()
        work = _declared(channel, durable=False)
        wait = _declared(channel, durable=False, x_message_ttl=5, x_dead_letter_exchange="", x_dead_letter_routing_key=work)
        channel.basic_publish("", wait, b"x")
        counts = []
        for _ in range(5):
            _, properties, body = _got(channel, work)
            counts.append(properties.headers["x-death"][0]["count"])
            channel.basic_publish("", wait, body, pika.BasicProperties(headers=properties.headers))
        equal(counts, [1, 2, 3, 4, 5])
        for queue in (work, wait):
            channel.queue_delete(queue)


def test_a_poisonous_message_does_not_take_its_neighbours_with_it(bootstrap):
    """rabbitmq/rabbitmq-website#2207: the prefetch drives innocent messages to their delivery limit."""
    with connected(bootstrap) as connection:
        if _is_rabbitmq(connection):
            return
        channel = connection.channel()
        dead = _declared(channel)
        queue = _declared(channel, x_queue_type="quorum", x_delivery_limit=2, x_dead_letter_exchange="", x_dead_letter_routing_key=dead)
        for body in (b"poison", b"a", b"b"):
            channel.basic_publish("", queue, body)
        for _ in range(3):
            victim = pika.BlockingConnection(parameters(bootstrap))
            consuming, seen = victim.channel(), []
            consuming.basic_qos(prefetch_count=3)
            consuming.basic_consume(queue, lambda *given, seen=seen: seen.append(given[3]))
            eventually(lambda: victim.process_data_events(0.02) or len(seen) == 3, "all three")
            equal(seen, [b"poison", b"a", b"b"])
            _break(victim)
            eventually(lambda: _waiting(channel, queue) == 3 or _waiting(channel, dead) == 1, "they are back")
        equal(_got(channel, dead)[2], b"poison")
        equal([_got(channel, queue)[2] for _ in range(2)], [b"a", b"b"])
        for name in (queue, dead):
            channel.queue_delete(name)


def test_what_a_redeclaration_may_say_in_another_way(bootstrap):
    """cloudamqp/lavinmq#1016, and x-queue-version of queues that have moved up."""
    with opened(bootstrap) as channel:
        queue, exchange = unique("q"), unique("x")
        for arguments in ({"x-consumer-timeout": 10_000}, {"x-consumer-timeout": 20_000}, {}):
            channel.queue_declare(queue, arguments=arguments)
        for arguments in ({"x-alternate-exchange": "a"}, {"x-alternate-exchange": "b"}, {}):
            channel.exchange_declare(exchange, "fanout", arguments=arguments)
        channel.queue_delete(queue)
        channel.exchange_delete(exchange)
        for version in (1, 2):
            channel.queue_delete(_declared(channel, x_queue_version=version))


def test_the_highest_of_256_priorities_comes_first(bootstrap):
    """celery/celery#2635, celery/kombu#1491: what a priority means moved twice."""
    with opened(bootstrap) as channel:
        queue = _declared(channel, x_max_priority=255)
        for priority in (0, 254, 255, 1, 255):
            channel.basic_publish("", queue, b"%d" % priority, pika.BasicProperties(priority=priority))
        equal([int(_got(channel, queue)[2]) for _ in range(5)], [255, 255, 254, 1, 0])
        channel.queue_delete(queue)


def test_a_single_active_consumer_that_was_too_slow_may_be_active_again(bootstrap):
    """rabbitmq/rabbitmq-server#17317: the queue stops for good once each consumer was too slow. #3032: the whole channel goes."""
    with connected(bootstrap) as connection:
        if _is_rabbitmq(connection):
            return
        channel, cancelled, seen = connection.channel(), [], []
        queue = _declared(channel, x_queue_type="quorum", x_single_active_consumer=True, x_consumer_timeout=100)
        channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
        for tag in ("a", "b"):
            channel.basic_consume(queue, lambda _c, method, _p, body: seen.append((method.consumer_tag, body, method.delivery_tag)),
                                  consumer_tag=tag)
        channel.basic_publish("", queue, b"slow")
        eventually(lambda: connection.process_data_events(0.02) or len(cancelled) == 2, "both were too slow")
        equal([(tag, body) for tag, body, _ in seen], [("a", b"slow"), ("b", b"slow")])
        equal(cancelled, ["a", "b"])
        channel.basic_consume(queue, lambda _c, method, _p, body: channel.basic_ack(method.delivery_tag) or seen.append(("again", body)),
                              consumer_tag="again")
        channel.basic_publish("", queue, b"next")
        eventually(lambda: connection.process_data_events(0.02) or len(seen) == 4, "it goes on")
        equal(seen[2:], [("again", b"slow"), ("again", b"next")])
        channel.queue_delete(queue)


def test_an_exclusive_queue_is_free_as_soon_as_its_connection_is_broken(bootstrap):
    """opsmill/infrahub#435, nameko/nameko#359: 405 for a client's own queue after it comes back."""
    name = unique("mine")
    for _ in range(5):
        connection = pika.BlockingConnection(parameters(bootstrap))
        begin = time.monotonic()

        def declared():
            channel = connection.channel()
            try:
                return channel.queue_declare(name, exclusive=True)
            except pika.exceptions.ChannelClosedByBroker as refused:
                equal(refused.reply_code, 405)
        eventually(declared, "the queue", pause_s=0.01)
        assert time.monotonic() - begin < 1, "its old connection kept it"
        _break(connection)


def test_connections_that_come_and_go_leave_nothing_behind(bootstrap):
    """rabbitmq/rabbitmq-server#8784: churn takes the node down."""
    pid = os.environ.get("WHARF_PID")
    if not pid:
        return

    def descriptors():
        return len(os.listdir(f"/proc/{pid}/fd"))

    address = parameters(bootstrap)
    before = descriptors()
    for n in range(1_500):
        peer = socket.create_connection((address.host, address.port))
        if n % 3 > 0:
            peer.sendall(b"AMQP\x00\x00\x09\x01")
        if n % 3 == 2:
            peer.recv(7)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    for n in range(100):
        connection = pika.BlockingConnection(address)
        connection.channel().queue_declare("", exclusive=True)
        if n % 2 == 0:
            connection.close()
        else:
            _break(connection)
    eventually(lambda: descriptors() <= before + 8, "its descriptors are free")  # other cases have some
