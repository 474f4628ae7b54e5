"""Definitions: exported and imported, whole and by virtual host."""

import json

from api import ask, escaped, get, status
from cases import equal, unique
from management_access import made_user, made_vhost

SUITE = "management definitions"


def filled_vhost():
    """With something of each kind that a virtual host has."""
    vhost, user = made_vhost(), made_user()
    rights = {"configure": ".*", "write": ".*", "read": "^a"}
    equal(status("PUT", escaped("permissions", vhost, user), rights), 201)
    equal(status("PUT", escaped("topic-permissions", vhost, user), {"exchange": "amq.topic", "write": "^a", "read": "^b"}), 201)
    equal(status("PUT", escaped("exchanges", vhost, "orders"), {"type": "topic", "durable": True, "arguments": {"alternate-exchange": "lost"}}), 201)
    equal(status("PUT", escaped("exchanges", vhost, "lost"), {"type": "fanout", "durable": False, "internal": True}), 201)
    equal(status("PUT", escaped("queues", vhost, "jobs"), {"durable": True, "arguments": {"x-queue-type": "classic", "x-max-length": 9}}), 201)
    equal(status("PUT", escaped("queues", vhost, "qq"), {"durable": True, "arguments": {"x-queue-type": "quorum"}}), 201)
    equal(status("PUT", escaped("queues", vhost, "tmp"), {"durable": False, "arguments": {"x-queue-type": "classic"}}), 201)
    for destination in ("q/jobs", "q/tmp", "e/lost"):
        equal(status("POST", escaped("bindings", vhost, "e", "orders") + "/" + destination, {"routing_key": "a.#", "arguments": {"n": 1}}), 201)
    equal(status("POST", escaped("bindings", vhost, "e", "amq.headers", "q", "qq"), {"arguments": {"x-match": "any", "h": "v"}}), 201)
    equal(status("PUT", escaped("policies", vhost, "short"), {"pattern": "^t", "definition": {"message-ttl": 60000}, "priority": 2}), 201)
    equal(status("PUT", escaped("operator-policies", vhost, "most"), {"pattern": ".*", "definition": {"max-length": 5}, "apply-to": "queues"}), 201)
    return vhost, user


def in_order(entries):
    """Neither the order of a list counts nor that of an object's fields."""
    return sorted(json.dumps(one, sort_keys=True) for one in entries)


def of_vhost(file, vhost, user):
    """What a file of everything says of one virtual host and one user, in an order of its own."""
    sections = ("permissions", "topic_permissions", "parameters", "policies", "queues", "exchanges", "bindings")
    told = {name: in_order(one for one in file[name] if one["vhost"] == vhost) for name in sections}
    told["vhosts"] = in_order(one for one in file["vhosts"] if one["name"] == vhost)
    told["users"] = in_order(one for one in file["users"] if one["name"] == user)
    return told


def test_what_was_exported_is_imported_and_exported_again_as_it_was(_):
    vhost, user = filled_vhost()
    file = get("/api/definitions")
    equal(file["rabbitmq_definition_format"], "cluster")
    before = of_vhost(file, vhost, user)
    equal([len(before[name]) for name in ("queues", "exchanges", "bindings", "policies", "parameters", "users", "permissions")],
          [3, 2, 4, 1, 1, 1, 2])
    equal(status("DELETE", escaped("vhosts", vhost)), 204)
    equal(status("DELETE", escaped("users", user)), 204)
    mine = {name: [json.loads(one) for one in entries] for name, entries in before.items()}
    equal(ask("POST", "/api/definitions", mine)[:2], (204, None))
    equal(of_vhost(get("/api/definitions"), vhost, user), before)
    equal(get("/api/whoami", user=f"{user}:secret")["name"], user)
    equal(ask("POST", "/api/definitions", mine)[:2], (204, None))
    equal(of_vhost(get("/api/definitions"), vhost, user), before)


def test_one_virtual_host_is_taken_into_another(_):
    vhost, _user = filled_vhost()
    other = made_vhost()
    file = get(escaped("definitions", vhost))
    equal((file["rabbitmq_definition_format"], file["original_vhost_name"]), ("single_virtual_host", vhost))
    assert "users" not in file and "vhost" not in file["queues"][0], file
    equal(ask("POST", escaped("definitions", other), file)[:2], (204, None))
    taken = get(escaped("definitions", other))
    for section in ("parameters", "policies", "queues", "exchanges", "bindings"):
        equal(in_order(taken[section]), in_order(file[section]), section)
    equal(ask("GET", escaped("definitions", unique("no")))[:2], (400, {"error": "bad_request", "reason": "vhost_not_found"}))
    equal(ask("POST", escaped("definitions", unique("no")), {})[:2], (404, {"error": "not_found", "reason": "vhost_not_found"}))


def test_a_file_that_cannot_be_is_refused_with_the_reason(_):
    def reason(body):
        code, answer, _ = ask("POST", "/api/definitions", body)
        equal((code, answer["error"]), (400, "bad_request"), str(body))
        return answer["reason"]

    def tells(sentence, body):
        told = reason(body)
        assert sentence in told, told

    equal(reason("{bad"), "failed_to_parse_json")
    equal(reason("[]"), "failed_to_parse_json")
    no = unique("no")
    queue = {"name": "q", "vhost": no, "durable": True, "auto_delete": False, "arguments": {}}
    equal(reason({"queues": [queue]}), f'Please create virtual host "{no}" prior to importing definitions.')
    vhost = made_vhost()
    bad = {**queue, "vhost": vhost, "arguments": {"x-max-length": -1}}
    tells(f"invalid arg 'x-max-length' for queue 'q' in vhost '{vhost}'", {"queues": [bad]})
    exchange = {"name": "x", "vhost": vhost, "type": "zonk", "durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    tells("exchange type 'zonk'", {"exchanges": [exchange]})
    tells("tags_not_present", {"users": [{"name": unique("user")}]})
    policy = {"vhost": vhost, "name": "p", "pattern": "(", "apply-to": "all", "definition": {"max-length": 1}, "priority": 0}
    tells("pattern should be regular expression", {"policies": [policy]})
    tells("component zonk not found", {"parameters": [{"value": {}, "vhost": vhost, "component": "zonk", "name": "x"}]})
    equal(status("PUT", "/api/definitions", {}), 405)
    equal(status("POST", "/api/definitions", ""), 204)
    for user in (made_user("monitoring"), made_user("policymaker")):
        equal(ask("GET", "/api/definitions", user=f"{user}:secret")[:2], (401, {"error": "not_authorised", "reason": "Not administrator user"}))


def test_many_queues_are_imported_while_others_are_answered(_):
    vhost = made_vhost()
    queue = {"vhost": vhost, "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "classic"}}
    bound = {"source": "amq.direct", "vhost": vhost, "destination_type": "queue", "routing_key": "k", "arguments": {}}
    names = [f"q{i:04}" for i in range(500)]
    file = {"queues": [{"name": name, **queue} for name in names], "bindings": [{"destination": name, **bound} for name in names]}
    equal(ask("POST", "/api/definitions", file)[:2], (204, None))
    exported = get(escaped("definitions", vhost))
    equal((len(exported["queues"]), len(exported["bindings"])), (500, 500))
