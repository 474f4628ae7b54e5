"""Frames, headers, ApiVersions: what comes before any request is understood."""

import pathlib
import re
import struct

from broker import NONE, Topic, append, fetch
from cases import equal
from wire import TABLE, Connection, read_answer

SUITE = "traps connection"
INVALID_REQUEST, UNSUPPORTED_VERSION = 42, 35
NAMED = {"client_software_name": "traps", "client_software_version": "1.0"}


def _request(key, version, body=b"", flexible=False):
    return struct.pack(">hhih1s", key, version, 7, 1, b"x") + (b"\0" if flexible else b"") + body


def _closed_on(bootstrap, *raw):
    for data in raw:
        with Connection(bootstrap) as wire:
            wire.socket.sendall(data)
            wire.must_be_closed()


def _framed(*payloads):
    return [struct.pack(">i", len(payload)) + payload for payload in payloads]


def test_api_versions_above_ours_is_answered_as_v0_with_error_35_and_the_key_to_ask_again(bootstrap):
    for version in (5, 6, 127, 32767):
        with Connection(bootstrap) as wire:
            correlation = wire.send("ApiVersions", version, {})
            got, data = wire.receive_frame()
            answer = read_answer(TABLE["ApiVersions"], 0, data)
            equal((got, answer["error_code"]), (correlation, UNSUPPORTED_VERSION), f"ApiVersions v{version}")
            ranges = {entry["api_key"]: (entry["min_version"], entry["max_version"]) for entry in answer["api_keys"]}
            low, high = ranges[18]
            assert low == 0 and 3 <= high < version, ranges
            again = wire.ask("ApiVersions", high, NAMED)  # the same connection goes on
            assert again["error_code"] == NONE and len(again["api_keys"]) > 20, again


def test_every_version_of_api_versions_lists_the_same_keys_under_a_plain_response_header(bootstrap):
    with Connection(bootstrap) as wire:
        lists = [wire.ask("ApiVersions", version, NAMED if version >= 3 else {})["api_keys"] for version in range(5)]
    for keys in lists[1:]:
        equal(sorted(map(str, keys)), sorted(map(str, lists[0])))


def test_what_is_advertised_covers_the_whole_range_that_todays_clients_use(bootstrap):
    with Connection(bootstrap) as wire:
        ranges = {e["api_key"]: (e["min_version"], e["max_version"]) for e in wire.ask("ApiVersions", 0, {})["api_keys"]}
    equal(ranges[0][0], 0, "lowest Produce version: librdkafka reads features off it")
    for message in TABLE.values():
        low, high = ranges[message.key]
        assert low <= message.versions[0] and high >= message.versions[-1], f"{message.name}: {low}-{high}"


def test_the_page_about_kafkas_protocol_says_what_is_served(bootstrap):
    page = pathlib.Path(__file__).resolve().parents[4] / "docs/kafka.md"
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (\d+)-(\d+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    with Connection(bootstrap) as wire:
        served = {e["api_key"]: (e["min_version"], e["max_version"]) for e in wire.ask("ApiVersions", 0, {})["api_keys"]}
    equal({int(key): (int(low), int(high)) for key, _, low, high in rows}, served)


def test_api_versions_3_wants_a_client_software_name(bootstrap):
    with Connection(bootstrap) as wire:
        equal(wire.ask("ApiVersions", 3, {})["error_code"], INVALID_REQUEST, "no name")
        equal(wire.ask("ApiVersions", 3, {**NAMED, "client_software_name": "-no!"})["error_code"], INVALID_REQUEST, "a bad one")
        equal(wire.ask("ApiVersions", 3, NAMED)["error_code"], NONE, "a good one")


def test_a_frame_size_that_cannot_be_closes_the_connection(bootstrap):
    _closed_on(bootstrap, b"\x7f\xff\xff\xff", struct.pack(">i", 104857601), struct.pack(">i", -5), struct.pack(">i", 0))


def test_other_protocols_are_closed_without_an_answer_in_ours(bootstrap):
    """Kafka closes in silence; Wharf says it in the client's own words, first."""
    told = {b"\x15\x03": bytes.fromhex("16030100c8010000c40303") + b"a" * 100, b"HTTP/1.1 4": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"AMQP": b"AMQP\0\0\x09\x01", b"\x20\x02": bytes.fromhex("100c00044d5154540402003c0000")}
    for answer, hello in told.items():
        with Connection(bootstrap) as wire:
            wire.socket.sendall(hello)
            data = b""
            while chunk := _some(wire):
                data += chunk
            assert data.startswith(answer), data


def _some(wire):
    try:
        return wire.socket.recv(1000)
    except ConnectionResetError:
        return b""


def test_an_unknown_api_key_closes_the_connection(bootstrap):
    _closed_on(bootstrap, *_framed(_request(1000, 0), _request(-1, 0)))


def test_an_unsupported_version_closes_the_connection(bootstrap):
    _closed_on(bootstrap, *_framed(_request(3, 99, flexible=True), _request(12, 99, flexible=True), _request(3, -1)))


def test_a_request_shorter_than_it_says_closes_the_connection(bootstrap):
    _closed_on(bootstrap, *_framed(b"\0\3\0\1", _request(3, 1, b"\0\0\0\5\0\3ab"), _request(3, 1, b"\x7f\xff\xff\xff"),
                                   _request(3, 9, b"\xff\xff\xff\xff\x07", flexible=True),
                                   _request(18, 3, b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", flexible=True)))


def test_bytes_after_the_end_of_a_request_are_ignored(bootstrap):
    with Connection(bootstrap) as wire:
        wire.send_frame(wire.header(3, 1, False) + struct.pack(">i", 0) + b"junk")
        equal(wire.receive("Metadata", 1, wire.correlation)["topics"], [])


def test_a_null_client_id_is_fine(bootstrap):
    with Connection(bootstrap, client_id=None) as wire:
        equal(wire.ask("ApiVersions", 0, {})["error_code"], NONE)
        equal(wire.ask("Metadata", 12, {"topics": []})["topics"], [])


def test_pipelined_requests_are_answered_in_order(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        append(wire, topic, b"v")
        asked = []
        for number in range(100):
            name, version, values = (("ApiVersions", 0, {}), ("Metadata", 12, {"topics": [{"name": topic.name}]}),
                                     ("ListOffsets", 7, {"replica_id": -1}))[number % 3]
            asked.append((name, version, wire.send(name, version, values)))
        for name, version, correlation in asked:
            wire.receive(name, version, correlation)


def test_a_request_behind_a_waiting_fetch_is_answered_after_it(bootstrap):
    topic = Topic(bootstrap)
    with Connection(bootstrap) as wire:
        waiting = wire.send("Fetch", 12, {"max_wait_ms": 500, "min_bytes": 1, "topics": [
            {"topic": topic.name, "partitions": [{"fetch_offset": 0, "partition_max_bytes": 1000}]}]})
        behind = wire.send("ApiVersions", 0, {})
        wire.receive("Fetch", 12, waiting)
        equal(wire.receive("ApiVersions", 0, behind)["error_code"], NONE)


def test_a_request_in_single_bytes_is_read(bootstrap):
    with Connection(bootstrap) as wire:
        payload = wire.header(18, 0, False)
        for byte in struct.pack(">i", len(payload)) + payload:
            wire.socket.sendall(bytes([byte]))
        equal(wire.receive("ApiVersions", 0, wire.correlation)["error_code"], NONE)


def test_a_client_that_vanishes_in_the_middle_of_a_frame_harms_nobody(bootstrap):
    topic = Topic(bootstrap)
    for cut in (2, 4, 10, 30):
        with Connection(bootstrap) as wire:
            payload = wire.header(3, 1, False) + struct.pack(">ih", 1, 10) + b"0123456789"
            wire.socket.sendall((struct.pack(">i", len(payload)) + payload)[:cut])
    with Connection(bootstrap) as wire:
        append(wire, topic, b"still here")
        equal(fetch(wire, topic, 0)["high_watermark"], 1)
