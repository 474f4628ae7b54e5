"""The loads in Go (bench/<name>/load), which LOAD names: each second a line of JSON."""

import json
import os

import per_second

WARMUP_S = 2


def command(broker, *arguments):
    return [os.environ["LOAD"], "-address", broker.bootstrap, *map(str, arguments)]


def seconds_of(broker, *arguments):
    for line in per_second.lines_of(command(broker, *arguments)):
        try:
            yield json.loads(line)
        except ValueError:  # it says why it gives up, and lines_of will
            pass


def steady(broker, seconds, name, *arguments):
    """As fast as it goes, or as fast as asked, for so many seconds, with queues or topics of this name."""
    return per_second.steady(broker, seconds_of(broker, "-name", name, "-seconds", WARMUP_S + seconds, *arguments), seconds)
