"""Declaring, binding, deleting, and what each mistake is answered with: the words of a RabbitMQ 4.0, letter by letter."""

import pika
from pika.exceptions import (ChannelClosedByBroker, ConnectionClosedByBroker, ProbableAccessDeniedError,
                             ProbableAuthenticationError)

from cases import equal, raises, unique
from connection import connected, opened

SUITE = "pika"
LOCKED = ("RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{0}' in vhost '/'. It could be originally declared on "
          "another connection or the exclusive property value does not match that of the original declaration.")


def _refused(bootstrap, code, text, action):
    """The channel is closed with these, and its connection goes on."""
    with connected(bootstrap) as connection:
        error = raises(ChannelClosedByBroker, action, connection.channel())
        equal((error.reply_code, error.reply_text), (code, text))
        connection.channel().queue_declare("", exclusive=True)


def test_a_queue_is_declared_found_purged_and_deleted(bootstrap):
    with opened(bootstrap) as channel:
        name = unique("q")
        equal(channel.queue_declare(name, durable=True).method.message_count, 0)
        for body in (b"1", b"2", b"3"):
            channel.basic_publish("", name, body)
        found = channel.queue_declare(name, passive=True).method
        equal((found.queue, found.message_count, found.consumer_count), (name, 3, 0))
        equal(channel.queue_purge(name).method.message_count, 3)
        channel.basic_publish("", name, b"4")
        equal(channel.queue_delete(name).method.message_count, 1)
        equal(channel.queue_delete(name).method.message_count, 0)


def test_names_of_the_brokers_choice_are_unlike_each_other(bootstrap):
    with opened(bootstrap) as channel:
        names = {channel.queue_declare("", exclusive=True).method.queue for _ in range(20)}
        equal(len(names), 20)
        equal({(name[:8], len(name)) for name in names}, {("amq.gen-", 30)})


def test_what_is_not_there_is_not_found(bootstrap):
    no_queue, no_exchange = "NOT_FOUND - no queue 'nope' in vhost '/'", "NOT_FOUND - no exchange 'nope' in vhost '/'"
    for action in (lambda c: c.queue_declare("nope", passive=True), lambda c: c.queue_bind("nope", "amq.direct", "k"),
                   lambda c: c.basic_consume("nope", print), lambda c: c.basic_get("nope"), lambda c: c.queue_purge("nope")):
        _refused(bootstrap, 404, no_queue, action)
    for action in (lambda c: c.exchange_declare("nope", passive=True), lambda c: c.exchange_bind("nope", "amq.direct", "k"),
                   lambda c: c.exchange_bind("amq.direct", "nope", "k")):
        _refused(bootstrap, 404, no_exchange, action)
    for action in (lambda c: c.queue_bind("", "amq.direct", "k"), lambda c: c.basic_get(""), lambda c: c.queue_purge("")):
        _refused(bootstrap, 404, "NOT_FOUND - no previously declared queue", action)


def test_reserved_names_and_the_default_exchange_are_the_brokers(bootstrap):
    _refused(bootstrap, 403, "ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'",
             lambda c: c.queue_declare("amq.foo"))
    _refused(bootstrap, 403, "ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*'",
             lambda c: c.exchange_declare("amq.foo"))
    _refused(bootstrap, 403, "ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed",
             lambda c: c.exchange_delete("amq.direct"))
    for action in (lambda c: c.exchange_declare(""), lambda c: c.exchange_delete("")):
        _refused(bootstrap, 403, "ACCESS_REFUSED - operation not permitted on the default exchange", action)


def test_a_queue_declared_otherwise_is_refused_and_stays(bootstrap):
    differing = [
        (dict(durable=True), "'durable'", "'true'", "'false'", {}),
        (dict(auto_delete=True), "'auto_delete'", "'true'", "'false'", {}),
        (dict(arguments={"x-message-ttl": 1000}), "'x-message-ttl'", "the value '1000' of type 'signedint'", "none", {}),
        ({}, "'x-max-length'", "none", "the value '5' of type 'signedint'", dict(arguments={"x-max-length": 5})),
        (dict(arguments={"x-max-priority": 3}), "'x-max-priority'", "'3'", "'4'", dict(arguments={"x-max-priority": 4})),
    ]
    with opened(bootstrap) as keeper:
        for again, argument, received, current, first in differing:
            name = unique("q")
            keeper.queue_declare(name, **first)
            _refused(bootstrap, 406, f"PRECONDITION_FAILED - inequivalent arg {argument} for queue '{name}' in vhost '/': received "
                     f"{received} but current is {current}", lambda c, name=name, again=again: c.queue_declare(name, **again))
            keeper.queue_delete(name)


def test_what_changes_nothing_may_differ_in_a_second_declaration(bootstrap):
    with opened(bootstrap) as channel:
        name = unique("q")
        channel.queue_declare(name, arguments={"x-consumer-timeout": 60000})
        channel.queue_declare(name, arguments={"x-consumer-timeout": 70000, "x-queue-type": "classic"})
        channel.queue_declare(name)
        channel.queue_delete(name)


def test_an_exclusive_queue_is_its_connections_alone_and_goes_with_it(bootstrap):
    name = unique("q")
    with opened(bootstrap) as owner:
        owner.queue_declare(name, exclusive=True)
        for action in (lambda c: c.queue_declare(name, passive=True), lambda c: c.queue_declare(name, exclusive=True),
                       lambda c: c.basic_consume(name, print), lambda c: c.basic_get(name), lambda c: c.queue_delete(name)):
            _refused(bootstrap, 405, LOCKED.format(name), action)
    with opened(bootstrap) as channel:
        channel.queue_declare(name, exclusive=True)


def test_arguments_that_cannot_be_are_refused(bootstrap):
    refusals = {
        ("x-message-ttl", -1): "{value_negative,-1}",
        ("x-expires", 0): "{value_zero,0}",
        ("x-max-length", "a"): '"expected integer, got longstr"',
        ("x-overflow", "a"): "invalid_overflow",
        ("x-max-priority", 256): "{max_value_exceeded,256}",
        ("x-dead-letter-routing-key", "a"): "routing_key_but_no_dlx_defined",
        ("x-queue-type", "a"): "\"unsupported queue type 'a'\"",
    }
    for (argument, value), why in refusals.items():
        _refused(bootstrap, 406, f"PRECONDITION_FAILED - invalid arg '{argument}' for queue 'bad' in vhost '/': {why}",
                 lambda c, a=argument, v=value: c.queue_declare("bad", arguments={a: v}))


def test_deletion_can_depend_on_use_and_content(bootstrap):
    name = unique("q")
    with opened(bootstrap) as channel:
        channel.queue_declare(name)
        channel.confirm_delivery()
        channel.basic_publish("", name, b"x")
        _refused(bootstrap, 406, f"PRECONDITION_FAILED - queue '{name}' in vhost '/' not empty",
                 lambda c: c.queue_delete(name, if_empty=True))
        channel.basic_consume(name, print)
        _refused(bootstrap, 406, f"PRECONDITION_FAILED - queue '{name}' in vhost '/' in use",
                 lambda c: c.queue_delete(name, if_unused=True))
        channel.queue_delete(name)


def test_a_wrong_login_and_an_unknown_vhost_are_told(bootstrap):
    def login(**settings):
        with connected(bootstrap, **settings):
            pass
    error = raises(ProbableAuthenticationError, login, credentials=pika.PlainCredentials("guest", "wrong"))
    equal("Login was refused using authentication mechanism PLAIN" in str(error), True, str(error))
    error = raises(ProbableAccessDeniedError, login, virtual_host="nope")
    equal("NOT_ALLOWED - vhost nope not found" in str(error), True, str(error))


def test_what_is_not_implemented_closes_the_connection(bootstrap):
    for text, action in (("NOT_IMPLEMENTED - prefetch_size!=0 (5)", lambda c: c.basic_qos(prefetch_size=5)),
                         ("NOT_IMPLEMENTED - requeue=false", lambda c: c.basic_recover(requeue=False)),
                         ("NOT_IMPLEMENTED - active=false", lambda c: c.flow(False))):
        connection = pika.BlockingConnection(pika.ConnectionParameters(*_address(bootstrap)))
        error = raises(ConnectionClosedByBroker, action, connection.channel())
        equal((error.reply_code, error.reply_text), (540, text))


def _address(bootstrap):
    host, port = bootstrap.rsplit(":", 1)
    return host, int(port)
