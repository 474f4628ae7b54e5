"""RabbitMQ's own command line does its daily jobs: rabbitmqadmin, as its management plugin serves it, unmodified. Where it is not
installed (scripts/setup --tests) there are no cases."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import amqp
from api import HOST, PORT, escaped, get, status
from cases import equal, eventually, unique
from management_access import made_vhost

SUITE = "rabbitmqadmin"
PROGRAM = os.environ.get("RABBITMQADMIN") or shutil.which("rabbitmqadmin")


def admin(*arguments, given=None, code=0):
    """What it prints."""
    ran = subprocess.run([sys.executable, PROGRAM, "-H", HOST, "-P", PORT, *arguments], input=given, capture_output=True, timeout=50, check=False)
    equal(ran.returncode, code, f"{arguments}: {ran.stderr!r}")
    return (ran.stderr if code else ran.stdout).decode()


def listed(*arguments):
    return json.loads(admin("-f", "raw_json", *arguments))


def test_a_queue_is_declared_bound_filled_read_purged_and_deleted(_):
    vhost = unique("vhost")
    admin("declare", "vhost", f"name={vhost}")
    here = ("-V", vhost)
    admin("declare", "permission", f"vhost={vhost}", "user=guest", "configure=.*", "write=.*", "read=.*")
    admin(*here, "declare", "queue", "name=jobs", "durable=true", 'arguments={"x-max-length":1000}')
    admin(*here, "declare", "queue", "name=qq", "queue_type=quorum")
    admin(*here, "declare", "exchange", "name=orders", "type=topic")
    admin(*here, "declare", "binding", "source=orders", "destination=jobs", "routing_key=a.#")
    equal([one["name"] for one in listed(*here, "list", "queues")], ["jobs", "qq"])
    assert "orders" in admin(*here, "list", "exchanges", "name", "type")
    assert [one for one in listed(*here, "list", "bindings") if one["source"] == "orders" and one["destination"] == "jobs"]
    equal(admin(*here, "publish", "exchange=orders", "routing_key=a.b", "payload=make tea").strip(), "Message published")
    equal(admin(*here, "publish", "exchange=orders", "routing_key=z", "payload=x").strip(), "Message published but NOT routed")
    equal(admin(*here, "publish", "routing_key=jobs", "exchange=amq.default", given=b"from a pipe").strip(), "Message published")
    equal([one["payload"] for one in listed(*here, "get", "queue=jobs", "count=5")], ["make tea", "from a pipe"])
    assert "make tea" in admin(*here, "get", "queue=jobs", "ackmode=ack_requeue_false")
    admin(*here, "purge", "queue", "name=jobs")
    equal(listed(*here, "get", "queue=jobs"), [])
    admin(*here, "delete", "binding", "source=orders", "destination_type=queue", "destination=jobs", "properties_key=a.%23")
    admin(*here, "delete", "exchange", "name=orders")
    admin(*here, "delete", "queue", "name=jobs")
    assert "Not found" in admin(*here, "delete", "queue", "name=jobs", code=1)
    admin("delete", "vhost", f"name={vhost}")


def test_users_policies_and_lists(_):
    vhost, user = unique("vhost"), unique("user")
    admin("declare", "vhost", f"name={vhost}")
    admin("declare", "user", f"name={user}", "password=secret", "tags=management")
    assert user in [one["name"] for one in listed("list", "users")]
    admin("declare", "permission", f"vhost={vhost}", f"user={user}", "configure=^a", "write=", "read=")
    assert [one for one in listed("list", "permissions") if one["user"] == user and one["configure"] == "^a"]
    admin("-V", vhost, "declare", "policy", "name=short", "pattern=^t", 'definition={"max-length":5}', "apply-to=queues", "priority=3")
    admin("-V", vhost, "declare", "operator_policy", "name=most", "pattern=.*", 'definition={"max-length":9}')
    equal([(one["name"], one["priority"]) for one in listed("list", "policies") if one["vhost"] == vhost], [("short", 3)])
    assert [one for one in listed("list", "operator_policies") if one["vhost"] == vhost]
    assert [one for one in listed("list", "parameters") if one["vhost"] == vhost]
    assert isinstance(listed("list", "vhost_limits"), list)
    assert vhost in admin("list", "vhosts", "name")
    assert vhost in admin("list", "vhosts")
    assert get("/api/overview")["node"] in admin("list", "nodes")
    assert get("/api/overview")["rabbitmq_version"] in admin("show", "overview")
    admin("-V", vhost, "delete", "policy", "name=short")
    admin("-V", vhost, "delete", "operator_policy", "name=most")
    admin("delete", "permission", f"vhost={vhost}", f"user={user}")
    admin("delete", "user", f"name={user}")
    admin("delete", "vhost", f"name={vhost}")


def test_definitions_are_exported_and_imported(_):
    vhost = unique("vhost")
    admin("declare", "vhost", f"name={vhost}")
    admin("-V", vhost, "declare", "queue", "name=jobs")
    with tempfile.TemporaryDirectory() as folder:
        whole, one = str(pathlib.Path(folder) / "whole.json"), str(pathlib.Path(folder) / "one.json")
        admin("export", whole)
        admin("-V", vhost, "export", one)
        admin("-V", vhost, "delete", "queue", "name=jobs")
        admin("-V", vhost, "import", one)
        equal(get(escaped("queues", vhost, "jobs"))["durable"], True)
        admin("-V", vhost, "delete", "queue", "name=jobs")
        file = json.loads(pathlib.Path(whole).read_text())
        mine = {"queues": [queue for queue in file["queues"] if queue["vhost"] == vhost]}
        pathlib.Path(whole).write_text(json.dumps(mine))
        admin("import", whole)
        equal(get(escaped("queues", vhost, "jobs"))["durable"], True)
    admin("delete", "vhost", f"name={vhost}")


def test_a_connection_is_listed_with_its_channel_and_consumer_and_closed(_):
    vhost, name = made_vhost(), unique("seen")
    equal(status("PUT", escaped("queues", vhost, "jobs"), {"durable": True}), 201)
    connection = amqp.Client(name, vhost=vhost)
    connection.consume("jobs", "a-tag")
    mine = eventually(lambda: [one for one in listed("list", "connections") if one.get("user_provided_name") == name], "it is listed")
    connection_name = mine[0]["name"]
    assert connection_name in admin("list", "connections", "name", "user", "channels")
    eventually(lambda: [one for one in listed("list", "channels") if one["name"] == connection_name + " (1)"], "its channel")
    eventually(lambda: [one for one in listed("list", "consumers") if one["queue"] == {"name": "jobs", "vhost": vhost}], "its consumer")
    assert "message_stats.publish" in admin("-d", "3", "list", "queues", "name", "messages", "message_stats.publish")
    admin("close", "connection", f"name={connection_name}")
    connection.expect(10, 50)
    connection.send(0, 10, 51, b"")
