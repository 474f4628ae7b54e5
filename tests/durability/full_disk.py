"""The disk fills up while producers write, and becomes free again: errors while it is full, no loss, no restart needed; starts on
the full disk work, however many, and reads and deletes go on."""

import tempfile

from confluent_kafka.admin import AdminClient

from broker import Broker
from mount import Mount
from waiting import eventually
from workload import Writer, create_topic, verify

PARTITIONS = 2
RESTARTS = 9
TOPIC, BALLAST = "kept", "ballast"


def delete_topic(broker, topic):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})  # must outlive the request
    admin.delete_topics([topic])[topic].result(timeout=30)


def main():
    with (tempfile.TemporaryDirectory(prefix="wharf-full-") as folder, Mount(folder, 1024) as disk,
          Broker(f"{disk.path}/data", log=f"{folder}/log", **{"log.wal.bytes": str(32 << 20)}) as broker):
        broker.start()
        create_topic(broker.bootstrap, TOPIC, PARTITIONS, segment_bytes=str(1 << 20))
        create_topic(broker.bootstrap, BALLAST, PARTITIONS, segment_bytes=str(1 << 20))
        ballast = Writer(broker.bootstrap, BALLAST, PARTITIONS, "ballast", payload_bytes=8000)
        ballast.wait_until_acknowledged(20000)  # more than the reserve twice: its deletion must make it whole again
        ballast.finish()
        disk.fill(150)
        full = Writer(broker.bootstrap, TOPIC, PARTITIONS, "until-full", payload_bytes=16000, message_timeout_ms=3000)
        eventually(lambda: full.errors, "errors on a full disk", 120)
        full.finish()
        print(f"full: {len(full.acknowledged)} acknowledged, refused: {dict(full.errors)}, {disk.free_bytes()} bytes free")
        verify(broker.bootstrap, TOPIC, PARTITIONS, [full])
        verify(broker.bootstrap, BALLAST, PARTITIONS, [ballast])
        print("reads go on")

        def says_it_is_full():
            disk.take_the_rest()  # also what the broker gives up before it refuses
            return broker.readiness() == 503

        eventually(says_it_is_full, "/readyz says 503 on a full disk")
        for count in range(RESTARTS):
            disk.take_the_rest()
            if count % 3 == 2:
                broker.stop(clean=False)
            else:
                broker.kill()
            broker.start()
            verify(broker.bootstrap, TOPIC, PARTITIONS, [full])
            create_topic(broker.bootstrap, f"made-{count}", 1)
            delete_topic(broker, f"made-{count}")
            print(f"start {count + 1} on a disk without a free byte: all as promised, a topic made and deleted", flush=True)

        waiting = Writer(broker.bootstrap, TOPIC, PARTITIONS, "waiting", payload_bytes=100)
        delete_topic(broker, BALLAST)
        waiting.wait_for_acknowledgements()
        waiting.wait_until_acknowledged(1000)
        waiting.finish()
        total, acknowledged = verify(broker.bootstrap, TOPIC, PARTITIONS, [full, waiting])
        print(f"a deleted topic made room, without a restart: {acknowledged} acknowledged, {total} stored, all as promised")
        broker.kill()
        broker.start()
        verify(broker.bootstrap, TOPIC, PARTITIONS, [full, waiting])
        broker.stop()


if __name__ == "__main__":
    main()
