"""Where descriptors are few, connections come before the files that logs keep open, and what the broker needs for itself before both:
as many clients as there is room for, while records go to more partitions than there is room for files; one more is closed, and said."""

import socket
import struct
import tempfile
import urllib.request

from broker import Broker
from waiting import eventually
from workload import Writer, create_topic, verify

TOPIC, PARTITIONS = "wide", 500
LIMIT, CONNECTIONS = 1_000, 750  # as many as the broker lets in of so many descriptors
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
ANSWER_S = 20


def served(address):
    """A connection with an answer, or None for one that was closed."""
    host, port = address.rsplit(":", 1)
    client = socket.create_connection((host, int(port)), timeout=ANSWER_S)
    try:
        client.sendall(API_VERSIONS)
        if client.recv(4):
            return client
    except ConnectionError:
        pass
    client.close()
    return None


def metric(broker, line):
    with urllib.request.urlopen(f"http://{broker.admin}/metrics", timeout=ANSWER_S) as page:
        return sum(float(sample.rsplit(" ", 1)[1]) for sample in page.read().decode().splitlines() if sample.startswith(line))


def fill(broker):
    """Clients until one is closed."""
    clients = []
    while (client := served(broker.bootstrap)) is not None:
        clients.append(client)
        if len(clients) > CONNECTIONS:
            raise AssertionError(f"{len(clients)} clients of {LIMIT} descriptors")
    return clients


def main():
    with tempfile.TemporaryDirectory(prefix="wharf-descriptors-") as folder, Broker(f"{folder}/data", descriptors=LIMIT) as broker:
        broker.start()
        create_topic(broker.bootstrap, TOPIC, PARTITIONS)
        writer = Writer(broker.bootstrap, TOPIC, PARTITIONS, "writer", payload_bytes=2_000)
        eventually(lambda: metric(broker, "wharf_log_open_files") > LIMIT - CONNECTIONS, "more open files than a full house leaves room for")
        clients = fill(broker)
        print(f"{len(clients)} clients, {metric(broker, 'wharf_log_open_files'):.0f} files of logs, {metric(broker, 'process_open_fds'):.0f} descriptors")
        if len(clients) < CONNECTIONS - 10:  # the writer has some
            raise AssertionError(f"no more than {len(clients)} clients found room")
        writer.wait_for_acknowledgements(2 * PARTITIONS)
        for client in clients:
            client.close()
        eventually(lambda: served(broker.bootstrap), "a client that is served once others have gone")
        writer.finish()
        words = broker.last_words()
        if "may have no more descriptors" not in words or "could not accept" in words:
            raise AssertionError(f"the log says:\n{words}")
        verify(broker.bootstrap, TOPIC, PARTITIONS, [writer])
        broker.stop()


if __name__ == "__main__":
    main()
