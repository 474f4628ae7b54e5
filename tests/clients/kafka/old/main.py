"""The cases of kafka-python in its old protocol versions."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))

import cases
import kafka_python_old

if __name__ == "__main__":
    cases.main(kafka_python_old)
