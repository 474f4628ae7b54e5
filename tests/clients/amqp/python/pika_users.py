"""A user's tag that changes what it may publish. Users are made by the management API; without its address there are no cases."""

import base64
import json
import os
import urllib.request

import pika

from cases import equal, raises, unique
from connection import opened

SUITE = "pika"


def ask(method, path, body=None):
    request = urllib.request.Request(f"http://{os.environ['WHARF_ADMIN']}/api/{path}", method=method,
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json",
                                              "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()})
    urllib.request.urlopen(request, timeout=30).close()


if "WHARF_ADMIN" in os.environ:
    def test_an_impersonator_publishes_in_anothers_name_and_nobody_else_does(bootstrap):
        user, queue = unique("proxy"), unique("q")
        credentials = pika.PlainCredentials(user, "secret")
        ask("PUT", f"users/{user}", {"password": "secret", "tags": "administrator"})
        ask("PUT", f"permissions/%2F/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        with opened(bootstrap, credentials=credentials) as channel:
            channel.confirm_delivery()
            refused = raises(pika.exceptions.ChannelClosedByBroker, lambda: channel.basic_publish(
                "", queue, b"x", pika.BasicProperties(user_id="carla")))
            equal((refused.reply_code, refused.reply_text),
                  (406, f"PRECONDITION_FAILED - user_id property set to 'carla' but authenticated user was '{user}'"))
        ask("PUT", f"users/{user}", {"password": "secret", "tags": "impersonator"})
        with opened(bootstrap, credentials=credentials) as channel:
            channel.queue_declare(queue)
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"x", pika.BasicProperties(user_id="carla"))
            equal(channel.basic_get(queue, auto_ack=True)[1].user_id, "carla")
            channel.queue_delete(queue)
        ask("DELETE", f"users/{user}")
