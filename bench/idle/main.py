"""What one connection takes in the broker that has signed in and says nothing, without heartbeats."""
import os
import pathlib
import socket
import struct
import sys

FIRST = 1000


def mqtt(number):
    client = f"idle-{number}".encode()
    body = b"\0\4MQTT\4\2\0\0" + struct.pack(">H", len(client)) + client
    return [(b"\x10" + bytes([len(body)]) + body, lambda got: len(got) >= 4)]


def amqp_method(class_id, method_id, arguments):
    body = struct.pack(">HH", class_id, method_id) + arguments
    return struct.pack(">BHI", 1, 0, len(body)) + body + b"\xce"


def amqp(_):
    def whole(got):
        return len(got) >= 8 and len(got) >= 8 + struct.unpack(">I", got[3:7])[0]

    answer = b"\0guest\0guest"
    start_ok = struct.pack(">I", 0) + b"\x05PLAIN" + struct.pack(">I", len(answer)) + answer + b"\x05en_US"
    tune_ok = amqp_method(10, 31, struct.pack(">HIH", 2047, 131072, 0))
    return [(b"AMQP\0\0\x09\x01", whole), (amqp_method(10, 11, start_ok), whole),
            (tune_ok + amqp_method(10, 40, b"\x01/\0\0"), whole)]


def stomp(_):
    return [(b"CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0", lambda got: b"\0" in got)]


def connected(protocol, address, number):
    client = socket.create_connection(address, timeout=30)
    for said, is_answered in protocol(number):
        client.sendall(said)
        got = b""
        while not is_answered(got):
            more = client.recv(4096)
            if not more:
                raise SystemExit(f"idle: the broker has closed connection {number}: {got!r}")
            got += more
    return client


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024


def main():
    name, count = sys.argv[1], int(sys.argv[2])
    protocol = {"mqtt": mqtt, "amqp": amqp, "stomp": stomp}[name]
    host, port = os.environ[f"WHARF_{name.upper()}"].rsplit(":", 1)
    clients = [connected(protocol, (host, int(port)), i) for i in range(FIRST)]
    before = resident_bytes(os.environ["WHARF_PID"])
    clients += [connected(protocol, (host, int(port)), i) for i in range(FIRST, count)]
    after = resident_bytes(os.environ["WHARF_PID"])
    print(f"{name}: {(after - before) / (count - FIRST):,.0f} bytes for a connection, {after / 1e6:.1f} MB with {count:,}")


main()
