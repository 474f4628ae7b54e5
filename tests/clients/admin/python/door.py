"""Requests to the admin door under test."""

import http.client
import os
import socket

HOST, PORT = os.environ["WHARF_ADMIN"].rsplit(":", 1)


def connect():
    return http.client.HTTPConnection(HOST, int(PORT), timeout=10)


def ask(path, method="GET", connection=None, **more):
    """(status, headers, body) of one request."""
    own = connection or connect()
    own.request(method, path, **more)
    response = own.getresponse()
    answer = response.status, response.headers, response.read()
    if connection is None:
        own.close()
    return answer


def say(text):
    """Everything that comes back for these bytes until the door closes the connection."""
    with socket.create_connection((HOST, int(PORT)), timeout=10) as door:
        door.sendall(text)
        heard = b""
        while True:
            try:
                more = door.recv(65536)
            except ConnectionResetError:
                return heard
            if not more:
                return heard
            heard += more
