"""Kill -9 while a STOMP client moves messages from one queue to another, each by a transaction: what was committed is in the second queue
once and not in the first any more, what was not is in one of them. WHARF_KILLS says how often (default 10), WHARF_SEED repeats the
moments of an earlier run."""

import random
import socket
import tempfile
import threading
import time

from broker import Broker, own_address
from drawn_faults import faults_and_seed

DEADLINE_S = 60


class Client:
    """STOMP 1.2 on a socket: whatever is cut off is an OSError."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=DEADLINE_S)
        self.bytes = b""
        self.write("CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0")
        assert self.frame()[0] == "CONNECTED"

    def write(self, text):
        self.socket.sendall(text.encode())

    def frame(self):
        """Command, headers, body."""
        while b"\0" not in self.bytes:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionResetError("the broker has ended")
            self.bytes += more
        head, _, self.bytes = self.bytes.partition(b"\0")
        lines, _, body = head.lstrip(b"\n").decode().partition("\n\n")
        command, *headers = lines.split("\n")
        assert command != "ERROR", (lines, body)
        return command, dict(header.split(":", 1) for header in headers), body

    def until(self, command):
        while True:
            frame = self.frame()
            if frame[0] == command:
                return frame

    def close(self):
        self.socket.close()


def fill(address, count):
    client = Client(address)
    for number in range(count):
        client.write(f"SEND\ndestination:/queue/first\npersistent:true\nreceipt:{number}\n\n{number}\0")
    for _ in range(count):
        client.until("RECEIPT")
    client.close()


def move(address, committed):
    """Until it is cut off: the numbers whose COMMIT was answered are noted."""
    client = Client(address)
    client.write("SUBSCRIBE\nid:0\ndestination:/queue/first\nack:client-individual\nprefetch-count:10\n\n\0")
    while True:
        _, headers, body = client.until("MESSAGE")
        client.write(f"BEGIN\ntransaction:t\n\n\0SEND\ndestination:/queue/second\npersistent:true\ntransaction:t\n\n{body}\0"
                     f"ACK\nid:{headers['ack']}\ntransaction:t\n\n\0COMMIT\ntransaction:t\nreceipt:c\n\n\0")
        kept = []
        while True:  # other messages may come before the receipt
            frame = client.frame()
            if frame[0] == "RECEIPT":
                break
            kept.append(frame)
        committed.append(int(body))
        for _, headers, body in kept:
            client.write(f"NACK\nid:{headers['ack']}\n\n\0")


def drain(address, name):
    """What a queue has."""
    client = Client(address)
    client.write(f"SUBSCRIBE\nid:0\ndestination:/queue/{name}\n\n\0SUBSCRIBE\nid:1\ndestination:/queue/fence\n\n\0")
    client.write("SEND\ndestination:/queue/fence\n\n\0")
    seen = []
    client.socket.settimeout(3)
    try:
        while True:
            _, headers, body = client.until("MESSAGE")
            if headers["subscription"] == "0":
                seen.append(int(body))
    except TimeoutError:
        pass
    client.close()
    return seen


def main():
    kills, seed = faults_and_seed()
    draw = random.Random(seed)
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-stomp-kill-") as folder, Broker(f"{folder}/data", **{"stomp.listen": address}) as broker:
        broker.start()
        count = 200 * kills
        fill(address, count)
        committed = []

        def mover():
            try:
                move(address, committed)
            except OSError:
                pass  # cut off

        for number in range(kills):
            begun = len(committed)
            thread = threading.Thread(target=mover)
            thread.start()
            wanted = draw.randrange(5, 100)
            end = time.monotonic() + DEADLINE_S
            while len(committed) - begun < wanted and thread.is_alive():
                assert time.monotonic() < end, "nothing moves"
                thread.join(0.001)
            broker.kill()
            thread.join()
            broker.start()
        first, second = drain(address, "first"), drain(address, "second")
        lost = set(range(count)) - set(first) - set(second)
        assert not lost, f"lost: {sorted(lost)[:10]}"
        assert len(first) == len(set(first)) and len(committed) == len(set(committed)), "a message came twice"
        missing = set(committed) - set(second)
        assert not missing, f"committed and not there: {sorted(missing)[:10]}"
        again = set(committed) & set(first)
        assert not again, f"committed and still there: {sorted(again)[:10]}"
        assert len(second) == len(set(second)), "a message is in the second queue twice"
        assert not set(first) & set(second), "half of a transaction was carried out"
        print(f"{kills} kills: {len(committed)} of {count} messages moved by transactions that were answered, {len(second)} moved", flush=True)
        broker.stop()


if __name__ == "__main__":
    main()
