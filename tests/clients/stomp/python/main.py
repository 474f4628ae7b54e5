"""Every case of stomp.py, and of frames as bytes: STOMP 1.0, 1.1 and 1.2."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import activemq_ways
import cases
import frames
import messages
import subscriptions
import transactions

if __name__ == "__main__":
    of_both = (frames, messages, subscriptions, transactions)
    cases.main(*of_both, *(() if os.environ.get("WHARF_AGAINST") == "rabbitmq" else (activemq_ways,)))
