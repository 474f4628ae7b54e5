"""What connections cost that do nothing."""

import resource
import subprocess
import sys
import time

import go_load
from per_second import DEADLINE_S, LoadRefused

WANTED = 20_000
SPARE = 500  # descriptors that a broker has of its own
SETTLED_S = 3


def connections():
    """As many as wanted, or as one process may hold here. From now on this one's children may too."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return min(WANTED, limit - SPARE)


def idle(broker, count):
    if count < WANTED:
        print(f"   a process may not have descriptors for {WANTED} connections here: {count} of them", file=sys.stderr)
    before = broker.resident_mb()
    command = go_load.command(broker, "-idle", count)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = process.stdout.readline()
        if "connected" in said:
            time.sleep(SETTLED_S)
        held = broker.resident_mb()
        try:
            rest, _ = process.communicate("\n", DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    if process.returncode != 0 or "served" not in rest:
        raise LoadRefused((said + rest).strip())
    return {"MB": held, "KB each": (held - before) * 1024 / count, "connections": count}
