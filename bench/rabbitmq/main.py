"""Runs every scenario on RabbitMQ and on Wharf (flush = sync, as it comes); prints the ratios, and what Wharf owes to itself alone."""

import comparison
import go_load
import load
from nodes import RabbitMQ, WatchedWharf, WharfNode
from watch import Watcher

BROKERS = {"rabbitmq": RabbitMQ, "wharf": WharfNode}
SIZES = {"durable-100": 100, "durable-1k": 1024, "durable-10k": 10240}
MANY = 10_000
BACKLOG = 5_000_000
IDLE = 1000
OF_WHARF_ALONE = {"backlog": {"wharf": WharfNode}, "flat-10000": {"wharf": WharfNode}, "watched": {"wharf": WatchedWharf}}


def scenarios(scale):
    """Name -> what it measures on one broker. In the order in which they run: what asks for least memory first."""
    seconds = max(3, round(8 * scale))
    named = {"rate-2000": lambda broker: {"": load.durable(broker, "rate-2000", 100, seconds, "-r", 1000)}}  # each of two producers
    for name, size in SIZES.items():
        named[name] = lambda broker, name=name, size=size: {"": load.durable(broker, name, size, seconds)}
    named["transient"] = lambda broker: {"": load.transient(broker, seconds)}
    named["fanout"] = lambda broker: {"": load.fanout(broker, 10, seconds)}
    named["stream"] = lambda broker: {"": load.stream(broker, seconds)}
    for queues in (100, 1000, MANY):
        named[f"queues-{queues}"] = lambda broker, queues=queues: {"": load.spread(broker, queues, queues, seconds)}
    named["go-rate-2000"] = lambda broker: {"": go_load.steady(broker, seconds, "go-rate", "-rate", 2000)}
    for queues in (100, 1000, MANY):
        named[f"go-queues-{queues}"] = lambda broker, queues=queues: {"": go_spread(broker, queues, seconds)}
    named["backlog"] = lambda broker: backlog(broker, BACKLOG)
    named["flat-10000"] = lambda broker: {f"{queues} queues": load.spread(broker, queues, MANY, seconds) for queues in (1, MANY)}
    named["watched"] = lambda broker: watched(broker, max(4, round(16 * scale)))
    return named


def go_spread(broker, queues, seconds):
    """As load.spread, but by a client that needs no thread for each producer."""
    return go_load.steady(broker, seconds, f"go-of-{queues}", "-pairs", queues, "-window", max(1, 2000 // queues), "-connections",
                          max(2, queues // 1000))


def watched(broker, turns):
    """What it costs the messages that somebody has the console open and scrapes the metrics, with 1,000 more queues to look at."""
    with Watcher(broker.admin_listen) as watcher:
        watcher.declare_queues(IDLE)
        return load.watched(broker, watcher, turns, *load.durable_load("bench-watched", 100))


def backlog(broker, messages):
    """What an empty queue takes and gives, then the same on top of what is kept."""
    few = messages // 4
    idle = broker.resident_mb()
    figures = {"empty, in": load.fill(broker, "backlog", few), "empty, out": load.drain(broker, "backlog", few)}
    load.fill(broker, "backlog", messages - few)
    figures["kept, in"] = load.fill(broker, "backlog", few)
    figures["kept, out"] = load.drain(broker, "backlog", messages)
    figures["kept, in"]["MB over idle"] = figures["kept, in"]["MB"] - idle
    return figures


def targets():
    found = {("start", "", "s"): ("<=", 1 / 60), ("start", "idle", "MB"): ("<=", 1 / 20), ("rate-2000", "", "MB"): ("<=", 1 / 4),
             ("rate-2000", "", "p50"): ("<=", 1 / 3), ("rate-2000", "", "p99"): ("<=", 1 / 5)}
    for name in SIZES:
        found[name, "", "p99"] = ("<=", 1 / 5)
        found[name, "", "MB"] = ("<=", 1 / 4)
    for name, rate in {"durable-100": 4, "durable-1k": 4, "durable-10k": 2.3, "transient": 3.3, "fanout": 5, "stream": 5}.items():
        found[name, "", "rate"] = (">=", rate)
    for queues, rate in {100: 9, 1000: 25, MANY: 100}.items():
        for client in ("", "go-"):
            found[f"{client}queues-{queues}", "", "rate"] = (">=", rate)
    for figure, part in {"p50": 3, "p99": 5, "cpu_per_million": 8}.items():
        found["go-rate-2000", "", figure] = ("<=", 1 / part)
    for name, part in {"durable-100": 12, "durable-1k": 12, "durable-10k": 5, "transient": 10, "fanout": 14, "stream": 20, "rate-2000": 8}.items():
        found[name, "", "cpu_per_million"] = ("<=", 1 / part)
    return found


def own_targets(wharf):
    """What is compared within Wharf: a sentence, the figure, its target."""
    def ratio(name, part, to):
        return wharf[name, part, "rate"] / wharf[name, to, "rate"]

    if ("backlog", "kept, out", "rate") in wharf:
        yield "publish rate with a backlog / empty", ratio("backlog", "kept, in", "empty, in"), (">=", 0.8)
        yield "drain rate with a backlog / empty", ratio("backlog", "kept, out", "empty, out"), (">=", 0.8)
        yield "MB over idle with a backlog", wharf["backlog", "kept, in", "MB over idle"], ("<=", 50)
    if ("flat-10000", "1 queues", "rate") in wharf:
        yield "rate at 10,000 queues / at 1", ratio("flat-10000", f"{MANY} queues", "1 queues"), (">=", 0.8)
    if ("watched", "watched", "rate") in wharf:
        yield "rate while looked at each second / alone", ratio("watched", "watched", "alone"), (">=", 0.97)


if __name__ == "__main__":
    comparison.main(comparison.Comparison("rabbitmq", BROKERS, scenarios, targets(), own_targets, OF_WHARF_ALONE))
