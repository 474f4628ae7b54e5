"""The loads. Each gives a dictionary of figures of one broker."""

import os
import re
import subprocess

from brokers import wharf_bench

TOOLS = "org.apache.kafka.tools."


def tool(name, *arguments):
    done = subprocess.run(["java", "-Xmx1g", "-cp", f"{os.environ['KAFKA_JARS']}/*", TOOLS + name, *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return done.stdout


def create(broker, topic, partitions=1, **config):
    settings = [word for key, value in config.items() for word in ("--config", f"{key.replace('_', '.')}={value}")]
    tool("TopicCommand", "--bootstrap-server", broker.bootstrap, "--create", "--topic", topic, "--partitions", partitions, *settings)


def delete(broker, topic):
    tool("TopicCommand", "--bootstrap-server", broker.bootstrap, "--delete", "--topic", topic)


def produce(broker, topic, records, size, *properties):
    """Kafka's ProducerPerformance as fast as it goes: records a second, broker CPU seconds per million."""
    before = broker.cpu_s()
    printed = tool("ProducerPerformance", "--topic", topic, "--num-records", records, "--record-size", size, "--throughput", -1,
                   "--producer-props", f"bootstrap.servers={broker.bootstrap}", "acks=all", *properties)
    cpu_s = broker.cpu_s() - before
    rate = float(re.findall(r"([\d.]+) records/sec", printed)[-1])
    return {"rate": rate, "cpu_per_million": cpu_s / records * 1e6}


def consume(broker, topic, records):
    before = broker.cpu_s()
    printed = tool("ConsumerPerformance", "--bootstrap-server", broker.bootstrap, "--topic", topic, "--messages", records, "--timeout", 60000)
    cpu_s = broker.cpu_s() - before
    rate = float(printed.strip().splitlines()[-1].split(",")[-1])  # records a second of fetching, without joining the group
    return {"rate": rate, "cpu_per_million": cpu_s / records * 1e6}


def latency(broker, topic, seconds, *more):
    """Single records, 2,000 a second whatever happens: milliseconds from when each was due, CPU milliseconds per request."""
    said = wharf_bench(broker, "latency", "--topic", topic, "--create", "--rate", 2000, "--seconds", seconds, "--warmup", seconds / 2,
                       "--record-bytes", 100, "--in-flight", 100, *more)
    times = said.get("end_to_end", said["latency"])
    return {**{name: times[f"{name}_ms"] for name in ("p50", "p99", "p999")},
            "cpu_ms_per_request": said["processes"][0]["cpu_seconds"] * 1000 / said["requests"]}


def prepared_in(broker, topic, partitions, seconds, *more, warmup=None):
    """As fast as the broker takes them, whatever disk that needs: what one partition took is deleted again."""
    said = wharf_bench(broker, "produce", "--topic", topic, "--create", "--partitions", partitions, "--seconds", seconds, "--warmup",
                       warmup or seconds / 2, "--connections", 2, *more)
    if partitions < 100:
        delete(broker, topic)
    return {"rate": said["records_per_second"], "bytes_per_cpu_s": said["processes"][0]["bytes_per_cpu_second"]}


def prepared_out(broker, topic, records, seconds):
    """The same records for each broker, few enough for the page cache."""
    wharf_bench(broker, "produce", "--topic", topic, "--create", "--partitions", 4, "--records", records, "--connections", 2)
    said = wharf_bench(broker, "consume", "--topic", topic, "--seconds", seconds, "--warmup", seconds / 2)
    delete(broker, topic)
    return {"rate": said["records_per_second"], "bytes_per_cpu_s": said["processes"][0]["bytes_per_cpu_second"]}
