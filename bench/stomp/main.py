"""Runs every scenario on RabbitMQ's STOMP plugin and on Wharf (flush = sync, as it comes)."""

import comparison
import go_load
from nodes import RabbitMQ, WharfNode

BROKERS = {"rabbitmq": RabbitMQ, "wharf": WharfNode}
TARGETS = {("persistent", "", "rate"): (">=", 5), ("persistent", "", "cpu_per_million"): ("<=", 1 / 10)}


def scenarios(scale):
    """Name -> what it measures on one broker."""
    seconds = max(3, round(8 * scale))
    loads = {"rate-2000": ("-persistent", "-rate", 2000), "persistent": ("-persistent",), "transient": ()}
    return {name: lambda broker, name=name, more=more: {"": go_load.steady(broker, seconds, name, *more)} for name, more in loads.items()}


if __name__ == "__main__":
    comparison.main(comparison.Comparison("stomp", BROKERS, scenarios, TARGETS))
