"""Exchanges, queues, bindings."""

import amqp
import api
from api import ask, escaped, get, status
from cases import equal, unique
from management_access import made_vhost

SUITE = "management entities"


def refused(answered, code, error, reason):
    equal(answered[:2], (code, {"error": error, "reason": reason}))


def test_a_queue_is_declared_again_and_refused_when_it_differs(_):
    name = unique("queue")
    path = escaped("queues", "/", name)
    body = {"durable": True, "arguments": {"x-message-ttl": 60000, "x-max-length": 5}}
    equal(status("PUT", path, body), 201)
    equal(status("PUT", path, body), 204)
    queue = get(path)
    equal((queue["name"], queue["vhost"], queue["durable"], queue["auto_delete"], queue["exclusive"], queue["type"]),
          (name, "/", True, False, False, "classic"))
    equal(queue["arguments"]["x-message-ttl"], 60000)
    refused(ask("PUT", path, {"durable": False}), 400, "bad_request",
            f"inequivalent arg 'durable' for queue '{name}' in vhost '/': received 'false' but current is 'true'")
    equal(status("DELETE", path), 204)
    equal(status("DELETE", path), 404)
    equal(status("GET", path), 404)


def test_a_virtual_host_has_a_default_queue_type(_):
    vhost = made_vhost()
    equal(status("PUT", escaped("vhosts", vhost), {"default_queue_type": "quorum"}), 204)
    client = amqp.Client("default type", vhost=vhost)
    for name, durable, kind in (("d", True, "quorum"), ("t", False, "classic")):
        for _again in range(2):
            client.declare(name, durable=durable)
        equal(get(escaped("queues", vhost, name))["type"], kind)
    client.close()
    equal(status("PUT", escaped("queues", vhost, "h"), {"durable": True}), 201)
    equal(get(escaped("queues", vhost, "h"))["arguments"]["x-queue-type"], "quorum")
    equal(status("PUT", escaped("queues", vhost, "h"), {"durable": True}), 204)


def test_bad_queues_are_refused_with_the_reason(_):
    path = escaped("queues", "/", "bad")
    refused(ask("PUT", path, {"arguments": {"x-message-ttl": "a"}}), 400, "bad_request",
            "invalid arg 'x-message-ttl' for queue 'bad' in vhost '/': \"expected integer, got longstr\"")
    refused(ask("PUT", path, {"durable": "maybe"}), 400, "bad_request", ["not_boolean", "maybe"])
    refused(ask("PUT", path, "{"), 400, "bad_request", "not_json")
    code, answer, _ = ask("PUT", escaped("queues", "/", "amq.bad"), {})
    equal((code, answer["error"]), (401, "not_authorised"))


def test_names_of_any_letters_are_kept(_):
    vhost = made_vhost()
    for name in ("a b", "a/b", "\u00fc%", "a+b", "a?b#c"):
        equal(status("PUT", escaped("queues", vhost, name), {}), 201)
        equal(get(escaped("queues", vhost, name))["name"], name)
    equal(len(get(escaped("queues", vhost))), 5)


def test_lists_are_paged_and_cut_to_columns(_):
    vhost = made_vhost()
    for i in range(12):
        equal(status("PUT", escaped("queues", vhost, f"q{i:02}"), {}), 201)
    columns = get(escaped("queues", vhost) + "?columns=name,durable")
    equal(columns[0], {"name": "q00", "durable": False})
    page = get(escaped("queues", vhost) + "?page=2&page_size=5&columns=name")
    equal([one["name"] for one in page.pop("items")], ["q05", "q06", "q07", "q08", "q09"])
    equal(page, {"filtered_count": 12, "item_count": 5, "page": 2, "page_count": 3, "page_size": 5, "total_count": 12})
    equal(get(escaped("queues", vhost) + "?page=1&name=q1")["filtered_count"], 2)
    equal(status("GET", escaped("queues", vhost) + "?page=0"), 400)
    equal(status("GET", escaped("queues", vhost) + "?page=9"), 400)
    last = get(escaped("queues", vhost) + "?sort=name&sort_reverse=true&columns=name")[0]
    equal(last["name"], "q11")


def test_an_exchange_is_declared_and_deleted(_):
    name = unique("exchange")
    path = escaped("exchanges", "/", name)
    equal(status("PUT", path, {"type": "topic", "durable": True}), 201)
    equal(status("PUT", path, {"type": "topic", "durable": True}), 204)
    refused(ask("PUT", path, {"type": "direct", "durable": True}), 400, "bad_request",
            f"inequivalent arg 'type' for exchange '{name}' in vhost '/': received 'direct' but current is 'topic'")
    exchange = get(path)
    equal((exchange["name"], exchange["type"], exchange["durable"], exchange["internal"]), (name, "topic", True, False))
    equal(get(escaped("exchanges", "/", "amq.default"))["name"], "")
    equal(status("PUT", escaped("exchanges", "/", unique("odd")), {"type": "odd"}), 400)
    equal(status("PUT", escaped("exchanges", "/", "amq.odd"), {"type": "topic"}), 401)
    equal(status("DELETE", escaped("exchanges", "/", "amq.topic")), 401)
    equal(status("DELETE", path), 204)
    equal(status("DELETE", path), 404)
    names = [one["name"] for one in get(escaped("exchanges", "/"))]
    for known in ("", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic"):
        assert known in names, names


def test_a_binding_is_found_again_by_its_location(_):
    vhost = made_vhost()
    equal(status("PUT", escaped("queues", vhost, "q"), {}), 201)
    ends = escaped("bindings", vhost, "e", "amq.topic", "q", "q")
    for body in ({"routing_key": "a.#"}, {"routing_key": "a.#", "arguments": {"x": 1}}, {}, {"routing_key": "\u00fc/~%"}):
        code, _, headers = ask("POST", ends, body)
        equal(code, 201)
        location = ends.rsplit("/", 1)[0] + "/" + headers["Location"]
        equal(get(location)["routing_key"], body.get("routing_key", ""))
        equal(get(location)["arguments"], body.get("arguments", {}))
        equal(status("DELETE", location), 204)
        equal(status("GET", location), 404)
    equal(get(ends), [])


def test_bindings_are_listed_from_each_side(_):
    vhost = made_vhost()
    equal(status("PUT", escaped("queues", vhost, "q"), {}), 201)
    equal(status("POST", escaped("bindings", vhost, "e", "amq.topic", "q", "q"), {"routing_key": "k"}), 201)
    equal(status("POST", escaped("bindings", vhost, "e", "amq.topic", "e", "amq.fanout"), {"routing_key": "f"}), 201)
    to_queue = {"source": "amq.topic", "vhost": vhost, "destination": "q", "destination_type": "queue",
                "routing_key": "k", "arguments": {}, "properties_key": "k"}
    to_exchange = {**to_queue, "destination": "amq.fanout", "destination_type": "exchange", "routing_key": "f",
                   "properties_key": "f"}
    default = {**to_queue, "source": "", "routing_key": "q", "properties_key": "q"}

    def same(path, *expected):
        key = lambda binding: (binding["source"], binding["destination"])
        equal(sorted(get(path), key=key), sorted(expected, key=key), path)

    same(escaped("bindings", vhost), default, to_queue, to_exchange)
    same(escaped("queues", vhost, "q", "bindings"), default, to_queue)
    same(escaped("exchanges", vhost, "amq.topic", "bindings", "source"), to_queue, to_exchange)
    same(escaped("exchanges", vhost, "amq.fanout", "bindings", "destination"), to_exchange)
    same(escaped("bindings", vhost, "e", "amq.topic", "e", "amq.fanout"), to_exchange)
    refused(ask("POST", escaped("bindings", vhost, "e", "amq.topic", "q", "no"), {}), 404, "not_found",
            f"no queue 'no' in vhost '{vhost}'")
    equal(status("DELETE", escaped("exchanges", vhost, "amq.topic") + "?if-unused=true"), 401)


def test_the_overview_says_who_answers(_):
    overview = get("/api/overview")
    for field in ("rabbitmq_version", "management_version", "cluster_name", "node", "object_totals", "exchange_types"):
        assert field in overview, overview
    assert "topic" in [one["name"] for one in overview["exchange_types"]]
    equal(api.status("HEAD", "/api/overview"), 200)
