"""A pika connection to the broker under test, closed with its case."""

import contextlib

import pika


def parameters(bootstrap, **settings):
    host, port = bootstrap.rsplit(":", 1)
    return pika.ConnectionParameters(host, int(port), **settings)


@contextlib.contextmanager
def connected(bootstrap, **settings):
    connection = pika.BlockingConnection(parameters(bootstrap, **settings))
    try:
        yield connection
    finally:
        if connection.is_open:
            connection.close()


@contextlib.contextmanager
def opened(bootstrap, **settings):
    with connected(bootstrap, **settings) as connection:
        yield connection.channel()
