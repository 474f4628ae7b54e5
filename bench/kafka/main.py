"""Runs every scenario on Kafka, on Wharf as it comes (flush = sync) and on Wharf as Kafka does it (flush = async); prints the ratios."""

import argparse
import sys

import load
from brokers import Kafka, Wharf
from machine import settle

ROUND_ROBIN = "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner"
SIZES = {10: 8_000_000, 100: 4_000_000, 1024: 800_000, 10240: 100_000}
MANY = {1000: 400_000, 5000: 100_000}


def scenarios(scale):
    """Name -> what it measures on one broker. In the order in which they run: those with many partitions last."""
    def sized(size, records):
        def run(broker):
            topic = f"size-{size}"
            load.create(broker, topic)
            load.produce(broker, topic, records // 4, size)  # the JVMs' warm-up
            produced = load.produce(broker, topic, records, size)
            consumed = load.consume(broker, topic, records)
            return {"produce": produced, "consume": consumed}
        return run

    def spread(partitions, records):
        def run(broker):
            topic = f"many-{partitions}"
            load.create(broker, topic, partitions)
            return {part: load.produce(broker, topic, records, 100, ROUND_ROBIN) for part in ("fresh topic", "again")}
        return run

    def synced(partitions, records):
        def run(broker):
            topic = f"fsync-{partitions}"
            load.create(broker, topic, partitions, flush_messages=1)
            return {"produce": load.produce(broker, topic, max(records, partitions), 100, *([ROUND_ROBIN] if partitions > 1 else []))}
        return run

    seconds = max(2, 10 * scale)
    named = {f"{size} B": sized(size, int(records * scale)) for size, records in SIZES.items()}
    named["latency"] = lambda broker: {"at 2,000/s": load.latency(broker, "latency", seconds),
                                       "end to end": load.latency(broker, "latency-end-to-end", seconds, "--end-to-end")}
    named["prepared"] = lambda broker: {"in": load.prepared_in(broker, "prepared", 4, seconds / 2),
                                        "out": load.prepared_out(broker, "prepared-out", int(2_000_000 * scale), seconds)}
    named["fsync 1"] = synced(1, int(200_000 * scale))
    named["fsync 1000"] = synced(1000, int(20_000 * scale))
    named["own 1"] = lambda broker: {"in": load.prepared_in(broker, "own-1", 1, seconds / 2, "--record-bytes", 100)}
    named["own 5000"] = lambda broker: {"in": load.prepared_in(broker, "own-5000", 5000, seconds / 2, "--record-bytes", 100, warmup=seconds)}
    for partitions, records in MANY.items():
        named[f"{partitions} partitions"] = spread(partitions, int(records * scale))
    return named


def flat(name, figures):
    return {(name, part, figure): value for part, values in figures.items() for figure, value in values.items()}


def measure(broker, wanted):
    print(f"== {broker.name}", file=sys.stderr, flush=True)
    settle()
    broker.start()
    figures = {("start-up", "", "s"): broker.start_s, ("memory", "idle", "MB"): broker.resident_mb()}
    for name, run in wanted.items():
        settle()
        figures |= flat(name, run(broker))
        print(f"   {name}: " + ", ".join(f"{part} {figure} {value:.4g}" for (at, part, figure), value in figures.items() if at == name),
              file=sys.stderr, flush=True)
    figures["memory", "under load", "MB"] = broker.resident_mb(peak=True)
    broker.stop()
    return figures


# (scenario, part, figure) -> target of the ratio Wharf / Kafka for sync and for async: (">=" or "<=", bound).
def targets():
    found = {("start-up", "", "s"): (("<=", 1 / 20),) * 2, ("memory", "idle", "MB"): (("<=", 1 / 15),) * 2,
             ("memory", "under load", "MB"): (("<=", 1 / 15),) * 2,
             ("prepared", "in", "bytes_per_cpu_s"): ((">=", 2),) * 2, ("prepared", "out", "bytes_per_cpu_s"): ((">=", 2),) * 2,
             ("fsync 1", "produce", "rate"): ((">=", 1.5), None), ("fsync 1000", "produce", "rate"): ((">=", 20), None),
             ("1000 partitions", "fresh topic", "rate"): ((">=", 10),) * 2, ("5000 partitions", "fresh topic", "rate"): ((">=", 30),) * 2}
    for part in ("at 2,000/s", "end to end"):
        found["latency", part, "cpu_ms_per_request"] = (("<=", 1 / 5),) * 2
        found["latency", part, "p50"] = (("<=", 1.0), ("<=", 0.7))
        found["latency", part, "p99"] = found["latency", part, "p999"] = (("<=", 1 / 3),) * 2
    for size in SIZES:
        found[f"{size} B", "produce", "rate"] = ((">=", 1.2),) * 2
        found[f"{size} B", "produce", "cpu_per_million"] = (("<=", 1 / 2), ("<=", 1 / 3))
        found[f"{size} B", "consume", "cpu_per_million"] = (("<=", 1 / 2),) * 2
    return found


def verdict(ratio, target):
    if target is None:
        return f"{ratio:8.3f}            "
    sign, bound = target
    met = ratio >= bound if sign == ">=" else ratio <= bound
    return f"{ratio:8.3f} {sign} {bound:5.3f} {'ok' if met else 'NO'}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--only", default="")
    options.add_argument("--quick", action="store_true")
    chosen = options.parse_args()
    wanted = {name: run for name, run in scenarios(0.1 if chosen.quick else 1).items() if chosen.only in name}
    brokers = (Kafka(), Wharf("sync"), Wharf("async"))
    kafka, sync, asynchronous = (measure(broker, wanted) for broker in brokers)
    for broker in brokers:
        broker.remove()
    bounds = targets()
    print(f"{'':46}{'Kafka':>12}{'sync':>12}{'async':>12}   sync / Kafka           async / Kafka")
    for key, figure in kafka.items():
        pair = bounds.get(key, (None, None))
        print(f"{' '.join(filter(None, key)):46}{figure:12.4g}{sync[key]:12.4g}{asynchronous[key]:12.4g}   "
              f"{verdict(sync[key] / figure, pair[0])}   {verdict(asynchronous[key] / figure, pair[1])}")
    if ("own 5000", "in", "rate") in sync and ("own 1", "in", "rate") in sync:
        ratio = sync["own 5000", "in", "rate"] / sync["own 1", "in", "rate"]
        print(f"Wharf's own rate at 5,000 partitions / at 1: {verdict(ratio, ('>=', 0.7))}")


if __name__ == "__main__":
    main()
