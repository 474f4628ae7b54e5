"""Policies and operator policies."""

import html

from api import ask, escaped, get, status
from cases import equal, eventually, unique
from management_access import ALL, NOT_FOUND, made_user, made_vhost

SUITE = "management policies"
MAX = {"max-length": 4}
KINDS = ("policies", "operator-policies")


def refused(answered, sentence):
    # RabbitMQ writes what it says of a policy for a page, and what it says of an operator's as it is.
    reason = html.unescape(answered[1]["reason"])
    equal((answered[0], answered[1]["error"], reason), (400, "bad_request", sentence))


def shows(path, expected):
    """RabbitMQ's queues tell what applies to them some seconds later."""
    def now():
        queue = get(path)
        return {name: queue.get(name) for name in expected}

    eventually(lambda: now() == expected, f"{path} shows {expected}")


def test_a_policy_is_set_shown_replaced_and_deleted(_):
    vhost = made_vhost()
    for kind in KINDS:
        path = escaped(kind, vhost, "p")
        equal(get(escaped(kind, vhost)), [])
        equal(status("PUT", path, {"pattern": "^a", "definition": MAX, "priority": 3, "apply-to": "queues"}), 201)
        policy = {"vhost": vhost, "name": "p", "pattern": "^a", "apply-to": "queues", "definition": MAX, "priority": 3}
        equal(get(path), policy)
        equal(get(escaped(kind, vhost)), [policy])
        assert policy in get("/api/" + kind)
        equal(status("PUT", path, {"pattern": "^b", "definition": {"max-length": 6}}), 204)
        equal(get(path), {**policy, "pattern": "^b", "apply-to": "all", "definition": {"max-length": 6}, "priority": 0})
        equal(status("DELETE", path), 204)
        equal(ask("DELETE", path)[:2], (404, NOT_FOUND))
        equal(ask("GET", path)[:2], (404, NOT_FOUND))


def test_a_bad_policy_is_refused_with_the_reason(_):
    for kind in KINDS:
        path = escaped(kind, "/", "bad")
        refused(ask("PUT", path, {}), "[{key_missing,pattern},{key_missing,definition}]")
        refused(ask("PUT", path, {"definition": MAX}), "[{key_missing,pattern}]")
        refused(ask("PUT", path, "{"), "not_json")
        for wrong, sentence in (
                ({"definition": {}}, "no policy provided"),
                ({"pattern": 5}, "pattern should be a binary but was 5"),
                ({"definition": {"max-length": -4}}, "-4 is not a valid maximum length"),
                ({"definition": {"odd": -4}}, '[{<<"odd">>,-4}] are not recognised policy settings'),
                ({"apply-to": "odd"}, "apply-to 'odd' unrecognised; should be one of: 'queues', 'classic_queues',  "
                                      "'quorum_queues', 'streams', 'exchanges', or 'all'"),
                ({"priority": "5"}, 'priority should be a number, actually was <<"5">>')):
            refused(ask("PUT", path, {"pattern": "a", "definition": MAX, **wrong}), f"Validation failed\n\n{sentence}\n")
        code, answer, _ = ask("PUT", path, {"pattern": "[", "definition": MAX})
        equal(code, 400)
        assert answer["reason"].startswith("Validation failed\n\npattern should be regular expression but is invalid: "), answer
        equal(ask("GET", path)[:2], (404, NOT_FOUND))
    refused(ask("PUT", escaped("operator-policies", "/", "bad"), {"pattern": "a", "definition": {"dead-letter-exchange": "x"}}),
            'Validation failed\n\n[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings\n')
    nowhere = unique("no")
    equal(ask("PUT", escaped("policies", nowhere, "p"), {"pattern": "a", "definition": MAX})[:2],
          (404, {"error": "not_found", "reason": "vhost_not_found"}))
    equal(ask("GET", escaped("policies", nowhere))[:2], (404, NOT_FOUND))


def test_policymakers_make_policies_where_they_have_a_permission(_):
    vhost, other = made_vhost(), made_vhost()
    maker, manager = made_user("policymaker"), made_user("management")
    for name in (maker, manager):
        equal(status("PUT", escaped("permissions", vhost, name), ALL), 201)
    maker, manager = f"{maker}:secret", f"{manager}:secret"
    body = {"pattern": "a", "definition": MAX}

    def refused_to(user, method, path, reason):
        equal(ask(method, path, body, user=user)[:2], (401, {"error": "not_authorised", "reason": reason}))

    equal(status("PUT", escaped("policies", vhost, "p"), body, user=maker), 201)
    equal(len(get(escaped("policies", vhost), user=manager)), 1)
    equal([one["vhost"] for one in get("/api/policies", user=maker)], [vhost])
    for method in ("GET", "PUT", "DELETE"):
        refused_to(manager, method, escaped("policies", vhost, "p"), "User not authorised to access object")
        refused_to(maker, method, escaped("policies", other, "p"), "User not authorised to access object")
        refused_to(maker, method, escaped("operator-policies", vhost, "p"), "Not administrator user")
    refused_to(maker, "GET", escaped("policies", other), "User not authorised to access virtual host")
    equal(status("DELETE", escaped("policies", vhost, "p"), user=maker), 204)


def test_queues_and_exchanges_show_what_applies_to_them(_):
    vhost = made_vhost()
    for path in (escaped("queues", vhost, "aq"), escaped("queues", vhost, "bq"), escaped("exchanges", vhost, "ae")):
        equal(status("PUT", path, {}), 201)
    equal(status("PUT", escaped("policies", vhost, "p"), {"pattern": "^a", "definition": {"max-length": 5, "message-ttl": 9}}), 201)
    equal(status("PUT", escaped("operator-policies", vhost, "o"), {"pattern": "^a", "definition": MAX, "apply-to": "queues"}), 201)
    shows(escaped("queues", vhost, "aq"), {"policy": "p", "operator_policy": "o",
                                           "effective_policy_definition": {"max-length": 4, "message-ttl": 9}})
    shows(escaped("queues", vhost, "bq"), {"policy": None, "operator_policy": None, "effective_policy_definition": {}})
    equal(get(escaped("exchanges", vhost, "ae"))["policy"], "p")
    assert "policy" not in get(escaped("exchanges", vhost, "amq.default"))


def test_a_policy_holds_for_the_messages_of_a_queue_that_is_there(_):
    vhost = made_vhost()
    path = escaped("queues", vhost, "jobs")
    equal(status("PUT", path, {"durable": True}), 201)
    for number in range(5):
        equal(ask("POST", escaped("exchanges", vhost, "amq.default", "publish"),
                  {"properties": {}, "routing_key": "jobs", "payload": str(number), "payload_encoding": "string"})[:2],
              (200, {"routed": True}))
    equal(status("PUT", escaped("policies", vhost, "short"), {"pattern": "^jobs$", "definition": {"max-length": 2}}), 201)
    shows(path, {"policy": "short", "messages": 2})
    left = ask("POST", path + "/get", {"count": 9, "ackmode": "ack_requeue_false", "encoding": "auto"})[1]
    equal([one["payload"] for one in left], ["3", "4"])
