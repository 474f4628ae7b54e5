"""One case after the other: they hold time and memory against bounds."""

import pathlib
import sys

kafka = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(kafka / "harness"), str(kafka / "traps")]

import cases
import many

if __name__ == "__main__":
    cases.main(many, parallel=1)
