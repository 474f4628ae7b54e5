"""Fills a broker, stops and kills it, and takes the time until it answers again."""

import subprocess
import sys

from brokers import Wharf, wharf_bench

RECORD_BYTES, BATCH_RECORDS = 1024, 100


def told(what, broker):
    print(f"{what}: {broker.start_s:.3f} s, {broker.resident_mb():.0f} MB resident", flush=True)


def main():
    partitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    gigabytes = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    broker = Wharf("sync")
    broker.start()
    told("a new folder", broker)
    records = int(gigabytes * 1e9 / RECORD_BYTES)
    load = ("produce", "--topic", "stored", "--create", "--partitions", partitions, "--record-bytes", RECORD_BYTES, "--batch-records",
            BATCH_RECORDS, "--connections", 4)
    written = wharf_bench(broker, *load, "--records", records)
    print(f"{partitions} partitions, {written['bytes'] / 1e9:.1f} GB written at {written['bytes_per_second'] / 1e6:.0f} MB/s, "
          f"{broker.resident_mb():.0f} MB resident, {broker.resident_mb(peak=True):.0f} MB at most", flush=True)
    broker.process.terminate()
    if broker.process.wait() != 0:
        raise SystemExit(f"the stop was not clean; see {broker.folder}/log")
    broker.start()
    told("after a clean stop", broker)
    with subprocess.Popen([broker.program(), "bench", *map(str, load), "--bootstrap", broker.bootstrap, "--seconds", "60"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as under_load:
        before = broker.cpu_s()
        while broker.cpu_s() < before + 2:  # work of two seconds since the last checkpoint or so
            pass
        broker.process.kill()
        broker.process.wait()
        under_load.kill()
    broker.start()
    told("after kill -9 under load", broker)
    broker.stop()
    broker.remove()


if __name__ == "__main__":
    main()
