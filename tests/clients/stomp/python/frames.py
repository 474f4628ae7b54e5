"""Frames as bytes: what is malformed ends its own connection, with an ERROR that says why."""

import os
import socket

from cases import equal, eventually, unique
from peer import IS_RABBITMQ, connected

SUITE = "stomp frames"
DEADLINE_S = 20


class _Socket:
    def __init__(self, address, connect="CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0"):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=DEADLINE_S)
        self.bytes = b""
        if connect:
            self.write(connect)
            equal(self.frame()[0], "CONNECTED")

    def write(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def read(self):
        """False: the other side has ended."""
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self.bytes += more
        return bool(more)

    def frame(self):
        """Command, headers, body; none at the end. Bodies here have no NUL."""
        while True:
            self.bytes = self.bytes.lstrip(b"\r\n")
            if b"\0" in self.bytes:
                head, _, self.bytes = self.bytes.partition(b"\0")
                lines, _, body = head.partition(b"\n\n")
                command, *headers = lines.decode().split("\n")
                return command, dict(line.split(":", 1) for line in headers), body.decode()
            if not self.read():
                return None

    def ends(self):
        while self.read():
            pass
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def test_the_highest_common_version_is_spoken(bootstrap):
    for accepts, spoken in (("1.0", "1.0"), ("1.0,1.1", "1.1"), ("1.2,1.0", "1.2"), ("1.1,2.0", "1.1"), (None, "1.0")):
        header = f"accept-version:{accepts}\n" if accepts else ""
        with _Socket(bootstrap, None) as one:
            one.write(f"CONNECT\n{header}host:/\nlogin:guest\npasscode:guest\n\n\0")
            command, headers, _ = one.frame()
            equal((command, headers.get("version", "1.0")), ("CONNECTED", spoken))
            equal(bool(headers["session"]) and bool(headers["server"]), True)
    with _Socket(bootstrap, None) as one:
        one.write("STOMP\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0")
        equal(one.frame()[0], "CONNECTED")


def test_a_version_that_nobody_speaks_is_refused(bootstrap):
    with _Socket(bootstrap, None) as one:
        one.write("CONNECT\naccept-version:3.0\nhost:/\nlogin:guest\npasscode:guest\n\n\0")
        command, headers, _ = one.frame()
        equal((command, headers["message"], headers["version"]), ("ERROR", "Version mismatch", "1.0,1.1,1.2"))
        equal(one.ends(), True)


def test_who_may_not_come_in_is_told_so(bootstrap):
    for connect in ("CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:wrong\n\n\0",
                    "CONNECT\naccept-version:1.2\nhost:nowhere\nlogin:guest\npasscode:guest\n\n\0"):
        with _Socket(bootstrap, None) as one:
            one.write(connect)
            command, headers, body = one.frame()
            equal((command, headers["message"]), ("ERROR", "Bad CONNECT"))
            equal("access denied" in body or "Access refused" in body, True)
            equal(one.ends(), True)


def test_without_a_login_a_client_is_the_default_user(bootstrap):
    with _Socket(bootstrap, "CONNECT\naccept-version:1.2\nhost:/\n\n\0") as one:
        one.write(f"SEND\ndestination:/queue/{unique('anonymous')}\nreceipt:1\n\nx\0")
        equal(one.frame()[:2], ("RECEIPT", {"receipt-id": "1"}))


def test_nothing_is_served_before_connect(bootstrap):
    with _Socket(bootstrap, None) as one:
        one.write("SEND\ndestination:/queue/x\n\nx\0")
        command, headers, _ = one.frame()
        equal((command, headers["message"]), ("ERROR", "Illegal command"))


def test_mistakes_are_told_by_rabbitmqs_words(bootstrap):
    for frame, message in (("SEND\ndestination:/nothing/x\n\nx\0", "Unknown destination"),
                           ("SEND\ndestination:/queue/\n\nx\0", "Invalid destination"),
                           ("SEND\n\nx\0", "Missing destination"),
                           ("SEND\ndestination:/exchange/not-there/k\n\nx\0", "not_found"),
                           ("SUBSCRIBE\nid:1\ndestination:/amq/queue/not-there\n\n\0", "not_found"),
                           ("UNSUBSCRIBE\nid:1\n\n\0", "No subscription found"),
                           ("ACK\nid:1\n\n\0", "Invalid header"),
                           ("COMMIT\ntransaction:1\n\n\0", "Bad transaction"),
                           ("BEGIN\n\n\0", "Missing transaction"),
                           ("SEND\ndestination:/queue/q\nuser-id:somebody\n\nx\0", "precondition_failed"),
                           ("NOTHING\n\n\0", "Bad command")):
        with _Socket(bootstrap) as one:
            one.write(frame)
            command, headers, body = one.frame()
            equal((command, headers["message"]), ("ERROR", message), frame)
            equal(bool(body), True)


def test_a_mistake_names_the_receipt_and_ends_the_connection(bootstrap):
    if IS_RABBITMQ:
        return  # which goes on after some, and leaves the receipt out
    with _Socket(bootstrap) as one:
        one.write("SEND\ndestination:/nothing/x\nreceipt:r-1\n\nx\0SEND\ndestination:/queue/x\nreceipt:r-2\n\nx\0")
        command, headers, _ = one.frame()
        equal((command, headers["receipt-id"]), ("ERROR", "r-1"))
        equal(one.ends(), True)


def test_malformed_frames_end_their_connection_only(bootstrap):
    with connected(bootstrap) as bystander:
        for frame in ("SEND\ndestination:/queue/x\na:b\\t\n\nx\0", "SEND\ndestination\n\nx\0",
                      "SEND\ndestination:/queue/x\ncontent-length:-1\n\nx\0", "SEND\ndestination:/queue/x\ncontent-length:1\n\nxyz\0"):
            with _Socket(bootstrap) as one:
                one.write(frame)
                if not IS_RABBITMQ:  # which says nothing
                    command, headers, _ = one.frame()
                    equal((command, headers["message"]), ("ERROR", "Malformed frame"), frame)
                equal(one.ends(), True)
        name = f"/queue/{unique('bystander')}"
        bystander.subscribe(name)
        bystander.send(name, b"1")
        equal(bystander.receive().body, b"1")


def test_frames_above_the_limits_are_refused_before_they_are_read(bootstrap):
    if IS_RABBITMQ:
        return  # its limits are others
    for frame in ("SEND\ncontent-length:999999999999\n\n", "SEND\n" + "a:b\n" * 300, "SEND\na:" + "b" * 100_000):
        with _Socket(bootstrap) as one:
            one.write(frame)
            command, headers, _ = one.frame()
            equal((command, headers["message"]), ("ERROR", "Frame too large"), frame[:40])
            equal(one.ends(), True)
    with _Socket(bootstrap, None) as stranger:
        stranger.write("CONNECT\ncontent-length:5000\n\n")
        equal(stranger.frame()[1]["message"], "Frame too large")


def test_lines_may_end_with_carriage_returns_and_beats_may_come_between(bootstrap):
    name = f"/queue/{unique('crlf')}"
    with _Socket(bootstrap) as one:
        one.write(f"\r\n\n\r\nSUBSCRIBE\r\nid:0\r\ndestination:{name}\r\nreceipt:1\r\n\r\n\0\r\n")
        equal(one.frame()[0], "RECEIPT")
        one.write(f"SEND\r\ndestination:{name}\r\n\r\nx\0")
        command, headers, body = one.frame()
        equal((command, headers["destination"], body), ("MESSAGE", name, "x"))


def test_a_subscriptions_id_is_used_once(bootstrap):
    name = f"/queue/{unique('twice')}"
    with _Socket(bootstrap) as one:
        one.write(f"SUBSCRIBE\nid:0\ndestination:{name}\n\n\0SUBSCRIBE\nid:0\ndestination:{name}x\n\n\0")
        equal(one.frame()[1]["message"], "Duplicated subscription identifier")
        equal(one.ends(), True)


def test_a_disconnect_is_answered_when_all_is_done(bootstrap):
    name = f"/queue/{unique('bye')}"
    with _Socket(bootstrap) as one:
        one.write(f"SEND\ndestination:{name}\npersistent:true\n\nx\0" * 50 + "DISCONNECT\nreceipt:bye\n\n\0")
        equal(one.frame()[:2], ("RECEIPT", {"receipt-id": "bye"}))
        equal(one.ends(), True)
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        equal(peer.bodies(50), [b"x"] * 50)


def test_heart_beats_go_both_ways_and_silence_ends_a_connection(bootstrap):
    wait_ms = 1000 if IS_RABBITMQ else 200
    with connected(bootstrap, "1.1", heartbeats=(wait_ms, wait_ms)) as peer:
        eventually(lambda: peer.beats >= 3, "three beats of the server")
        equal(peer.connection.is_connected(), True)
    with _Socket(bootstrap, None) as silent:
        silent.write(f"CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\nheart-beat:{wait_ms},0\n\n\0")
        equal(silent.frame()[0], "CONNECTED")
        equal(silent.ends(), True)


def test_other_protocols_are_told_where_they_are(bootstrap):
    if IS_RABBITMQ:
        return
    with _Socket(bootstrap, None) as one:
        one.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        equal(one.ends(), True)
        equal(one.bytes.startswith(b"HTTP/1.1 400"), True)


def test_a_client_that_does_not_read_costs_a_window_and_no_more(bootstrap):
    name = f"/queue/{unique('deaf')}"
    with _Socket(bootstrap) as deaf, connected(bootstrap) as peer:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        deaf.write(f"SUBSCRIBE\nid:0\ndestination:{name}\nack:client\nreceipt:1\n\n\0")
        equal(deaf.frame()[0], "RECEIPT")
        for number in range(30):
            peer.send(name, b"%06d" % number + b"x" * 100_000)
        if "WHARF_PID" in os.environ and not IS_RABBITMQ:
            peer.hears_nothing_more()  # others are served
        seen = []
        while len(seen) < 30:
            frame = deaf.frame()
            seen.append(int(frame[2][:6]))
            deaf.write(f"ACK\nid:{frame[1]['ack']}\n\n\0")
        equal(seen, list(range(30)))
