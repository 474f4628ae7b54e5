"""Every case of clients of different systems on one broker."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "amqp" / "python"))

import cases
import scripts
import streams
import topics

if __name__ == "__main__":
    cases.main(streams, topics, scripts)
