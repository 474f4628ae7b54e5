"""Publishing, getting, purging."""

from api import ask, escaped, get, status
from cases import equal, eventually, unique

SUITE = "management messages"


def made_queue(arguments=None):
    name = unique("queue")
    equal(status("PUT", escaped("queues", "/", name), {"durable": True, "arguments": arguments or {}}), 201)
    return name


def publish(key, payload, encoding="string", properties=None, exchange="amq.default"):
    return ask("POST", escaped("exchanges", "/", exchange, "publish"),
               {"properties": properties or {}, "routing_key": key, "payload": payload, "payload_encoding": encoding})[:2]


def take(queue, ackmode="ack_requeue_true", count=10, **more):
    code, answer, _ = ask("POST", escaped("queues", "/", queue, "get"),
                          {"count": count, "ackmode": ackmode, "encoding": "auto", **more})
    equal(code, 200, answer)
    return answer


def test_a_message_comes_out_as_it_went_in(_):
    queue = made_queue()
    properties = {"delivery_mode": 2, "content_type": "text/plain", "timestamp": 5, "priority": 3, "message_id": "m",
                  "headers": {"a": 1, "b": "x", "c": [True, {"d": 1.5}]}}
    equal(publish(queue, "h\u00e9llo", properties=properties), (200, {"routed": True}))
    equal(publish(queue, "/w==", "base64"), (200, {"routed": True}))
    first, second = take(queue)
    equal((first["payload"], first["payload_encoding"], first["payload_bytes"]), ("h\u00e9llo", "string", 6))
    equal((first["exchange"], first["routing_key"], first["message_count"], first["redelivered"]), ("", queue, 1, False))
    equal(first["properties"], properties)
    equal((second["payload"], second["payload_encoding"], second["properties"]), ("/w==", "base64", []))


def test_ackmodes_keep_drop_and_dead_letter(_):
    dead = made_queue()
    queue = made_queue({"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    for payload in ("1", "2", "3"):
        publish(queue, payload)
    equal([one["payload"] for one in take(queue)], ["1", "2", "3"])
    equal([one["redelivered"] for one in take(queue, "reject_requeue_true")], [True, True, True])
    equal([one["payload"] for one in take(queue, "ack_requeue_false", 1)], ["1"])
    equal([one["payload"] for one in take(queue, "reject_requeue_false", 1)], ["2"])
    equal([one["payload"] for one in take(queue)], ["3"])
    letters = eventually(lambda: take(dead), "the dead letter")
    equal((letters[0]["payload"], letters[0]["properties"]["headers"]["x-death"][0]["reason"]), ("2", "rejected"))


def test_a_body_is_cut_and_encoded_as_asked(_):
    queue = made_queue()
    publish(queue, "hello")
    equal(take(queue, truncate=2)[0]["payload"], "he")
    cut = take(queue, truncate=2, encoding="base64")[0]
    equal((cut["payload"], cut["payload_encoding"], cut["payload_bytes"]), ("aGU=", "base64", 5))


def test_an_exchange_routes_what_is_published(_):
    queue = made_queue()
    key = unique("key")
    equal(publish(key, "x", exchange="amq.topic"), (200, {"routed": False}))
    equal(status("POST", escaped("bindings", "/", "e", "amq.topic", "q", queue), {"routing_key": f"{key}.#"}), 201)
    equal(publish(f"{key}.new", "x", exchange="amq.topic"), (200, {"routed": True}))
    got = take(queue)[0]
    equal((got["exchange"], got["routing_key"]), ("amq.topic", f"{key}.new"))


def test_purging_drops_what_waits(_):
    queue = made_queue()
    for _ in range(5):
        publish(queue, "x")
    eventually(lambda: get(escaped("queues", "/", queue)).get("messages_ready") == 5, "five messages are counted")
    equal(status("DELETE", escaped("queues", "/", queue, "contents")), 204)
    equal(take(queue), [])
    equal(status("DELETE", escaped("queues", "/", unique("no"), "contents")), 404)


def test_bad_publishes_and_gets_are_refused_with_the_reason(_):
    queue = made_queue()
    path = escaped("exchanges", "/", "amq.default", "publish")
    rest = {"payload": "x", "payload_encoding": "string"}

    def reason(path, body, code=400):
        answered = ask("POST", path, body)
        equal(answered[0], code, answered[1])
        return answered[1]["reason"]

    equal(reason(path, {"properties": {}, **rest}), "[{key_missing,routing_key}]")
    equal(reason(path, {"properties": {"content_type": 5}, "routing_key": queue, **rest}), ["not_string", "content_type"])
    equal(reason(path, {"properties": {"delivery_mode": "x"}, "routing_key": queue, **rest}), ["not_int", "delivery_mode"])
    assert reason(path, {"properties": {"expiration": "x"}, "routing_key": queue, **rest}).endswith(
        "invalid expiration 'x': no_integer")
    equal(reason(path, {"properties": {}, "routing_key": queue, "payload": "*", "payload_encoding": "base64"}),
          ["not_base64", "*"])
    equal(reason(escaped("exchanges", "/", unique("no"), "publish"), {"properties": {}, "routing_key": "", **rest}, 404),
          "exchange_not_found")
    get_path = escaped("queues", "/", queue, "get")
    equal(reason(get_path, {"count": 1, "encoding": "auto"}), "[{key_missing,ackmode}]")
    equal(reason(get_path, {"count": "x", "ackmode": "ack_requeue_true", "encoding": "auto"}), ["not_integer", "x"])
    equal(reason(get_path, {"count": 1, "ackmode": "ack_requeue_true", "encoding": "no"}),
          "Unsupported encoding. Please use auto or base64.")
    equal(reason(escaped("queues", "/", unique("no"), "get"),
                 {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}, 404), "queue_not_found")
