"""Metrics, read with the Prometheus project's own parser."""

import pathlib
import re
import socket

import confluent_kafka
import confluent_kafka.admin
from prometheus_client.parser import text_string_to_metric_families

import door
from cases import equal, eventually, unique

SUITE = "admin metrics"
PAGE = pathlib.Path(__file__).resolve().parents[4] / "docs" / "metrics.md"


def scrape(path="/metrics"):
    status, _, body = door.ask(path)
    equal(status, 200)
    return {family.name: family for family in text_string_to_metric_families(body.decode())}


def value(families, name, **labels):
    """The sample `name` with exactly these labels; None where there is none."""
    family = re.sub(r"_(total|bucket|sum|count)$", "", name)
    for candidate in (family, name):
        for sample in families[candidate].samples if candidate in families else []:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


def make_topic(bootstrap, name, partitions=1):
    client = confluent_kafka.admin.AdminClient({"bootstrap.servers": bootstrap})
    client.create_topics([confluent_kafka.admin.NewTopic(name, partitions, 1)])[name].result(30)


def produce(bootstrap, topic, count, partition=0):
    producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    for number in range(count):
        producer.produce(topic, f"record {number}".encode(), partition=partition)
    equal(producer.flush(30), 0)


def consume(bootstrap, topic, count, group, commit_after=None):
    """Reads `count` records of partition 0 and commits the offset `commit_after`."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
                                         "auto.offset.reset": "earliest"})
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
    read = 0
    while read < count:
        message = consumer.poll(30)
        assert message is not None and message.error() is None, message
        read += 1
    if commit_after is not None:
        consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, 0, commit_after)], asynchronous=False)
    consumer.close()


def test_every_metric_shown_is_in_the_documentation(bootstrap):
    documented = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.M))
    topic = unique("documented")
    make_topic(bootstrap, topic)
    _, _, body = door.ask("/metrics")
    shown = set(re.findall(r"^# TYPE (\w+) ", body.decode(), re.M))
    for more in (f"topic={topic}", "top=1"):
        shown |= set(re.findall(r"^# TYPE (\w+) ", door.ask(f"/metrics?{more}")[2].decode(), re.M))
    equal(shown, documented)


def test_counters_and_histograms_have_the_types_that_the_parser_expects(bootstrap):
    families = scrape()
    equal(families["wharf_connections_accepted"].type, "counter")
    equal(families["wharf_request_seconds"].type, "histogram")
    equal(families["wharf_topic_log_bytes"].type, "gauge")
    assert value(families, "process_resident_memory_bytes") > 1_000_000
    equal(value(families, "wharf_state", state="ready"), 1)


def test_what_dashboards_of_rabbitmq_ask_for_is_there(_):
    families = scrape()
    for name in ("rabbitmq_connections", "rabbitmq_channels", "rabbitmq_consumers", "rabbitmq_queues",
                 "rabbitmq_queue_messages_ready", "rabbitmq_queue_messages_unacked", "rabbitmq_channel_messages_published_total",
                 "rabbitmq_process_resident_memory_bytes", "rabbitmq_resident_memory_limit_bytes"):
        assert value(families, name) is not None, name
    assert value(families, "rabbitmq_global_messages_received_total", protocol="amqp091") is not None
    identity, = families["rabbitmq_identity_info"].samples
    equal(set(identity.labels), {"rabbitmq_node", "rabbitmq_cluster", "rabbitmq_cluster_permanent_id"})
    equal(door.ask("/metrics?queue=(")[0], 400)
    equal(door.ask("/metrics?top=0")[0], 400)
    equal(scrape("/metrics?queue=no.such.queue")["rabbitmq_queue_messages_ready"].samples, [])


def test_records_in_and_out_are_counted_by_topic(bootstrap):
    topic = unique("counted")
    make_topic(bootstrap, topic, partitions=2)
    produce(bootstrap, topic, 250)
    produce(bootstrap, topic, 50, partition=1)
    consume(bootstrap, topic, 250, unique("reader"))
    families = scrape()
    equal(value(families, "wharf_topic_partitions", topic=topic), 2)
    equal(value(families, "wharf_topic_records_in_total", topic=topic), 300)
    equal(value(families, "wharf_topic_records_out_total", topic=topic), 250)
    equal(value(families, "wharf_topic_high_watermark_sum", topic=topic), 300)
    equal(value(families, "wharf_topic_records", topic=topic), 300)
    bytes_in = value(families, "wharf_topic_bytes_in_total", topic=topic)
    equal(value(families, "wharf_topic_log_bytes", topic=topic), bytes_in)
    assert 0 < value(families, "wharf_topic_bytes_out_total", topic=topic) < bytes_in


def test_a_topics_page_has_its_partitions(bootstrap):
    topic = unique("partitions")
    make_topic(bootstrap, topic, partitions=3)
    produce(bootstrap, topic, 7, partition=2)
    families = scrape(f"/metrics?topic={topic}")
    ends = {sample.labels["partition"]: sample.value for sample in families["wharf_partition_end_offset"].samples}
    equal(ends, {"0": 0, "1": 0, "2": 7})
    equal(door.ask(f"/metrics?topic={unique('missing')}")[0], 404)


def test_lag_is_told_in_records_and_in_seconds(bootstrap):
    topic, late, done = unique("lag"), unique("late"), unique("done")
    make_topic(bootstrap, topic)
    produce(bootstrap, topic, 20)
    consume(bootstrap, topic, 20, late, commit_after=5)
    consume(bootstrap, topic, 20, done, commit_after=20)
    families = scrape()
    equal(value(families, "wharf_group_lag_records", group=late, topic=topic), 15)
    equal(value(families, "wharf_group_lag_records", group=done, topic=topic), 0)
    equal(value(families, "wharf_group_lag_seconds", group=done, topic=topic), 0)
    first = value(families, "wharf_group_lag_seconds", group=late, topic=topic)
    assert 0 < first < 60, first
    eventually(lambda: value(scrape(), "wharf_group_lag_seconds", group=late, topic=topic) > first, "the lag grows while nobody reads")


def test_a_member_that_stops_fetching_waiting_records_is_silent_until_it_fetches_again(bootstrap):
    topic, group, assigned = unique("silent"), unique("team"), []
    make_topic(bootstrap, topic)
    produce(bootstrap, topic, 5)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": group, "client.id": group,
                                         "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic], on_assign=lambda _, partitions: assigned.extend(partitions))

    def silent_members(count):
        consumer.poll(0.1)
        return value(scrape(), "wharf_group_silent_members", group=group) == count

    eventually(lambda: consumer.poll(0.1) is not None, "the member reads")
    assert silent_members(0)
    consumer.pause(assigned)
    eventually(lambda: silent_members(1), "it is silent after admin.silent.member.ms", deadline_s=40)
    consumer.resume(assigned)
    eventually(lambda: silent_members(0), "it fetches again")
    consumer.close()


def test_latencies_are_cumulative_and_count_every_request(bootstrap):
    topic = unique("latency")
    make_topic(bootstrap, topic)
    before = value(scrape(), "wharf_request_seconds_count", protocol="kafka", request="Produce") or 0
    for _ in range(3):
        produce(bootstrap, topic, 1)
    families = scrape()
    assert value(families, "wharf_request_seconds_count", protocol="kafka", request="Produce") >= before + 3
    for request in ("Produce", "Metadata", "ApiVersions"):
        buckets = [sample.value for sample in families["wharf_request_seconds"].samples
                   if sample.name.endswith("_bucket") and sample.labels["request"] == request]
        equal(buckets, sorted(buckets))
        equal(buckets[-1], value(families, "wharf_request_seconds_count", protocol="kafka", request=request))


def test_errors_are_counted_by_kafkas_name_for_them(bootstrap):
    topic = unique("error")
    make_topic(bootstrap, topic)
    labels = {"protocol": "kafka", "request": "CreateTopics", "error": "TOPIC_ALREADY_EXISTS"}
    before = value(scrape(), "wharf_request_errors_total", **labels) or 0
    client = confluent_kafka.admin.AdminClient({"bootstrap.servers": bootstrap})
    assert client.create_topics([confluent_kafka.admin.NewTopic(topic, 1, 1)])[topic].exception(30) is not None
    assert value(scrape(), "wharf_request_errors_total", **labels) >= before + 1


def test_connections_are_counted(bootstrap):
    host, port = bootstrap.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10):  # a client library comes and goes as it likes
        eventually(lambda: value(scrape(), "wharf_connections", listener="kafka") >= 1, "the open connection counts")
    accepted = value(scrape(), "wharf_connections_accepted_total", listener="admin")
    assert value(scrape(), "wharf_connections_accepted_total", listener="admin") > accepted
