"""Users and virtual hosts: what a tag allows, and who is sent away when one is deleted. They are made by the management API; without
its address there are no cases."""

import pika

import management
from cases import equal, eventually, raises, unique
from connection import connected, opened
from management import ask, make_user, make_vhost

SUITE = "pika"


def closes(connection):
    """What the broker closes it with: code and text."""
    def look():
        connection.process_data_events(time_limit=30)
    error = raises(pika.exceptions.ConnectionClosedByBroker, lambda: eventually(look, "it is closed"))
    return error.reply_code, error.reply_text


if management.IS_THERE:
    def test_an_impersonator_publishes_in_anothers_name_and_nobody_else_does(bootstrap):
        user, queue = unique("proxy"), unique("q")
        credentials = make_user(user, tags="administrator")
        with opened(bootstrap, credentials=credentials) as channel:
            channel.confirm_delivery()
            refused = raises(pika.exceptions.ChannelClosedByBroker, lambda: channel.basic_publish(
                "", queue, b"x", pika.BasicProperties(user_id="carla")))
            equal((refused.reply_code, refused.reply_text),
                  (406, f"PRECONDITION_FAILED - user_id property set to 'carla' but authenticated user was '{user}'"))
        make_user(user, tags="impersonator")
        with opened(bootstrap, credentials=credentials) as channel:
            channel.queue_declare(queue)
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"x", pika.BasicProperties(user_id="carla"))
            equal(channel.basic_get(queue, auto_ack=True)[1].user_id, "carla")
            channel.queue_delete(queue)
        ask("DELETE", f"users/{user}")

    def test_connections_in_a_virtual_host_that_is_deleted_are_closed_and_no_others(bootstrap):
        vhost = unique("v")
        make_vhost(vhost)
        with connected(bootstrap, virtual_host=vhost) as idle, connected(bootstrap, virtual_host=vhost) as consuming, \
                connected(bootstrap) as bystander:
            channel = consuming.channel()
            channel.queue_declare("q")
            channel.basic_consume("q", lambda *_: None)
            ask("DELETE", f"vhosts/{vhost}")
            for connection in (idle, consuming):
                code, text = closes(connection)
                equal(code, 320)
                # RabbitMQ stops it before it is gone, and says that.
                assert text == f"CONNECTION_FORCED - vhost '{vhost}' is down", text
            make_vhost(vhost)
            with opened(bootstrap, virtual_host=vhost) as channel:
                raises(pika.exceptions.ChannelClosedByBroker, lambda: channel.queue_declare("q", passive=True))
            assert bystander.channel().queue_declare("", exclusive=True).method.queue
        ask("DELETE", f"vhosts/{vhost}")

    def test_a_user_that_is_deleted_is_sent_away_and_a_new_password_or_a_right_that_is_taken_sends_nobody_away(bootstrap):
        user, queue = unique("leaver"), unique("q")
        credentials = make_user(user)
        with opened(bootstrap) as others, connected(bootstrap, credentials=credentials) as idle, \
                connected(bootstrap, credentials=credentials) as consuming:
            others.queue_declare(queue)
            others.confirm_delivery()
            came = []
            channel = consuming.channel()
            channel.basic_consume(queue, lambda c, method, p, body: (came.append(body), c.basic_ack(method.delivery_tag)))

            def comes(body):
                others.basic_publish("", queue, body)
                eventually(lambda: consuming.process_data_events(time_limit=0.1) or body in came, f"{body} comes")
            comes(b"at first")
            ask("PUT", f"users/{user}", {"password": "another", "tags": ""})
            comes(b"with a new password")
            ask("PUT", f"permissions/%2F/{user}", {"configure": "^$", "write": "^$", "read": "^$"})
            comes(b"without a right")
            ask("DELETE", f"permissions/%2F/{user}")
            comes(b"without any permission")
            refused = raises(pika.exceptions.ChannelClosedByBroker, lambda: idle.channel().queue_declare(queue, passive=False))
            equal(refused.reply_code, 403)
            ask("DELETE", f"users/{user}")
            for connection in (idle, consuming):
                equal(closes(connection), (320, f"CONNECTION_FORCED - user '{user}' is deleted"))
            others.basic_publish("", queue, b"too late")
            equal(others.basic_get(queue, auto_ack=True)[2], b"too late")
            others.queue_delete(queue)
