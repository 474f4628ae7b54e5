"""Connections, channels, consumers, and what passes. RabbitMQ's own numbers are up to five seconds late, so these wait."""

import contextlib
import struct

import amqp
from api import ask, escaped, get, status
from cases import equal, eventually, unique
from management_access import made_vhost

SUITE = "management statistics"


@contextlib.contextmanager
def client(name, vhost="/"):
    connection = amqp.Client(name, vhost=vhost)
    yield connection
    connection.close()


def made_queue(vhost, name, **arguments):
    """Its path."""
    equal(status("PUT", escaped("queues", vhost, name), {"durable": True, "arguments": arguments}), 201)
    return escaped("queues", vhost, name)


def connection_named(name):
    return eventually(lambda: next((one for one in get("/api/connections") if one.get("user_provided_name") == name),
                                   None), f"connection {name}")


def test_a_connection_is_listed_with_what_its_client_says_of_itself_and_its_channel(_):
    vhost, name = made_vhost(), unique("listed")
    with client(name, vhost):
        one = connection_named(name)
        equal((one["user"], one["vhost"], one["protocol"], one["ssl"]), ("guest", vhost, "AMQP 0-9-1", False))
        equal(one["client_properties"]["product"], "management suite")
        equal(one["name"], f"{one['peer_host']}:{one['peer_port']} -> {one['host']}:{one['port']}")
        assert one["connected_at"] > 1_600_000_000_000, one
        path = escaped("connections", one["name"])
        shown = eventually(lambda: (lambda seen: seen.get("recv_oct") and seen.get("channels") == 1 and seen)(get(path)),
                           "its numbers")
        assert "rate" in shown["recv_oct_details"] and "rate" in shown["send_oct_details"], shown
        equal((shown["state"], shown["timeout"]), ("running", 60))
        for lists in ("/api/connections/username/guest", escaped("vhosts", vhost, "connections")):
            assert one["name"] in [other["name"] for other in get(lists)], lists
        equal(get(escaped("connections", "username", unique("nobody"))), [])
        channels = eventually(lambda: get(path + "/channels"), "its channel")
        equal([channel["name"] for channel in channels], [one["name"] + " (1)"])
        channel = get(escaped("channels", one["name"] + " (1)"))
        equal((channel["number"], channel["connection_details"]["name"]), (1, one["name"]))
        equal((channel["consumer_details"], channel["confirm"]), ([], False))
        equal((status("GET", escaped("connections", unique("no"))), status("GET", escaped("channels", unique("no")))), (404, 404))
        page = get("/api/connections?page=1&page_size=10&columns=name,recv_oct")
        assert set(page["items"][0]) <= {"name", "recv_oct"} and page["total_count"] >= 1, page


def test_a_connection_is_closed_with_a_reason(_):
    name = unique("to be closed")
    connection = amqp.Client(name)
    one = connection_named(name)
    equal(status("DELETE", escaped("connections", unique("no"))), 404)
    equal(status("DELETE", escaped("connections", one["name"]), headers={"X-Reason": "go away"}), 204)
    close = connection.expect(10, 50)
    code, = struct.unpack(">H", close[4:6])
    equal((code, close[7:7 + close[6]]), (320, b"CONNECTION_FORCED - go away"))
    connection.send(0, 10, 51, b"")
    eventually(lambda: all(other.get("user_provided_name") != name for other in get("/api/connections")), "it is gone")


def test_consumers_are_listed_and_with_their_queue(_):
    vhost, tag = made_vhost(), unique("tag")
    path = made_queue(vhost, "q")
    with client(unique("consumer"), vhost) as connection:
        connection.consume("q", tag)
        found = eventually(lambda: [one for one in get(escaped("consumers", vhost)) if one["consumer_tag"] == tag], "it is there")
        equal(len(found), 1)
        one = found[0]
        equal((one["queue"], one["ack_required"], one["exclusive"]), ({"name": "q", "vhost": vhost}, True, False))
        equal((one["active"], one["activity_status"]), (True, "up"))
        equal((one["channel_details"]["number"], one["channel_details"]["user"]), (1, "guest"))
        eventually(lambda: [detail["consumer_tag"] for detail in get(path)["consumer_details"]] == [tag], "it is its queue's")
        assert tag in [other["consumer_tag"] for other in get("/api/consumers")]
    equal(status("GET", escaped("consumers", unique("no"))), 404)


def test_of_a_single_active_consumer_the_others_are_told_to_wait(_):
    vhost = made_vhost()
    path = made_queue(vhost, "q", **{"x-single-active-consumer": True})
    with client(unique("in turn"), vhost) as connection:
        connection.consume("q", "first")
        connection.consume("q", "second")
        shown = eventually(lambda: (lambda seen: len(seen["consumer_details"]) == 2 and seen)(get(path)), "both are there")
        states = {one["consumer_tag"]: (one["active"], one["activity_status"]) for one in shown["consumer_details"]}
        equal(states, {"first": (True, "single_active"), "second": (False, "waiting")})
        equal(eventually(lambda: get(path).get("single_active_consumer_tag"), "its tag"), "first")


def total(path, event):
    return get(path).get("message_stats", {}).get(event, 0)


def rate(path, event):
    return get(path).get("message_stats", {}).get(event + "_details", {}).get("rate", 0)


def test_what_passes_is_counted_where_it_passes_with_its_rate_and_comes_to_rest(_):
    vhost, name = made_vhost(), unique("busy")
    path = made_queue(vhost, "q")
    fanout, default = escaped("exchanges", vhost, "amq.fanout"), escaped("exchanges", vhost, "amq.default")
    with client(name, vhost) as connection:
        connection.confirm()
        connection.consume("q", "a-tag")
        for delivery in range(1, 101):
            connection.publish("", "q")
            connection.expect(60, 60)
            connection.acknowledge(delivery)
        connection.publish("amq.fanout", "nowhere")
        connection.publish("", "no such queue", mandatory=True)
        connection.expect(60, 50)
        eventually(lambda: all(rate(path, event) > 0 for event in ("publish", "deliver", "ack")), "rates", pause_s=0.1)
        eventually(lambda: total(path, "publish") == 100 and total(path, "ack") == 100, "100 messages", pause_s=0.1)
        equal([total(path, event) for event in ("deliver", "deliver_get", "redeliver")], [100, 100, 0])
        channel = escaped("channels", connection_named(name)["name"] + " (1)")
        eventually(lambda: total(channel, "publish") == 102, "the channel's", pause_s=0.1)
        stats = get(channel)["message_stats"]
        equal([stats[event] for event in ("confirm", "ack", "deliver", "drop_unroutable", "return_unroutable")], [102, 100, 100, 1, 1])
        eventually(lambda: total(default, "publish_in") == 101, "the default exchange's", pause_s=0.1)
        equal(total(default, "publish_out"), 100)
        eventually(lambda: total(fanout, "publish_in") == 1, "amq.fanout's", pause_s=0.1)
        eventually(lambda: total(escaped("vhosts", vhost), "publish") == 102, "the virtual host's", pause_s=0.1)
        eventually(lambda: total("/api/overview", "publish") >= 102, "the overview's", pause_s=0.1)
        eventually(lambda: rate(path, "publish") == 0, "rest", pause_s=0.1)


def test_the_overview_counts_what_comes_and_goes(_):
    before = get("/api/overview")["churn_rates"]
    vhost = made_vhost()
    made_queue(vhost, "q")
    with client(unique("comes and goes"), vhost):
        pass
    equal(status("DELETE", escaped("queues", vhost, "q")), 204)
    for event in ("connection_created", "connection_closed", "channel_created", "channel_closed", "queue_created", "queue_deleted"):
        eventually(lambda: get("/api/overview")["churn_rates"].get(event, 0) > before.get(event, 0), event, pause_s=0.1)
