"""Every trap, spoken over a raw socket."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))

import cases
import traps_admin
import traps_connection
import traps_fetch
import traps_groups
import traps_metadata
import traps_offsets
import traps_produce

if __name__ == "__main__":
    cases.main(traps_groups, traps_admin, traps_connection, traps_metadata, traps_produce, traps_fetch, traps_offsets)
