"""A Kafka connection of the standard library alone: any message of messages.py at any version, and bytes of no message.

    with Connection(bootstrap) as wire:
        answer = wire.ask("Metadata", 12, {"topics": None})
        answer["topics"][0]["name"]
"""

import select
import socket
import struct
import time

from messages import MESSAGES

ANSWER_DEADLINE_S = 20
FORMATS = {"int8": ">b", "int16": ">h", "int32": ">i", "int64": ">q", "uint16": ">H", "bool": ">?", "float64": ">d"}
ZERO_ID = bytes(16)


class Field:
    """One line of the table; `fields` holds the lines below it when it is a struct."""

    def __init__(self, words):
        self.name, kind, versions, *rest = words
        options = dict(word.split("=") for word in rest)
        self.array, kind = kind.startswith("[]"), kind.removeprefix("[]")
        self.nullable, self.kind = kind.endswith("?"), kind.removesuffix("?")
        low, _, high = versions.rstrip("+").partition("-")
        self.versions = range(int(low), 1000 if versions.endswith("+") else int(high or low) + 1)
        self.tag = int(options["tag"]) if "tag" in options else None
        self.default = self._default(options.get("default"))
        self.fields = []

    def _default(self, text):
        if self.array:
            return None if text == "null" else []
        if text is None:
            return {"string": "", "bytes": b"", "records": b"", "uuid": ZERO_ID, "bool": False, "struct": {}}.get(self.kind, 0)
        return {"null": None, "true": True, "false": False}[text] if text in ("null", "true", "false") else int(text)


class Message:
    """A request and its response, with the versions that Kafka 4.3.1 serves."""

    def __init__(self, words):
        self.name, self.key = words[0], int(words[1])
        low, high = words[2].split("-")
        self.versions, self.flexible_from = range(int(low), int(high) + 1), int(words[3])
        self.request, self.response = [], []


def _load(text):
    messages, message, stack = {}, None, []
    for line in filter(None, text.splitlines()):
        depth, words = len(line) - len(line.lstrip()), line.split()
        if depth == 0:
            message = messages[words[0]] = Message(words)
        elif depth == 1:
            stack = [message.request if words[0] == "request" else message.response]
        else:
            field = Field(words)
            stack = stack[:depth - 1] + [field.fields]
            stack[depth - 2].append(field)
    return messages


TABLE = _load(MESSAGES)


def _uvarint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def _write_length(value, flexible, small):
    count = -1 if value is None else len(value)
    return _uvarint(count + 1) if flexible else struct.pack(">h" if small else ">i", count)


def _write_one(field, value, version, flexible):
    if field.kind == "struct":
        if field.nullable and not field.array:
            return b"\xff" if value is None else b"\x01" + write_fields(field.fields, value, version, flexible)
        return write_fields(field.fields, value, version, flexible)
    if field.kind == "uuid":
        return value
    if field.kind == "string":
        text = None if value is None else value.encode()
        return _write_length(text, flexible, True) + (text or b"")
    if field.kind in ("bytes", "records"):
        return _write_length(value, flexible, False) + (value or b"")
    return struct.pack(FORMATS[field.kind], value)


def _write_field(field, value, version, flexible):
    if not field.array:
        return _write_one(field, value, version, flexible)
    return _write_length(value, flexible, False) + b"".join(_write_one(field, item, version, flexible) for item in value or [])


def write_fields(fields, values, version, flexible):
    """The bytes of a struct: what `values` lacks gets its default, what this version lacks is left out."""
    unknown = set(values) - {field.name for field in fields}
    assert not unknown, f"no such field: {unknown}"
    out, tagged = [], []
    for field in fields:
        if version not in field.versions:
            continue
        value = values.get(field.name, field.default)
        if field.tag is None:
            out.append(_write_field(field, value, version, flexible))
        elif value != field.default:
            body = _write_field(field, value, version, flexible)
            tagged.append(_uvarint(field.tag) + _uvarint(len(body)) + body)
    if flexible:
        out += [_uvarint(len(tagged)), *tagged]
    return b"".join(out)


class Reader:
    """Reads values from the bytes of one answer; reading past the end is an AssertionError."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert 0 <= count <= len(self.data) - self.at, f"{count} bytes asked for, {len(self.data) - self.at} are left"
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, kind):
        return struct.unpack(FORMATS[kind], self.take(struct.calcsize(FORMATS[kind])))[0]

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def length(self, flexible, small):
        return self.uvarint() - 1 if flexible else self.number("int16" if small else "int32")

    def _one(self, field, version, flexible):
        if field.kind == "struct":
            if field.nullable and not field.array and self.number("int8") < 0:
                return None
            return self.fields(field.fields, version, flexible)
        if field.kind == "uuid":
            return self.take(16)
        if field.kind in ("string", "bytes", "records"):
            count = self.length(flexible, field.kind == "string")
            data = None if count < 0 else self.take(count)
            return data.decode() if field.kind == "string" and data is not None else data
        return self.number(field.kind)

    def _field(self, field, version, flexible):
        if not field.array:
            return self._one(field, version, flexible)
        count = self.length(flexible, False)
        return None if count < 0 else [self._one(field, version, flexible) for _ in range(count)]

    def fields(self, fields, version, flexible):
        values = {}
        for field in fields:
            if version in field.versions:
                values[field.name] = field.default if field.tag is not None else self._field(field, version, flexible)
        if flexible:
            by_tag = {field.tag: field for field in fields if field.tag is not None}
            for _ in range(self.uvarint()):
                tag, size = self.uvarint(), self.uvarint()
                body = Reader(self.take(size))
                if tag in by_tag:
                    values[by_tag[tag].name] = body._field(by_tag[tag], version, flexible)
        return values


def read_answer(message, version, data):
    """Decodes the body of a response and insists that nothing is left over."""
    reader = Reader(data)
    flexible = version >= message.flexible_from
    if flexible and message.name != "ApiVersions":  # its response header has no tags, so that any client can read it
        assert reader.uvarint() == 0, "tags in the response header"
    values = reader.fields(message.response, version, flexible)
    assert reader.at == len(data), f"{message.name} v{version}: {len(data) - reader.at} bytes left over"
    return values


class Connection:
    """One TCP connection. Closed by the broker shows as ConnectionError."""

    def __init__(self, bootstrap, client_id="traps"):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=ANSWER_DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client_id, self.correlation = client_id, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def header(self, key, version, flexible):
        self.correlation += 1
        name = b"\xff\xff" if self.client_id is None else struct.pack(">h", len(self.client_id)) + self.client_id.encode()
        return struct.pack(">hhi", key, version, self.correlation) + name + (b"\0" if flexible else b"")

    def send_frame(self, payload):
        self.socket.sendall(struct.pack(">i", len(payload)) + payload)

    def send(self, name, version, values):
        """Sends a request without waiting; returns its correlation id."""
        message = TABLE[name]
        flexible = version >= message.flexible_from
        self.send_frame(self.header(message.key, version, flexible) +
                        write_fields(message.request, values, version, flexible))
        return self.correlation

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self.socket.recv(count - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise ConnectionError(f"closed by the broker after {len(data)} of {count} bytes")
            data += more
        return data

    def receive_frame(self):
        """The next answer whatever it is: (correlation id, the bytes after it)."""
        (size,) = struct.unpack(">i", self._exactly(4))
        payload = self._exactly(size)
        return struct.unpack(">i", payload[:4])[0], payload[4:]

    def receive(self, name, version, correlation):
        got, data = self.receive_frame()
        assert got == correlation, f"answer {got} where {correlation} was due"
        return read_answer(TABLE[name], version, data)

    def ask(self, name, version, values):
        return self.receive(name, version, self.send(name, version, values))

    def answered_within(self, seconds):
        """Whether any byte (or the end of the stream) arrives in that time."""
        return bool(select.select([self.socket], [], [], seconds)[0])

    def must_be_closed(self):
        """The broker must close without sending a byte."""
        try:
            data = self.socket.recv(100)
        except ConnectionResetError:
            return
        assert data == b"", f"answered {data!r} instead of closing"


def elapsed_s(action):
    """(the action's value, the seconds it took)"""
    begun = time.monotonic()
    value = action()
    return value, time.monotonic() - begun
