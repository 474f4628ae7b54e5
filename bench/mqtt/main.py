"""Runs every scenario on Mosquitto and on Wharf, which writes QoS 1 to disk (flush = sync, as it comes) where Mosquitto keeps it in memory."""

import comparison
import go_load
from idle import WANTED, connections, idle
from nodes import Mosquitto, PromptMosquitto, WharfNode

BROKERS = {"mosquitto": Mosquitto, "wharf": WharfNode}
LATENCY_RATE = 2000
WINDOWS = {0: 1000, 1: 500}  # fewer than Wharf's mqtt.qos0.queue.length, so that nothing may be dropped
IDLE_MB = 100


def scenarios(scale):
    """Name -> what it measures on one broker. The paho-... have Eclipse's whole client, which is the limit of both; the others its codec."""
    seconds = max(3, round(8 * scale))
    count = connections()
    named = {f"idle-{WANTED}": lambda broker: {"": idle(broker, count)}}

    def add(name, qos, *more):
        named[name] = lambda broker: {"": go_load.steady(broker, seconds, name, "-qos", qos, "-window", WINDOWS[qos], *more)}

    for qos in WINDOWS:
        add(latency(qos), qos, "-rate", LATENCY_RATE)
        add(prompt_latency(qos), qos, "-rate", LATENCY_RATE)
    for qos in WINDOWS:
        add(f"qos{qos}", qos)
    for qos in WINDOWS:
        add(f"paho-qos{qos}", qos, "-paho")
    return named


def latency(qos):
    """Beside Mosquitto as it comes, which the targets are for."""
    return f"qos{qos}-rate-{LATENCY_RATE}"


def prompt_latency(qos):
    """Beside Mosquitto told to be prompt (nodes.py), which keeps QoS 1 in memory: what a disk and a second thread cost shows here."""
    return f"prompt-{latency(qos)}"


def fresh():
    """Those whose memory is of nothing else, and those for which Mosquitto is told to be prompt."""
    prompt = BROKERS | {"mosquitto": PromptMosquitto}
    return {f"idle-{WANTED}": BROKERS} | {latency(qos): BROKERS for qos in WINDOWS} | {prompt_latency(qos): prompt for qos in WINDOWS}


TARGETS = {("qos0", "", "rate"): (">=", 1.1), ("qos0", "", "cpu_per_million"): ("<=", 0.5), ("qos1", "", "rate"): (">=", 1.3),
           ("qos1", "", "cpu_per_million"): ("<=", 0.5), (latency(0), "", "p99"): ("<=", 0.7),
           (latency(1), "", "p99"): ("<=", 1.0)}


def own_targets(wharf):
    if (f"idle-{WANTED}", "", "MB") in wharf:
        count = wharf[f"idle-{WANTED}", "", "connections"]
        yield f"MB with {count} idle connections", wharf[f"idle-{WANTED}", "", "MB"], ("<=", IDLE_MB * count / WANTED)


if __name__ == "__main__":
    comparison.main(comparison.Comparison("mqtt", BROKERS, scenarios, TARGETS, own_targets, fresh()))
