"""A load that tells each second what it did, and what a broker spent meanwhile."""

import collections
import statistics
import subprocess
import threading

DEADLINE_S = 300  # of one run: some loads wait for ever for what a broker does not send
LAST_LINES = 61


class LoadRefused(Exception):
    """A load gave up; its last words."""


def lines_of(command, ended=lambda last_lines: True):
    """Runs a load and gives its lines as it says them; refused if it fails, or if its last lines are not those of one that came to its end."""
    said = collections.deque(maxlen=LAST_LINES)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        deadline = threading.Timer(DEADLINE_S, process.kill)
        deadline.start()
        try:
            for line in process.stdout:
                said.append(line)
                yield line
        except BaseException:  # whoever asked stops
            process.kill()
            raise
        finally:
            deadline.cancel()
    if process.returncode != 0 or not ended(said):
        raise LoadRefused("".join(line for line in said if not line.startswith("\tat ")).strip())


def steady(broker, told, seconds, ending_s=0):
    """Of what a load tells (each second a dictionary: its `time`, the rate `received`, latencies `p50` and `p99` in ms, `load_cores`) the last
    seconds but for those in which it ends: a rate, broker CPU seconds per million, MB resident, ms, processors that the load itself had."""
    heard = [(second, broker.cpu_s(), broker.resident_mb()) for second in told]
    heard = heard[:len(heard) - ending_s][-seconds - 1:]
    if len(heard) < 2:
        raise LoadRefused("the load ended before its time")
    before, within = heard[0], [second for second, _, _ in heard[1:]]
    count = sum(now["received"] * (now["time"] - then["time"]) for then, now in zip([before[0], *within], within))
    if count == 0:
        raise LoadRefused("no message came through")
    _, cpu_s, resident_mb = heard[-1]
    figures = {"rate": count / (within[-1]["time"] - before[0]["time"]), "cpu_per_million": (cpu_s - before[1]) / count * 1e6, "MB": resident_mb}
    return figures | {name: statistics.median(second[name] for second in within) for name in ("p50", "p99", "load_cores") if name in within[0]}
