"""`wharf queue`, `exchange`, `binding`, `policy`, `vhost`, `user` on the API under test."""

import json
import os
import subprocess
import urllib.error
import urllib.request

from api import ask, escaped, get
from cases import equal, eventually, unique

SUITE = "management commands"


def is_wharf():
    """Not RabbitMQ, which has no word for some things."""
    return get("/api/overview").get("product_name") == "Wharf"


def wharf(*arguments, code=0, given=None, **environment):
    """What it prints: to standard output, or, where it is to fail, to standard error."""
    ran = subprocess.run([os.environ["WHARF"], *arguments], input=given, capture_output=True, timeout=50, check=False,
                         env={**os.environ, "WHARF_ADMIN_URL": "http://" + os.environ["WHARF_ADMIN"], **environment})
    equal(ran.returncode, code, f"{arguments}: {ran.stderr!r}")
    return (ran.stderr if code else ran.stdout).decode()


def test_a_user_is_added_let_in_and_deleted(_):
    name, vhost = unique("user"), unique("vhost")
    equal(wharf("vhost", "create", vhost), "")
    equal(wharf("vhost", "create", vhost, "--default-queue-type", "quorum"), "")
    assert [vhost, "quorum"] in [line.split() for line in wharf("vhost", "list").splitlines()]
    equal(wharf("vhost", "create", vhost, "--default-queue-type", "classic"), "")
    assert [vhost, "classic"] in [line.split() for line in wharf("vhost", "list").splitlines()]
    equal(wharf("user", "add", name, "--tags", "management", given=b"secret\n"), "")
    equal(wharf("user", "add", name, "other", code=1), f"wharf user: there is a user '{name}' already\n")
    me = {"WHARF_ADMIN_USER": name, "WHARF_ADMIN_PASSWORD": "secret"}
    equal(wharf("queue", "list", "--vhost", vhost, code=1, **me),
          "wharf queue: not allowed: User not authorised to access virtual host\n")
    equal(wharf("user", "permit", name, "--vhost", vhost, "--configure", "^a"), "")
    equal(wharf("queue", "create", "a", "--vhost", vhost, **me), "")
    assert wharf("queue", "create", "b", "--vhost", vhost, code=1, **me).startswith("wharf queue: not allowed: ")
    equal(wharf("user", "permissions", name).split(), ["USER", "VHOST", "CONFIGURE", "WRITE", "READ", name, vhost, "^a", ".*", ".*"])
    equal(wharf("user", "password", name, "better"), "")
    equal(wharf("vhost", "list", code=1, **me), "wharf vhost: the server does not let this user in: check --user and --password\n")
    equal(wharf("vhost", "list", "--user", name, "--password", "better").split(), ["VHOST", "DEFAULT", "QUEUE", "TYPE", vhost, "classic"])
    equal(wharf("user", "permit", name, "--vhost", vhost, "--take-away"), "")
    equal(wharf("user", "permit", name, "--vhost", unique("no"), code=1).startswith("wharf user: there is no user"), True)
    equal(wharf("user", "delete", name), "")
    equal(wharf("user", "delete", name, code=1), f"wharf user: there is no user '{name}'\n")
    equal(wharf("vhost", "delete", vhost), "")


def test_a_users_tags_are_changed_and_its_password_stays(_):
    name = unique("user")
    wharf("user", "add", name, "secret")
    me = {"WHARF_ADMIN_USER": name, "WHARF_ADMIN_PASSWORD": "secret"}
    wharf("vhost", "list", code=1, **me)
    equal(wharf("user", "tags", name, "monitoring,policymaker"), "")
    equal([one["tags"] for one in json.loads(wharf("user", "list", "-f", "json")) if one["name"] == name], [["monitoring", "policymaker"]])
    equal(wharf("vhost", "list", code=0, **me)[:5], "VHOST")
    equal(wharf("user", "tags", name, ""), "")
    equal([one["tags"] for one in json.loads(wharf("user", "list", "-f", "json")) if one["name"] == name], [[]])
    wharf("vhost", "list", code=1, **me)
    equal(wharf("user", "tags", unique("no"), "management", code=1)[:30], "wharf user: there is no user '")
    wharf("user", "delete", name)


def test_topic_permissions_are_set_listed_and_taken_away(_):
    vhost, name = unique("vhost"), unique("user")
    wharf("vhost", "create", vhost)
    wharf("user", "add", name, "secret")
    here = ("--vhost", vhost)
    equal(wharf("user", "topic-permissions", name).split(), ["USER", "VHOST", "EXCHANGE", "WRITE", "READ"])
    equal(wharf("user", "permit-topic", name, "amq.topic", "--write", "^a", *here), "")
    equal(wharf("user", "permit-topic", name, "orders", "--read", "^b", *here), "")
    equal(sorted(line.split() for line in wharf("user", "topic-permissions", name).splitlines()[1:]),
          [[name, vhost, "amq.topic", "^a", ".*"], [name, vhost, "orders", ".*", "^b"]])
    assert [name, vhost, "orders", ".*", "^b"] in [line.split() for line in wharf("user", "topic-permissions").splitlines()]
    equal(wharf("user", "permit-topic", name, "orders", "--take-away", *here), "")
    equal([one["exchange"] for one in json.loads(wharf("user", "topic-permissions", name, "-f", "json"))], ["amq.topic"])
    equal(wharf("user", "permit-topic", name, "x", "--vhost", unique("no"), code=1)[:28], "wharf user: there is no user")
    assert "bad" in wharf("user", "permit-topic", name, "x", "--write", "(bad", *here, code=1)
    equal(wharf("user", "topic-permissions", unique("no"), code=1)[:28], "wharf user: there is no user")
    if is_wharf():
        equal(wharf("user", "permit-topic", name, "orders", "--take-away", *here, code=1),
              f"wharf user: there is no topic permission of user '{name}' for exchange 'orders' in virtual host '{vhost}'\n")
    wharf("user", "delete", name)
    wharf("vhost", "delete", vhost)


def test_a_token_signs_in_until_it_is_revoked_or_its_user_is_gone(_):
    if not is_wharf():
        return
    name = unique("user")
    wharf("user", "add", name, "secret", "--tags", "management")
    token = wharf("user", "token", "add", name, "--name", "deployment", "--days", "30").strip()
    assert token.startswith("wharf_"), token

    def status(text):
        try:
            request = urllib.request.Request(f"http://{os.environ['WHARF_ADMIN']}/api/whoami", headers={"Authorization": "Bearer " + text})
            with urllib.request.urlopen(request) as response:
                equal(json.load(response)["name"], name)
                return response.status
        except urllib.error.HTTPError as refused:
            return refused.code

    equal(status(token), 200)
    equal(status(token[:-1]), 401)
    listed = json.loads(wharf("user", "token", "list", name, "--json"))
    equal([one["name"] for one in listed], ["deployment"])
    assert token.rsplit("_", 1)[1] not in json.dumps(listed)
    equal(wharf("user", "token", "revoke", listed[0]["id"]), "")
    equal(wharf("user", "token", "revoke", listed[0]["id"], code=1), "wharf user: there is no such token\n")
    equal(status(token), 401)
    last = wharf("user", "token", "add", name).strip()
    equal(status(last), 200)
    wharf("user", "delete", name)
    equal(status(last), 401)
    wharf("user", "add", name, "secret", "--tags", "management")
    equal(status(last), 401)
    wharf("user", "delete", name)


def test_the_busiest_queues_are_seen_at_a_glance(_):
    vhost, queue = unique("vhost"), unique("busiest")
    wharf("vhost", "create", vhost)
    wharf("queue", "create", queue, "--vhost", vhost)
    for _ in range(3):
        wharf("queue", "publish", queue, "make tea", "--vhost", vhost)
    eventually(lambda: any(line.split()[:1] == ["3"] and line.endswith(f"{vhost}  {queue}")
                           for line in wharf("top", "--count", "1", "--rows", "500", "--sort", "ready").splitlines()), "it is shown")
    shown = wharf("top", "--count", "2", "--every", "1", "--rows", "1")
    equal(shown.count("acknowledged"), 2)
    equal(wharf("top", "--sort", "colour", code=2) != "", True)
    wharf("vhost", "delete", vhost)


def test_a_queue_is_made_filled_listed_purged_and_deleted(_):
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    equal(wharf("queue", "create", "jobs", "--argument", "x-max-length=1000", "--argument", "x-overflow=drop-head", *here), "")
    equal(wharf("queue", "publish", "jobs", "make tea", *here), "")
    equal(wharf("queue", "publish", "jobs", *here, given=b"\xff\x00"), "")
    equal(wharf("queue", "publish", "no", "x", *here, code=1), f"wharf queue: there is no queue 'no' in virtual host '{vhost}'\n")
    listed = json.loads(wharf("queue", "list", "-f", "json", *here))
    equal([(one["name"], one["durable"], one["arguments"]["x-max-length"]) for one in listed], [("jobs", True, 1000)])
    assert "x-max-length=1000" in wharf("queue", "list", *here)
    equal(wharf("queue", "purge", "jobs", *here), "")
    equal(wharf("queue", "create", "jobs", "--transient", *here, code=1),
          f"wharf queue: inequivalent arg 'durable' for queue 'jobs' in vhost '{vhost}': received 'false' but current is 'true'\n")
    equal(wharf("queue", "delete", "jobs", "--if-empty", "--if-unused", *here), "")
    equal(wharf("queue", "delete", "jobs", *here, code=1), f"wharf queue: there is no queue 'jobs' in virtual host '{vhost}'\n")


def test_a_message_is_published_by_an_exchange_with_headers_and_properties(_):
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    wharf("exchange", "create", "orders", "--type", "topic", *here)
    wharf("queue", "create", "eu", *here)
    wharf("binding", "create", "orders", "eu", "--key", "order.eu.#", *here)
    equal(wharf("queue", "publish", "--exchange", "orders", "--routing-key", "order.eu.new", "--header", "region=eu", "--header", "tries=3",
                "--header", 'text="3"', "--property", "content-type=application/json", "--property", "priority=4", "--property", "type=order",
                "--property", "correlation-id=c1", "--property", "timestamp=1700000000", "--transient", "[1,2]", *here), "")
    equal(wharf("queue", "publish", "eu", "--property", "message-id=m1", "--property", "reply-to=back", "--property", "app-id=shop", *here, given=b"x"), "")
    equal(wharf("queue", "publish", "--exchange", "", "--routing-key", "eu", "by the default exchange", *here), "")
    got = ask("POST", escaped("queues", vhost, "eu", "get"), {"count": 9, "ackmode": "ack_requeue_false", "encoding": "auto"})[1]
    equal([(one["exchange"], one["routing_key"], one["payload"]) for one in got],
          [("orders", "order.eu.new", "[1,2]"), ("", "eu", "x"), ("", "eu", "by the default exchange")])
    equal([one["properties"] for one in got],
          [{"content_type": "application/json", "headers": {"region": "eu", "tries": 3, "text": "3"}, "delivery_mode": 1, "priority": 4,
            "correlation_id": "c1", "timestamp": 1700000000, "type": "order"},
           {"delivery_mode": 2, "message_id": "m1", "reply_to": "back", "app_id": "shop"}, {"delivery_mode": 2}])
    equal(wharf("queue", "publish", "--exchange", "orders", "--routing-key", "k", "x", *here, code=1),
          f"wharf queue: exchange 'orders' in virtual host '{vhost}' leads to no queue with the key 'k'\n")
    equal(wharf("queue", "publish", "--exchange", "no", "x", *here, code=1),
          f"wharf queue: there is no exchange 'no' in virtual host '{vhost}'\n")
    assert wharf("queue", "publish", "eu", "x", "--property", "colour=red", *here, code=2).startswith("wharf queue: --property: there is no property 'colour': ")
    assert "expiration" in wharf("queue", "publish", "eu", "x", "--property", "expiration=soon", *here, code=1)
    wharf("vhost", "delete", vhost)


def test_an_exchange_is_bound_and_unbound(_):
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    equal(wharf("exchange", "create", "orders", "--type", "topic", *here), "")
    equal(wharf("queue", "create", "invoices", *here), "")
    equal(wharf("binding", "create", "orders", "invoices", "--key", "order.#", "--argument", "n=1", *here), "")
    equal(wharf("binding", "create", "orders", "amq.fanout", "--to-exchange", *here), "")
    assert ["orders", "queue", "invoices", "order.#", "n=1"] in [line.split() for line in wharf("binding", "list", *here).splitlines()]
    equal(wharf("binding", "delete", "orders", "invoices", "--key", "order.#", *here, code=1),
          "wharf binding: 'invoices' is not bound to 'orders' with the key 'order.#' and these arguments\n")
    equal(wharf("binding", "delete", "orders", "invoices", "--key", "order.#", "--argument", "n=1", *here), "")
    equal(wharf("binding", "delete", "orders", "amq.fanout", "--to-exchange", *here), "")
    equal([one["source"] for one in json.loads(wharf("binding", "list", "--json", *here))], [""])
    assert ["orders", "topic"] in [line.split()[:2] for line in wharf("exchange", "list", *here).splitlines()]
    equal(wharf("exchange", "delete", "orders", "--if-unused", *here), "")
    equal(wharf("exchange", "list", "--vhost", unique("no"), code=1)[:36], "wharf exchange: there is no virtual ")


def test_a_policy_is_set_listed_and_deleted(_):
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    equal(wharf("policy", "set", "short", "^tmp", "max-length=5", "overflow=drop-head", "--apply-to", "queues", "--priority", "2", *here), "")
    equal(wharf("policy", "set", "ceiling", "", "max-length=4", "--operator", *here), "")
    equal([line.split() for line in wharf("policy", "list", *here).splitlines()],
          [["POLICY", "PATTERN", "APPLIES-TO", "PRIORITY", "SETTINGS"], ["short", "^tmp", "queues", "2", "max-length=5", "overflow=drop-head"]])
    equal(json.loads(wharf("policy", "list", "--operator", "-f", "json", *here)),
          [{"vhost": vhost, "name": "ceiling", "pattern": "", "apply-to": "all", "definition": {"max-length": 4}, "priority": 0}])
    equal(wharf("policy", "set", "bad", "a", "max-length", *here, code=2), "wharf policy: SETTING: 'max-length' is not KEY=VALUE\n")
    assert "is not a valid maximum length" in wharf("policy", "set", "bad", "a", "max-length=-1", *here, code=1)
    equal(wharf("policy", "delete", "short", *here), "")
    equal(wharf("policy", "delete", "short", *here, code=1), f"wharf policy: there is no policy 'short' in virtual host '{vhost}'\n")
    equal(wharf("policy", "delete", "ceiling", "--operator", *here), "")
    equal(wharf("policy", "list", "--vhost", unique("no"), code=1)[:33], "wharf policy: there is no virtual")
    if is_wharf():
        equal(wharf("policy", "set", "slower", "^jobs", "retry-delays=[100,200]", *here), "")
        assert "retry-delays=100,200" in wharf("policy", "list", *here)
        assert wharf("policy", "set", "slower", "^jobs", "retry-delays=[100,", *here, code=1).startswith("wharf policy: "), "no list, text"
        equal(wharf("policy", "set", "logs", "^logs", "max-length-bytes=1000", "--apply-to", "streams", *here, code=1),
              "wharf policy: Validation failed\n\n'max-length-bytes' would do nothing to streams, which are topics here: "
              "a topic has its own settings, such as retention.bytes\n\n")


def test_a_queue_is_looked_into(_):
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    wharf("queue", "create", "jobs", *here)
    if not is_wharf():
        return equal(wharf("queue", "peek", "jobs", *here, code=1), f"wharf queue: there is no queue 'jobs' in virtual host '{vhost}'\n")
    for body in (b"make tea", b"\xff\n", "\u00fc".encode() * 50):
        wharf("queue", "publish", "jobs", *here, given=body)
    table = [line.split(maxsplit=7) for line in wharf("queue", "peek", "jobs", *here).splitlines()]
    equal(table, [["POSITION", "STATE", "TRIES", "EXCHANGE", "KEY", "BYTES", "DIED", "BODY"],
                  ["0", "ready", "0", "(default)", "jobs", "8", "-", "make tea"],
                  ["1", "ready", "0", "(default)", "jobs", "2", "-", "\\xff\\x0a"],
                  ["2", "ready", "0", "(default)", "jobs", "100", "-", "\u00fc" * 30 + "..."]])
    page = json.loads(wharf("queue", "peek", "jobs", "--from", "1", "--count", "1", "-f", "json", *here))
    equal(([one["position"] for one in page["messages"]], page["messages"][0]["payload"], page["next"]), (["1"], "/wo=", "2"))
    equal([(one["messages_ready"], one["messages_unacknowledged"]) for one in json.loads(wharf("queue", "list", "-f", "json", *here))], [(3, 0)])
    assert "--from: must be a position, such as 12 or 5:12;" in wharf("queue", "peek", "jobs", "--from", "first", *here, code=2)
    equal(wharf("queue", "peek", "no", *here, code=1), f"wharf queue: there is no queue 'no' in virtual host '{vhost}'\n")


def test_a_look_at_dead_letters_says_why_and_where_they_died(_):
    if not is_wharf():
        return
    dead, full = unique("dead"), unique("full")
    wharf("queue", "create", dead)
    wharf("queue", "create", full, "--argument", "x-max-length=0", "--argument", "x-dead-letter-exchange=",
          "--argument", f"x-dead-letter-routing-key={dead}")
    wharf("queue", "publish", full, "too much")
    eventually(lambda: f"  maxlen in {full}  too much" in wharf("queue", "peek", dead), "the dead letter and its death")
    wharf("queue", "delete", dead, full)


def test_single_messages_are_dropped_and_moved_and_the_oldest_purged(_):
    if not is_wharf():
        return
    jobs, other = unique("jobs"), unique("other")
    equal(wharf("queue", "create", jobs, other), "")
    for body in ("a", "b", "c", "d", "e"):
        wharf("queue", "publish", jobs, body)

    def bodies(queue):
        return [one["payload"] for one in json.loads(wharf("queue", "peek", queue, "-f", "json"))["messages"]]

    equal(wharf("queue", "drop", jobs, "1"), "")
    equal(wharf("queue", "move", jobs, "4", "2", "--to", other), "")
    equal((bodies(jobs), bodies(other)), (["a", "d"], ["e", "c"]))
    equal(wharf("queue", "drop", jobs, "1", code=1),
          f"wharf queue: there is no message 1 in queue '{jobs}' in virtual host '/'\n")
    equal(wharf("queue", "purge", jobs, "--oldest", "5"), f"2 messages dropped from {jobs}\n")
    wharf("queue", "delete", jobs, other)


def test_messages_that_match_a_selector_are_shown_moved_and_purged(_):
    if not is_wharf():
        return
    jobs, other = unique("jobs"), unique("other")
    equal(wharf("queue", "create", jobs, other), "")
    for number in range(10):
        ask("POST", escaped("exchanges", "/", "amq.default", "publish"),
            {"properties": {"type": "even" if number % 2 == 0 else "odd", "headers": {"n": number}}, "routing_key": jobs,
             "payload": str(number), "payload_encoding": "string"})

    def bodies(queue, *which):
        return "".join(one["payload"] for one in json.loads(wharf("queue", "peek", queue, *which, "-f", "json"))["messages"])

    equal(bodies(jobs, "--where", "JMSType = 'even' AND n > 3"), "468")
    equal(wharf("queue", "move", jobs, "--where", "n BETWEEN 6 AND 7", "--to", other), f"2 messages moved from {jobs} to {other}\n")
    equal(wharf("queue", "purge", jobs, "--where", "JMSType = 'odd'", "--oldest", "3"), f"3 messages dropped from {jobs}\n")
    equal(wharf("queue", "purge", jobs, "--where", "n = 'one", code=1),
          "wharf queue: the selector, at position 5: a ' that is never closed\n")
    equal((bodies(jobs), bodies(other)), ("02489", "67"))
    equal(wharf("queue", "purge", jobs, other, "--where", "n > 6 OR n = 0"),
          f"3 messages dropped from {jobs}\n1 messages dropped from {other}\n")
    equal((bodies(jobs), bodies(other)), ("24", "6"))
    assert "either POSITIONs or --where" in wharf("queue", "move", jobs, "--to", other, code=2)
    assert "either POSITIONs or --where" in wharf("queue", "move", jobs, "1", "--where", "TRUE", "--to", other, code=2)
    assert "--where: must be a condition, not empty" in wharf("queue", "purge", jobs, "--where", "", code=2)
    wharf("queue", "delete", jobs, other)


def test_delayed_messages_are_listed_and_cancelled(_):
    if not is_wharf():
        return
    vhost = unique("vhost")
    wharf("vhost", "create", vhost)
    here = ("--vhost", vhost)
    wharf("exchange", "create", "later", "--type", "x-delayed-message", "--argument", "x-delayed-type=fanout", *here)
    code, answer, _ = ask("POST", escaped("exchanges", vhost, "later", "publish"),
                          {"properties": {"headers": {"x-delay": 3_600_000}}, "routing_key": "tea", "payload": "x", "payload_encoding": "string"})
    equal((code, answer), (200, {"routed": True}))
    waiting = json.loads(wharf("exchange", "delayed", "-f", "json", *here))["messages"]
    equal([(one["exchange"], one["routing_key"]) for one in waiting], [("later", "tea")])
    assert waiting[0]["id"] in wharf("exchange", "delayed", *here)
    equal(wharf("exchange", "cancel", waiting[0]["id"], *here), "")
    equal(json.loads(wharf("exchange", "delayed", "-f", "json", *here))["messages"], [])
    equal(wharf("exchange", "cancel", waiting[0]["id"], *here, code=1),
          f"wharf exchange: there is no delayed message '{waiting[0]['id']}' in virtual host '{vhost}'\n")


def test_what_keeps_a_queue_on_disk_is_shown(_):
    if not is_wharf():
        return
    jobs = unique("jobs")
    wharf("queue", "create", jobs)
    assert "oldest        -" in wharf("queue", "show", jobs).splitlines()
    wharf("queue", "publish", jobs, "hello")
    shown = json.loads(wharf("queue", "show", jobs, "-f", "json"))
    equal((shown["messages_ready"], shown["storage"]["live_bytes"], shown["storage"]["oldest"]["position"]), (1, 5, "0"))
    assert "message 0, " in wharf("queue", "show", jobs)
    equal(wharf("queue", "show", "no", code=1), "wharf queue: there is no queue 'no' in virtual host '/'\n")
    wharf("queue", "delete", jobs)


def test_a_stream_is_shown_and_told_from_a_queue(_):
    if not is_wharf():
        return
    stream = unique("stream")
    wharf("queue", "create", stream, "--type", "stream")
    wharf("queue", "publish", stream, "hello")
    shown = dict(line.split(maxsplit=1) for line in wharf("queue", "show", stream).replace("bytes on disk", "bytes").splitlines())
    equal((shown["stream"], shown["messages"], shown["offsets"], shown["consumers"]), (stream, "1", "from 0, the next one is 1", "0"))
    assert shown["newest"] != "-" and int(shown["bytes"]) > 0 and shown["retention"] == "unlimited", shown
    whole = json.loads(wharf("queue", "show", stream, "-f", "json"))
    equal((whole["type"], whole["topic"]["name"], whole["partition"]["high_watermark"]), ("stream", stream, 1))
    for command in (("peek",), ("purge",), ("purge", "--oldest", "1")):
        told = wharf("queue", command[0], stream, *command[1:], code=1)
        assert told.startswith(f"wharf queue: '{stream}' is a stream, from which nothing is taken: `wharf consume --topic {stream}`"), told
    wharf("queue", "delete", stream)
