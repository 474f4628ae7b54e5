"""Cases one after the other: each has the machine for itself."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parents[1] / "kafka" / "harness"), str(here.parent / "python")]

import cases
import many_channels
import many_queues
import never_acks
import reads_nothing

if __name__ == "__main__":
    cases.main(many_channels, many_queues, never_acks, reads_nothing, parallel=1)
