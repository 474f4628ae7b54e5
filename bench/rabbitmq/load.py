"""RabbitMQ's PerfTest as the load. Each run gives a dictionary of figures of one broker, taken second by second after a warm-up."""

import os
import re
import statistics

import per_second
from per_second import LoadRefused

WARMUP_S = 4  # of PerfTest's JVM
ENDING_S = 2  # in which its clients stop
TURN_S = 4  # of being looked at, and of being left alone
RATES = re.compile(r"(time|sent|confirmed|received):? ([\d.]+)")
CONFIRM_LATENCY = re.compile(r"confirm latency: \d+/(\d+)/\d+/\d+/(\d+)")
PERSISTENT = ("-f", "persistent")
NO_CONSUMER = ("-y", 0)


def figures_of(line):
    """What PerfTest says of one second: rates, median and 99th percentile of the confirm latency in ms."""
    figures = {name: float(value) for name, value in RATES.findall(line)}
    if latency := CONFIRM_LATENCY.search(line):
        figures |= {"p50": int(latency[1]) / 1000, "p99": int(latency[2]) / 1000}
    return figures


def seconds_of(broker, *arguments):
    """Runs PerfTest and gives each second's figures as it tells them."""
    command = ["java", "-Xmx2g", "-Xss256k", "-cp", f"{os.environ['PERF_TEST_JARS']}/*", "com.rabbitmq.perf.PerfTest", "-h",
               f"amqp://{broker.bootstrap}", *map(str, arguments)]
    for line in per_second.lines_of(command, lambda said: any("rate avg" in line for line in said)):
        if ", time " in line:
            yield figures_of(line)


def steady(broker, seconds, *arguments):
    """As fast as it goes, or as fast as asked, for so many seconds: a rate, broker CPU seconds per million, ms, MB resident."""
    # Counted from the end: PerfTest's time limit begins when all its clients run, its clock when the first does.
    told = seconds_of(broker, "-z", WARMUP_S + seconds + ENDING_S, *arguments)
    return per_second.steady(broker, told, seconds, ending_s=ENDING_S)


def watched(broker, watcher, turns, *arguments):
    """One load throughout, left alone and looked at in turn: what a second of each gave. The first second of a turn is left out."""
    heard = {False: [], True: []}
    cpu_s = {False: 0.0, True: 0.0}
    last_cpu_s, at = broker.cpu_s(), -WARMUP_S
    seconds = WARMUP_S + turns * TURN_S
    for second in seconds_of(broker, "-z", seconds + ENDING_S, *arguments):
        now_cpu_s = broker.cpu_s()
        if 0 <= at < turns * TURN_S and at % TURN_S != 0:
            heard[watcher.looking].append(second["received"])
            cpu_s[watcher.looking] += now_cpu_s - last_cpu_s
        last_cpu_s, at = now_cpu_s, at + 1
        watcher.looking = at >= 0 and at // TURN_S % 2 == 1
    if not heard[True] or watcher.looks == 0:
        raise LoadRefused("PerfTest ended before anybody looked")
    return {name: {"rate": statistics.fmean(heard[looked]), "cpu_per_million": cpu_s[looked] / sum(heard[looked]) * 1e6}
            for name, looked in (("alone", False), ("watched", True))}


def whole(broker, messages, *arguments, counted):
    """A number of messages one way, as fast as it goes: the median second's rate once PerfTest is warm, the last second left out."""
    cpu_s = broker.cpu_s()
    heard = list(seconds_of(broker, *arguments))
    figures = {"cpu_per_million": (broker.cpu_s() - cpu_s) / messages * 1e6, "MB": broker.resident_mb()}
    rates = [second[counted] for second in heard[min(WARMUP_S, len(heard) // 2):-1]]
    if not rates:
        raise LoadRefused(f"{messages} messages are done before a rate can be told")
    return {"rate": statistics.median(rates), **figures}


def durable_load(queue, size):
    """A durable queue, persistent messages, confirms, an acknowledgement for each message."""
    return "-u", queue, *PERSISTENT, "-c", 500, "-q", 500, "-s", size, "-x", 2, "-y", 2


def durable(broker, queue, size, seconds, *more):
    return steady(broker, seconds, *durable_load(queue, size), *more)


def stream(broker, seconds):
    return steady(broker, seconds, "-u", "bench-stream", "-sq", "-c", 500, "-q", 500, "-A", 100, "-s", 100, "-x", 2, "-y", 2)


def transient(broker, seconds):
    return steady(broker, seconds, "-u", "bench-transient", "-a", "-s", 100, "-x", 2, "-y", 2)


def fanout(broker, queues, seconds):
    return steady(broker, seconds, "-e", "bench-fanout", "-t", "fanout", "-qp", "bench-fanout-%d", "-qpf", 1, "-qpt", queues, "-a", "-s", 100,
                  "-x", 1, "-y", queues)


def spread(broker, queues, clients, seconds):
    """Durable traffic on all queues: each client is a channel that publishes and one that consumes; few connections hold them."""
    connections = max(2, clients // 1000)
    window = max(1, 2000 // clients)
    return steady(broker, seconds, "-qp", f"bench-of-{queues}-%d", "-qpf", 1, "-qpt", queues, *PERSISTENT, "-c", window, "-q", 20, "-s", 100,
                  "-x", connections, "-X", clients // connections, "-y", connections, "-Y", clients // connections, "-ctp", 2)


def fill(broker, queue, messages):
    return whole(broker, messages, "-u", queue, *PERSISTENT, "-ad", "false", "-c", 500, "-s", 100, *NO_CONSUMER, "-C", messages, counted="confirmed")


def drain(broker, queue, messages):
    return whole(broker, messages, "-u", queue, *PERSISTENT, "-ad", "false", "-q", 500, "-s", 100, "-x", 0, "-D", messages, counted="received")
