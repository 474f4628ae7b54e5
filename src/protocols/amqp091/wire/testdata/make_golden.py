#!/usr/bin/env python3
"""Writes golden.txt: methods, field tables and properties as other implementations encode them.

    python3 -m venv venv && venv/bin/pip install pamqp==4.0.1 pika==1.4.4 amqp==5.4.2
    venv/bin/python make_golden.py > golden.txt

Lines:
    method NAME CLASS METHOD CONTENT RESPONSES FIELDS BYTES    as pamqp describes it; both encode it, to the same bytes
    table BYTES                                                without the length in front; pamqp's, then py-amqp's
    properties BYTES
    frame BYTES                                                a whole frame
Values follow from a field's place, so that no two of a method are the same.
"""
import datetime
import decimal

import amqp.serialization
import pamqp.commands
import pamqp.encode
import pamqp.frame
import pika.frame
import pika.spec
from pamqp.body import ContentBody
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

# pamqp left class access out; its fields are those of pika's encoder.
ACCESS = {
    "Access.Request": (["Access.RequestOk"], [("realm", "shortstr"), ("exclusive", "bit"), ("passive", "bit"), ("active", "bit"),
                                                 ("write", "bit"), ("read", "bit")]),
    "Access.RequestOk": ([], [("ticket", "short")]),
}
# In the order of the names: pamqp sorts them, pika does not.
TABLE = {"flag": True, "inner": {"list": ["a", None]}, "name": "value"}
# Fields whose names are Python's own: pamqp's and pika's for them.
OF_PAMQP = {"exchange_type": "type", "global_": "global"}
OF_PIKA = {"global": "global_qos"}


def value_of(kind, place):
    return {"octet": place + 1, "short": 0x0100 + place, "long": 0x01020300 + place, "longlong": 0x0102030405060700 + place,
            "shortstr": f"short-{place}", "longstr": f"long-{place}", "bit": place % 3 != 1, "table": TABLE}[kind]


def spelled(name):
    """Queue.DeclareOk -> queue.declare-ok"""
    group, method = name.split(".")
    return group.lower() + "." + "".join("-" + c.lower() if c.isupper() else c for c in method).lstrip("-")


def classes_of(module):
    for group in vars(module).values():
        if isinstance(group, type):
            yield from (method for method in vars(group).values() if isinstance(method, type) and hasattr(method, "index"))


def pika_method(name):
    group, method = name.split(".")
    return getattr(getattr(pika.spec, group), method)


def pika_bytes(kind, values):
    method = kind.__new__(kind)
    for name, value in values.items():
        setattr(method, OF_PIKA.get(name, name), value)
    return b"".join(method.encode())


class Unchecked:
    """A method of pamqp without its validation: our values are no names that it would take."""

    def __init__(self, method, values):
        self.__slots__ = method.__slots__
        self.__dict__.update(zip(method.__slots__, values.values()))
        self.amqp_type = method.amqp_type

    def validate(self):
        pass


def described():
    """{name: (responses, [(field, type)])}"""
    known = {method.name: method for method in classes_of(pamqp.commands) if method.name != "Basic.Properties"}
    methods = {name: (method.valid_responses if method.synchronous else [],
                      [(OF_PAMQP.get(field, field), method.amqp_type(field)) for field in method.__slots__]) for name, method in known.items()}
    return known, methods | ACCESS


def method_lines():
    known, methods = described()
    for name, (responses, fields) in methods.items():
        values = {field: value_of(kind, place) for place, (field, kind) in enumerate(fields)}
        kind = pika_method(name)
        encoded = pika_bytes(kind, values)
        if name in known:
            other = pamqp.base.Frame.marshal(Unchecked(known[name], values))
            assert other == encoded, f"{name}: pamqp {other.hex()}, pika {encoded.hex()}"
        yield " ".join(["method", spelled(name), str(kind.INDEX >> 16), str(kind.INDEX & 0xFFFF),
                        str(int(pika.spec.has_content(kind.INDEX))), ",".join(map(spelled, responses)) or "-",
                        ",".join(":".join(field) for field in fields) or "-", (kind.INDEX.to_bytes(4, "big") + encoded).hex()])


def tables():
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    yield {}
    yield TABLE
    yield {"small": 1, "negative": -5, "short": 300, "long": 70_000, "longlong": 1 << 40, "very negative": -(1 << 40)}
    yield {"bytes": bytearray(b"\0\xff"), "half": 0.5, "price": decimal.Decimal("3.14"), "at": moment, "nothing": None}
    yield {"x-death": [{"count": 1, "reason": "rejected", "queue": "jobs", "time": moment, "exchange": "",
                        "routing-keys": ["jobs", "other"]}], "": {"": {"": []}}}


def main():
    for line in method_lines():
        print(line)
    for table in tables():
        print("table", pamqp.encode.field_table(table)[4:].hex())
        print("table", amqp.serialization.dumps("F", [{name: bytes(value) if isinstance(value, bytearray) else value
                                                      for name, value in table.items()}])[4:].hex())
    # pamqp refuses a cluster-id, pika writes it.
    everything = pika.spec.BasicProperties(
        content_type="text/plain", content_encoding="gzip", headers=TABLE, delivery_mode=2, priority=7, correlation_id="correlation",
        reply_to="replies", expiration="60000", message_id="message", timestamp=1767323045, type="type", user_id="guest", app_id="app",
        cluster_id="cluster")
    print("properties", b"".join(everything.encode()).hex())
    for properties in (pamqp.commands.Basic.Properties(), pamqp.commands.Basic.Properties(delivery_mode=2)):
        print("properties", properties.marshal().hex())
        print("frame", pamqp.frame.marshal(ContentHeader(0, 5, properties), 3).hex())
    print("frame", pika.frame.Header(3, 5, everything).marshal().hex())
    print("frame", pamqp.frame.marshal(ContentBody(b"hello"), 3).hex())
    print("frame", pamqp.frame.marshal(Heartbeat(), 0).hex())


if __name__ == "__main__":
    main()
