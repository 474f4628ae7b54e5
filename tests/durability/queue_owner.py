"""A client whose cable is pulled comes back by another way and asks for its exclusive queue: it has it at once, not when the heartbeat of
its old connection is missed. Another client does not get it, and neither does the same one while its old connection is there."""

import base64
import json
import sys
import tempfile
import time
import urllib.request

import pika
import pika.exceptions

from broker import Broker
from network import NEAR, FarMachine

USER = "roamer"
HEARTBEAT_S = 600  # not what decides here
PATIENCE_S = 5  # RabbitMQ's clients wait longer for a declare


def connected(host, port, **properties):
    return pika.BlockingConnection(pika.ConnectionParameters(
        host, port, credentials=pika.PlainCredentials(USER, USER), heartbeat=HEARTBEAT_S, client_properties=properties or None))


def hold(host, port):
    """Over there: has the queue until the end."""
    connection = connected(host, int(port))
    connection.channel().queue_declare("mine", exclusive=True)
    print("held", flush=True)
    connection.process_data_events(time_limit=None)


def claim(port, **properties):
    """Seconds until the queue is the caller's; None: it is locked."""
    connection = connected("127.0.0.1", port, **properties)
    begin = time.monotonic()
    try:
        connection.channel().queue_declare("mine", exclusive=True)
        return time.monotonic() - begin
    except pika.exceptions.ChannelClosedByBroker as refused:
        if refused.reply_code != 405:
            raise
        return None
    finally:
        connection.close()


def admit(admin):
    """A user who may come from elsewhere."""
    guest = base64.b64encode(b"guest:guest").decode()
    for path, body in ((f"users/{USER}", {"password": USER, "tags": ""}),
                       (f"permissions/%2F/{USER}", {"configure": ".*", "write": ".*", "read": ".*"})):
        request = urllib.request.Request(f"http://{admin}/api/{path}", json.dumps(body).encode(), method="PUT",
                                         headers={"Authorization": f"Basic {guest}", "Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()


def main():
    with (tempfile.TemporaryDirectory(prefix="wharf-owner-") as folder, FarMachine() as far,
          Broker(f"{folder}/data", **{"amqp.listen": "0.0.0.0:0"}) as broker):
        broker.start()
        admit(broker.admin)
        port = int(broker.listeners["amqp"].rsplit(":", 1)[1])
        with far.start(sys.executable, __file__, NEAR, str(port)) as owner:
            try:
                if owner.stdout.readline().strip() != "held":
                    raise AssertionError("the owner did not get its queue")
                if claim(port) is not None:
                    raise AssertionError("a connection that answers lost its queue")
                far.pull_the_cable()
                if claim(port, product="another program") is not None:
                    raise AssertionError("another client got the queue")
                seconds = claim(port)
            finally:
                owner.kill()
        if seconds is None or seconds > PATIENCE_S:
            raise AssertionError(f"the client did not get its queue: {seconds}")
        print(f"the queue is its client's again after {seconds:.2f} s")
        broker.stop()


if __name__ == "__main__":
    hold(*sys.argv[1:]) if len(sys.argv) > 1 else main()
