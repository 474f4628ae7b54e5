"""The node, its health, and what autoscalers read of a queue from its first moment."""

from api import PORT, ask, escaped, get, status
from cases import equal, eventually, unique
from management_access import made_user, made_vhost

SUITE = "management nodes"


def test_the_node_and_the_overview_agree(_):
    eventually(lambda: get("/api/overview")["contexts"], "RabbitMQ has told of itself")
    overview = get("/api/overview")
    nodes = get("/api/nodes")
    equal([one["name"] for one in nodes], [overview["node"]])
    node = get(escaped("nodes", overview["node"]))
    for field in ("mem_used", "mem_limit", "mem_alarm", "disk_free", "disk_free_limit", "disk_free_alarm", "fd_used", "fd_total",
                  "sockets_used", "sockets_total", "uptime", "processors", "os_pid", "running", "type", "partitions", "rates_mode",
                  "applications", "auth_mechanisms", "exchange_types", "contexts", "enabled_plugins"):
        assert field in node, field
    equal((node["running"], node["mem_alarm"], node["disk_free_alarm"]), (True, False, False))
    equal(get("/api/cluster-name")["name"], overview["cluster_name"])
    assert PORT in [str(one["port"]) for one in overview["listeners"]], overview["listeners"]
    assert PORT in [one["port"] for one in overview["contexts"]], overview["contexts"]
    assert overview["object_totals"]["exchanges"] >= 7, overview["object_totals"]
    equal(status("GET", escaped("nodes", unique("no"))), 404)
    code, answer, _ = ask("GET", "/api/nodes", user=f"{made_user()}:secret")
    equal((code, answer["reason"]), (401, "Not monitor user"))


def test_health_checks_are_ok_or_say_what_is_wrong(_):
    # Other cases make and delete virtual hosts meanwhile, which RabbitMQ calls a failure.
    eventually(lambda: status("GET", "/api/health/checks/virtual-hosts") == 200, "all virtual hosts are up")
    for check in ("alarms", "local-alarms", "node-is-quorum-critical", f"port-listener/{PORT}", "protocol-listener/amqp",
                  "protocol-listener/http", "certificate-expiration/1/weeks"):
        code, answer, _ = ask("GET", "/api/health/checks/" + check)
        equal((code, answer["status"]), (200, "ok"), check)
    code, answer, _ = ask("GET", "/api/health/checks/port-listener/1")
    equal((code, answer["status"], answer["missing"]), (503, "failed", 1))
    assert int(PORT) in answer["ports"], answer
    code, answer, _ = ask("GET", "/api/health/checks/protocol-listener/gopher")
    equal((code, answer["reason"], answer["missing"]), (503, "No active listener", "gopher"))
    equal(status("GET", "/api/health/checks/port-listener/x"), 400)
    equal(status("GET", "/api/health/checks/certificate-expiration/1/moons"), 400)
    equal(get(escaped("aliveness-test", "/")), {"status": "ok"})
    equal(status("GET", escaped("aliveness-test", unique("no"))), 404)


def test_what_has_no_content_is_there_all_the_same(_):
    equal(ask("GET", "/api/auth", user=None)[:2], (200, {"oauth_enabled": False}))
    for path in ("/api/extensions", "/api/vhost-limits", "/api/user-limits", "/api/parameters"):
        assert isinstance(get(path), list), path


def test_a_queue_has_its_numbers_and_its_policy_from_its_first_moment(_):
    from management_commands import is_wharf
    if not is_wharf():
        return  # RabbitMQ's come some seconds later
    vhost = made_vhost()
    path = escaped("queues", vhost, "q")
    equal(status("PUT", escaped("policies", vhost, "p"), {"pattern": "^q", "definition": {"max-length": 10}, "apply-to": "queues"}), 201)
    equal(status("PUT", path, {}), 201)
    for queue in (get(path), get(escaped("queues", vhost))[0]):
        for field in ("messages", "messages_ready", "messages_unacknowledged", "message_bytes", "message_bytes_ready",
                      "message_bytes_unacknowledged", "consumers", "consumer_capacity", "consumer_utilisation"):
            equal(queue[field], 0, field)
        equal((queue["policy"], queue["operator_policy"], queue["effective_policy_definition"]), ("p", None, {"max-length": 10}))
        equal((queue["state"], queue["type"], queue["node"]), ("running", "classic", get("/api/overview")["node"]))
    equal(get(path)["head_message_timestamp"], None)
    equal(get(escaped("vhosts", vhost))["messages"], 0)
