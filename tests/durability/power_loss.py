"""The power goes under load, again and again: the file system is shut down without flushing anything, the broker killed, the file
system mounted anew. With the default flush = sync every record that was acknowledged with acks=all is there. WHARF_KILLS says how often."""

import os
import random
import shutil
import sys
import tempfile
import time

from broker import Broker
from mount import Mount
from workload import Writer, create_topic, verify

PARTITIONS = 4
TOPIC = "kept"


def main():
    losses = int(os.environ.get("WHARF_KILLS", "10"))
    seed = int(os.environ.get("WHARF_SEED", time.time_ns() % 1000000))
    draw = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="wharf-power-")
    disk = Mount(folder, 16384)  # a file with holes: what a hundred losses write must fit
    broker = Broker(f"{disk.path}/data", log=f"{folder}/log")
    try:
        disk.mount()
        broker.start()
        create_topic(broker.bootstrap, TOPIC, PARTITIONS, segment_bytes=str(1 << 20))
        writers = [Writer(broker.bootstrap, TOPIC, PARTITIONS, "idempotent-a"), Writer(broker.bootstrap, TOPIC, PARTITIONS, "plain", False),
                   Writer(broker.bootstrap, TOPIC, PARTITIONS, "idempotent-b", payload_bytes=3000)]
        for loss in range(1, losses + 1):
            for writer in writers:
                writer.wait_for_acknowledgements()
            draw.choice(writers).wait_for_acknowledgements(draw.randrange(1, 1500))  # the fault's moment
            disk.cut_power()
            broker.kill()
            disk.unmount()
            disk.mount()
            broker.start()
            total, acknowledged = verify(broker.bootstrap, TOPIC, PARTITIONS, writers)
            print(f"after {loss} power losses: {acknowledged} acknowledged, {total} stored, all as promised", flush=True)
        for writer in writers:
            writer.finish()
        total, acknowledged = verify(broker.bootstrap, TOPIC, PARTITIONS, writers)
        print(f"at the end: {acknowledged} acknowledged, {total} stored, all as promised")
        broker.stop()
    except BaseException:
        print(f"seed {seed}; the broker's last words:\n{broker.last_words()}", file=sys.stderr)
        raise
    finally:
        broker.kill()
        disk.unmount()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
