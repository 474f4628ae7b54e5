"""Every case of pika, RabbitMQ's own recommendation for Python."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import cases
import pika_deduplication
import pika_delays
import pika_entities
import pika_groups
import pika_last_values
import pika_messages
import pika_queues
import pika_selectors
import pika_streams
import pika_traps
import pika_users
import pika_vhost_streams

if __name__ == "__main__":
    cases.main(pika_deduplication, pika_delays, pika_entities, pika_groups, pika_last_values, pika_messages, pika_queues,
               pika_selectors, pika_streams, pika_traps, pika_users, pika_vhost_streams)
