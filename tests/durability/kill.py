"""Kill -9 under load, restart, again and again: no acknowledged record is gone, no offset appears twice or is skipped, idempotent
producers leave no duplicates. WHARF_KILLS says how often (default 10); with WHARF_KEEP
the folder stays."""

import os
import random
import shutil
import sys
import tempfile
import time

from broker import Broker
from workload import Writer, create_topic, verify

PARTITIONS = 4
VERIFY_EVERY = 10


def main():
    kills = int(os.environ.get("WHARF_KILLS", "10"))
    seed = int(os.environ.get("WHARF_SEED", time.time_ns() % 1000000))
    draw = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="wharf-kill-")
    # Little log and small segments, so that checkpoints, rolls and recycled files happen between the kills.
    broker = Broker(f"{folder}/data", **{"log.wal.bytes": str(16 << 20)})
    try:
        broker.start()
        topics = {"sync": {}, "async": {"wharf_flush": "async"}}
        writers = {}
        for topic, config in topics.items():
            create_topic(broker.bootstrap, topic, PARTITIONS, segment_bytes=str(1 << 20), **config)
            writers[topic] = [Writer(broker.bootstrap, topic, PARTITIONS, "idempotent-a"), Writer(broker.bootstrap, topic, PARTITIONS, "plain", False),
                              Writer(broker.bootstrap, topic, PARTITIONS, "idempotent-b", payload_bytes=3000)]
        everyone = [writer for group in writers.values() for writer in group]
        for kill in range(1, kills + 1):
            for writer in everyone:
                writer.wait_for_acknowledgements()
            draw.choice(everyone).wait_for_acknowledgements(draw.randrange(1, 1500))  # the fault's moment
            broker.kill()
            broker.start()
            if kill % VERIFY_EVERY == 0 or kill == kills:
                for topic in topics:
                    total, acknowledged = verify(broker.bootstrap, topic, PARTITIONS, writers[topic])
                    print(f"after {kill} kills, {topic}: {acknowledged} acknowledged, {total} stored, all as promised", flush=True)
        for writer in everyone:
            writer.finish()
        for topic in topics:
            total, acknowledged = verify(broker.bootstrap, topic, PARTITIONS, writers[topic])
            print(f"at the end, {topic}: {acknowledged} acknowledged, {total} stored, all as promised")
        errors = {writer.name: dict(writer.errors) for writer in everyone if writer.errors}
        if errors:
            raise AssertionError(f"errors that no client should have seen: {errors}")
        broker.stop()
    except BaseException:
        print(f"seed {seed}; the broker's last words:\n{broker.last_words()}", file=sys.stderr)
        raise
    finally:
        broker.kill()
        if "WHARF_KEEP" not in os.environ:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
