"""Every case of the Python clients: confluent-kafka (today's librdkafka) and kafka-python 2.0.2 (old protocol versions)."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))

import cases
import kafka_python
import rdkafka_admin
import rdkafka_consume
import rdkafka_groups
import rdkafka_produce

if __name__ == "__main__":
    cases.main(rdkafka_groups, rdkafka_consume, rdkafka_produce, rdkafka_admin, kafka_python)
