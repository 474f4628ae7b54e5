"""Every case of paho's Python client: MQTT 3.1, 3.1.1 and 5.0."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import cases
import paho_messages
import paho_packets
import paho_retained
import paho_sessions
import paho_slow

if __name__ == "__main__":
    cases.main(paho_messages, paho_packets, paho_retained, paho_sessions, paho_slow)
