"""As much of the management API as the cases need that make and delete users and virtual hosts."""

import base64
import json
import os
import urllib.request

import pika

IS_THERE = "WHARF_ADMIN" in os.environ
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


def ask(method, path, body=None):
    request = urllib.request.Request(f"http://{os.environ['WHARF_ADMIN']}/api/{path}", method=method,
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json",
                                              "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer) if answer.status == 200 else None


def make_user(name, vhost="%2F", permission=None, tags=""):
    """With all rights in the virtual host, unless told otherwise, and a password like its name; its credentials."""
    ask("PUT", f"users/{name}", {"password": name, "tags": tags})
    ask("PUT", f"permissions/{vhost}/{name}", permission or EVERYTHING)
    return pika.PlainCredentials(name, name)


def make_vhost(name):
    ask("PUT", f"vhosts/{name}")
