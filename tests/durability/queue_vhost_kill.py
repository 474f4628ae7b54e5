"""Kill -9 while a virtual host with streams and a queue is being deleted: after the next start it is there with all that was in it, or it is gone with
it. Made anew it is empty, and nothing of the old streams is left on disk. WHARF_KILLS says how often (default 10), WHARF_SEED repeats the
moments of an earlier run."""

import base64
import json
import os
import random
import tempfile
import threading
import urllib.error
import urllib.request

import pika

from broker import Broker, own_address
from drawn_faults import faults_and_seed

STREAMS = [f"s{number}" for number in range(5)]
MESSAGES = 20


def ask(broker, method, path, body=None):
    """Status; whatever is cut off is an OSError."""
    request = urllib.request.Request(f"http://{broker.admin}/api/{path}", method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": "Basic " + base64.b64encode(b"guest:guest").decode(),
                                              "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def connect(address, vhost="shop"):
    host, port = address.rsplit(":", 1)
    return pika.BlockingConnection(pika.ConnectionParameters(host, int(port), vhost))


def fill(address):
    connection = connect(address)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare("jobs", durable=True)
    for name in ["jobs", *STREAMS]:
        channel.queue_declare(name, durable=True, arguments={"x-queue-type": "classic" if name == "jobs" else "stream"})
        channel.queue_bind(name, "amq.fanout")
    for number in range(MESSAGES):
        channel.basic_publish("amq.fanout", "", str(number), pika.BasicProperties(delivery_mode=2), mandatory=True)
    connection.close()


def held(address):
    """Messages by name; none where there is no such queue."""
    connection = connect(address)
    found = {}
    for name in ["jobs", *STREAMS]:
        try:
            found[name] = connection.channel().queue_declare(name, passive=True).method.message_count
        except pika.exceptions.ChannelClosedByBroker as closed:
            assert closed.reply_code == 404, closed
    connection.close()
    return found


def logs(broker):
    """Folders of partition 0 of topics (docs/formats.md): not the metadata's, not queues', whose logs such a kill may leave behind."""
    return {name for name in os.listdir(f"{broker.data}/logs") if name.endswith("-0") and not name.startswith("0" * 16)}


def delete(broker, answered):
    try:
        answered.append(ask(broker, "DELETE", "vhosts/shop"))
    except OSError:
        pass


def main():
    kills, seed = faults_and_seed()
    draw = random.Random(seed)
    address = own_address()
    whole = dict.fromkeys(["jobs", *STREAMS], MESSAGES)
    outcomes = {"there": 0, "gone": 0}
    with tempfile.TemporaryDirectory(prefix="wharf-vhost-kill-") as folder, Broker(f"{folder}/data", **{"amqp.listen": address}) as broker:
        broker.start()
        before = logs(broker)
        for number in range(kills):
            assert ask(broker, "PUT", "vhosts/shop") == 201
            assert held(address) == {}, "a new one is empty"
            fill(address)
            if number % 3 == 0:
                broker.kill()
                broker.start()
                assert held(address) == whole
            answered = []
            deletion = threading.Thread(target=delete, args=(broker, answered))
            deletion.start()
            threading.Event().wait(draw.random() * 0.008)
            broker.kill()
            deletion.join()
            broker.start()
            is_there = ask(broker, "GET", "vhosts/shop") == 200
            assert not (is_there and answered), "it was said to be deleted"
            outcomes["there" if is_there else "gone"] += 1
            if is_there:
                assert held(address) == whole, held(address)
                assert ask(broker, "DELETE", "vhosts/shop") == 204
            left = logs(broker) - before
            assert not left, f"logs of a virtual host that is gone: {left}"
        broker.stop()
    print(f"killed {kills} times: {outcomes}")


if __name__ == "__main__":
    main()
