"""HTTP: paths, methods, limits, connections."""

import json

import door
from cases import equal

SUITE = "admin http"


def test_health_says_that_it_is_ready_and_how_the_start_went(bootstrap):
    status, headers, body = door.ask("/healthz")
    equal(status, 200)
    equal(headers["Content-Type"], "application/json")
    health = json.loads(body)
    equal(health["state"], "ready")
    assert health["uptime_ms"] >= health["recovery"]["took_ms"], health


def test_readiness_is_200_once_clients_are_served(bootstrap):
    status, _, body = door.ask("/readyz")
    equal((status, json.loads(body)), (200, {"ready": True, "state": "ready"}))


def test_one_connection_carries_many_requests(bootstrap):
    connection = door.connect()
    for path in ("/healthz", "/readyz", "/metrics", "/nothing", "/healthz"):
        connection.request("GET", path)
        local = connection.sock.getsockname()
        connection.getresponse().read()
        equal(connection.sock.getsockname(), local)
    connection.close()


def test_a_head_is_the_get_without_its_body(bootstrap):
    status, headers, body = door.ask("/metrics", "HEAD")
    equal((status, body), (200, b""))
    assert int(headers["Content-Length"]) > 1000, headers
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers


def test_what_is_not_there_is_404_in_json(bootstrap):
    status, headers, body = door.ask("/admin/users")
    equal((status, headers["Content-Type"], json.loads(body)["status"]), (404, "application/json", 404))


def test_other_methods_are_told_which_are_allowed(bootstrap):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        status, headers, body = door.ask("/metrics", method, body=b"x")
        equal((status, headers["Allow"]), (405, "GET, HEAD"))
        equal(json.loads(body)["status"], 405)


def refused(text, status):
    heard = door.say(text)
    assert heard.startswith(b"HTTP/1.1 %d " % status), heard[:200]
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"Connection: close" in head, head
    equal(json.loads(body)["status"], status)


def test_what_is_not_http_is_400(bootstrap):
    refused(b"hello\r\n\r\n", 400)


def test_a_request_without_host_is_400(bootstrap):
    refused(b"GET / HTTP/1.1\r\n\r\n", 400)


def test_who_speaks_another_protocol_is_told_in_its_own_words(bootstrap):
    equal(door.say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300)), b"\x15\x03\x01\x00\x02\x02\x28")  # TLS: an alert
    equal(door.say(b"AMQP\x00\x00\x09\x01"), b"AMQP\x00\x00\x09\x01")
    equal(door.say(b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03abc"), b"\x20\x03\x00\x84\x00")


def test_a_huge_header_is_431(bootstrap):
    refused(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000, 431)


def test_a_huge_body_is_413_before_it_is_sent(bootstrap):
    refused(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n", 413)


def test_a_body_in_chunks_is_411(bootstrap):
    refused(b"POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411)


def test_requests_sent_ahead_are_answered_in_order(bootstrap):
    heard = door.say(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"
                     b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    health, ready, nothing = heard.find(b'"uptime_ms"'), heard.find(b'"ready":true'), heard.find(b'"status":404')
    assert 0 < health < ready < nothing, heard


def test_http_1_0_is_answered_and_closed(bootstrap):
    heard = door.say(b"GET /readyz HTTP/1.0\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200 OK") and b"Connection: close" in heard, heard
